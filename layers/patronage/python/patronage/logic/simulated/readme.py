"""The README of a simulation: what is real, what is made up and how, and every parameter with its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.logic.simulated.parameters import Simulation

TITLE = "# Simulated browsing of a real shop"
_MODEL = """{title}

**No visitor did any of this.** Patronage made up what stands in `events` from the shop's real orders
(docs/simulation.md): visits, searches, baskets, impressions and clicks. Every event has `is_simulated`
true, and what Patronage computes from such events says so. The orders are real and stay as they are: a
simulation can have an effect on clicks and has **none on orders or revenue**. A purchase after a
simulated click says only that the click was drawn for what the order holds. The same orders, seed and
days give the same bytes (with the same versions of NumPy and DuckDB).

## Files

- `events`: the simulated events, from {begins} to {ends} (the last order), all in UTC.
- `experiment.json`: under `experiment` the definition, which the API takes as it is (`POST
  /experiments`); when it started; share and beginning of the permanent holdout.
- `products`: each product that was sold, with the description that most of its paid lines have as its
  title. Its category is derived from words of the title by a table of English words and is no category of
  the shop's; `attributes` says so. {categorised} of {products} products have one, and {category_share} of
  the {lines} order lines. There is no price and no stock. A shop that has a catalogue of its
  own leaves this file out.

| events | |
|---|---|
{counts}

{visits} visits, {order_visits} of them with an order; {orders_skipped} orders of the span have no visit.

## The model

- **A visit before each order**: it ends with a purchase event at the order's own instant, which names the
  order and, of a known customer, the customer. It is about up to {most_wanted} products of the order, at
  random; each is viewed, and the first one always put into the basket. An order that stands at midnight,
  as of a source that knows days only, has its visit before midnight.
- **Visits without an order**: of the customer on days before, and of visitors who stay unknown. A known
  customer browses what was bought before, or what is bought together with it; everybody else what is
  popular, and what is bought together with that. Besides, **glances**: somebody unknown sees one page that
  is no product's, and leaves; from campaigns and searches more of them come than of other visits.
- **Who**: a customer is signed in from the start, or anonymous until a purchase names the customer.
  Guests are never named; their purchase joins their session to the order.
- **Bought together** is drawn as a line of an earlier order that held the product, so in proportion to
  how often the two were bought together before that instant. **Popular** are the products of the most
  orders before the week. Nothing else looks ahead, except what follows.
- **Recommendations** stand as the visit begins (`home`), beside the first product (`product`), and beside
  the basket (`basket`). With the chance of a hit one of the places holds a product that the visit is
  about and that has not been viewed yet: the first, second or third of them. That **looks ahead on
  purpose**: it is how good the recommendations are. All other places are filled with what was bought
  together with a product that is known of the visitor, then with popular products; what the visit views
  or orders anyway is left out. A personal answer that knows nothing of the visitor is as good as a
  popular one.
- **Clicks**: a product is looked at with the chance of its position, and then clicked with that of a hit
  or of any other product. A click leads to a view.
- **Who sees what**: the arms are those that Patronage assigns by the id that an event names, the
  customer's, else the session's. Before the experiment starts all answers are popular ones. Members of
  the permanent holdout see nothing, which an impression without a product says.
- **No device** is named, so recommendations by device learn nothing from this.

## Parameters

| name | value | meaning |
|---|---|---|
"""


class Told(NamedTuple):
    """What the README of a simulation tells beside its parameters.

    Parameters
    ----------
    begins, ends : datetime
        The span, in UTC.
    events : mapping of str to int
        How many there are, by type.
    visits, order_visits, orders_skipped : int
        Visits, those with an order, and orders of the span without one.
    products, categorised, lines, categorised_lines : int
        Products, those with a category, and the order lines of both.
    """

    begins: datetime
    ends: datetime
    events: Mapping[str, int]
    visits: int
    order_visits: int
    orders_skipped: int
    products: int
    categorised: int
    lines: int
    categorised_lines: int

    @property
    def category_share(self) -> float:
        """The share of order lines whose product has a category."""
        return self.categorised_lines / self.lines if self.lines else 0.0


def simulation_readme(simulation: Simulation, told: Told) -> str:
    """Write the README of a simulation."""
    figures: dict[str, Any] = told._asdict() | {
        "title": TITLE,
        "begins": told.begins.isoformat(),
        "ends": told.ends.isoformat(),
        "counts": "\n".join(f"| {name} | {count:,} |" for name, count in told.events.items()),
        "category_share": f"{100 * told.category_share:.1f} %",
        "most_wanted": simulation.most_wanted,
    }
    model = _MODEL.format_map(
        {name: f"{value:,}" if isinstance(value, int) else value for name, value in figures.items()}
    )
    rows = [f"| `{name}` | {_written(value)} | {meaning} |" for name, value, meaning in simulation.meanings()]
    return model + "\n".join(rows) + "\n"


def _written(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return ", ".join(" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
