"""What a request leaves out of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from patronage.logic.serve.shelf import Listed

LEVEL = " > "
"""Stands between the levels of a category's path."""


class Filters(NamedTuple):
    """The products that a request asks for.

    Parameters
    ----------
    exclude : frozenset of str
        Products that must not come.
    in_stock : bool
        Leave out what is known to be out of stock; what is unknown counts as in stock.
    category : str
        Only products of this category or below it; "" for all.
    min_price, max_price : int, optional
        Bounds of the price in minor units, both included; a product of unknown price keeps none.
    """

    exclude: frozenset[str] = frozenset()
    in_stock: bool = True
    category: str = ""
    min_price: int | None = None
    max_price: int | None = None

    def admits(self, product: Listed) -> bool:
        """Say whether a product is asked for."""
        if product.product_id in self.exclude or (self.in_stock and product.in_stock is False):
            return False
        if self.category and not is_below(product.category, self.category):
            return False
        if self.min_price is None and self.max_price is None:
            return True
        price = product.price_minor
        return (
            price is not None
            and (self.min_price is None or price >= self.min_price)
            and (self.max_price is None or price <= self.max_price)
        )


EVERYTHING = Filters()
"""All that is in stock."""


def is_below(category: str, parent: str) -> bool:
    """Say whether a category is another one or lies below it.

    Examples
    --------
    >>> is_below("Kitchen > Mugs", "Kitchen"), is_below("Kitchenware", "Kitchen")
    (True, False)
    """
    return category == parent or category.startswith(parent + LEVEL)


def least_minor(amount: Decimal, minor_digits: int) -> int:
    """Return the least price in minor units that is not below an amount.

    Examples
    --------
    >>> from decimal import Decimal
    >>> least_minor(Decimal("4.995"), 2), greatest_minor(Decimal("4.995"), 2)
    (500, 499)
    """
    return -greatest_minor(-amount, minor_digits)


def greatest_minor(amount: Decimal, minor_digits: int) -> int:
    """Return the greatest price in minor units that is not above an amount."""
    numerator, denominator = amount.as_integer_ratio()
    return numerator * int(10**minor_digits) // denominator
