"""The README beside the truth: the model, and every parameter with its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patronage.logic.synthetic.parameters import SyntheticShop

_MODEL = """# A synthetic shop

Everything here is drawn from the model below; no person, order or product is real. The same parameters give
the same bytes (with the same versions of NumPy and DuckDB), and a whole block of {block:,} customers is the
same in a shop of more customers.

## The model

- **Time** runs unevenly: a day's demand is a yearly wave times the weekday's factor times the uplift of a
  sale (`calendar.csv`), spread over its hours by the hour weights. *Busy time* counts in average days.
- **Orders** follow BG/NBD (Fader, Hardie and Lee 2005) in busy time: a customer's first order falls on the
  joining time, later ones are a Poisson process at `orders_per_day`, and after each order but the first the
  customer leaves for ever with the chance `dropout_chance`. `left_at` is the time of that last order; empty:
  still a customer when the history ends. `orders_per_day` is gamma, `dropout_chance` beta.
- **Taste**: there are {groups} groups and {styles} styles; each product has one of each. A customer's choice
  falls on product p with the probability `group_g` x `style_s` x `weight_p` / (the sum of the weights of the
  products of that group and style launched by that day). These columns are the latent factors; the weight
  of `main_group` is at least `main_group_share`.
- **Baskets**: at least one line by taste, plus a Poisson number; a product stands once in an order.
  Customers with a pantry (`pantry.csv`) buy each of its consumables with the first order, and then with the
  first order after each multiple of their own `rhythm_days` since that order.
- **Money**: net unit prices; discounts of sales and coupons on the line, the greater one; tax by country;
  shipping on line 1. Amounts are rounded to the cent, half up.
- **Returns**: a line comes back with its product's `return_rate`, after two days and an exponential delay, in
  part or in whole, as an order of its own with kind `refund` that refers to the order. Its discount is the
  share of the line's discount that is taken back, rounded down. What would come back after the end does not.
- **Guests**: each has one order, no id, and tastes like anyone's.
- **Sessions**: one before each web or app order (views and carts what is bought, then buys it, and looks at
  more), and browsing sessions from a week before joining until the customer leaves. A session that is not
  signed in tells its customer only at a purchase; a guest's never does.
- **Ids** are text with leading zeros; about a tenth have letters, signs, commas, quotes or spaces in them.

## Files

`orders`, `products`, `customers` and `events` are what a shop would export, in blocks of {block:,} customers,
by time within a block. This folder holds the truth: `customers` (latent factors, rates, lifetimes),
`products` (group, style, weight, rhythm, return rate), `pantry`, `calendar`.

## Parameters

| name | value | meaning |
|---|---|---|
"""


def truth_readme(shop: SyntheticShop, *, block_customers: int) -> str:
    """Write the README of a shop's truth."""
    model = _MODEL.format(groups=shop.groups, styles=shop.styles, block=block_customers)
    rows = [f"| `{name}` | {_written(value)} | {meaning} |" for name, value, meaning in shop.meanings()]
    return model + "\n".join(rows) + "\n"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join("/".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
    return str(value)
