"""The orders that visits are made up from: what was bought together, by whom and most, up to an instant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NOTHING = -1
"""In place of a product, a customer or an order: there is none."""
SECOND = 1_000_000
DAY = 86_400 * SECOND
_RECENT_ORDERS = 500
"""What goes together is drawn from so many last orders of a product, so that it follows the seasons."""


@dataclass(frozen=True)
class History:
    """Orders by time, numbered from 0, and their products, in aligned arrays.

    Parameters
    ----------
    order_at : array of int64
        When each order was placed, in microseconds since 1970, UTC; ascending.
    order_customer : array of int64
        Number of its customer; `NOTHING` for a guest.
    line_order, line_product : array of int64
        Each product of an order once, by order and product.
    products : int
        How many products there are.
    """

    order_at: Ints
    order_customer: Ints
    line_order: Ints
    line_product: Ints
    products: int

    @property
    def orders(self) -> int:
        """How many orders there are."""
        return len(self.order_at)

    @cached_property
    def first_line(self) -> Ints:
        """The first line of each order, and one past the last line of all."""
        return np.searchsorted(self.line_order, np.arange(self.orders + 1)).astype(np.int64)

    def before(self, instants: Ints) -> Ints:
        """Return how many orders were placed before each instant."""
        return np.searchsorted(self.order_at, instants, side="left").astype(np.int64)

    def holds(self, order: Ints, product: Ints) -> Bools:
        """Say whether each order holds the product; `NOTHING` holds and is nothing."""
        asked = np.where((order >= 0) & (product >= 0), order * self.products + product, NOTHING)
        place = np.minimum(np.searchsorted(self._lines, asked), len(self._lines) - 1)
        found: Bools = self._lines[place] == asked
        return found

    def is_known(self, product: Ints, instants: Ints) -> Bools:
        """Say whether each product had been sold before the instant."""
        low, high = self._sales(product, instants)
        known: Bools = (product >= 0) & (high > low)
        return known

    def together(self, product: Ints, instants: Ints, rng: np.random.Generator) -> Ints:
        """Draw for each product another one of an earlier order that held it: by how often both were bought.

        The product itself, drawn, counts as nothing, and so does one that had not been sold.
        """
        low, high = self._sales(product, instants)
        low = np.maximum(low, high - _RECENT_ORDERS)
        order = self._by_product[1][_between(low, high, rng)] if self.orders else low
        drawn = self._line_of(order, rng)
        return np.where((product < 0) | (high <= low) | (drawn == product), NOTHING, drawn)

    def own(self, customer: Ints, instants: Ints, rng: np.random.Generator) -> Ints:
        """Draw for each customer a product of an earlier order of the customer's own."""
        keys, orders = self._by_customer
        if not len(orders):
            return np.full(len(customer), NOTHING)
        low = np.searchsorted(keys, customer * self.orders)
        high = np.searchsorted(keys, customer * self.orders + self.before(instants))
        drawn = self._line_of(orders[_between(low, high, rng)], rng)
        return np.where((customer < 0) | (high <= low), NOTHING, drawn)

    def popular_by_week(self, begins: int, ends: int, *, days: int, count: int) -> Ints:
        """Return the products of the most orders in the days before each week from one instant to another.

        Returns
        -------
        array of int64, shape (weeks, count)
            The most popular first; `NOTHING` stands in free places.
        """
        starts = np.arange(begins, ends + 1, 7 * DAY)
        bounds = self.first_line[self.before(np.stack((starts - days * DAY, starts)))]
        lists = np.full((len(starts), count), NOTHING)
        for number, (low, high) in enumerate(bounds.T.tolist()):
            orders = np.bincount(self.line_product[low:high], minlength=self.products)
            best = np.argsort(-orders, kind="stable")[:count]
            best = best[orders[best] > 0]
            lists[number, : len(best)] = best
        return lists

    def _sales(self, product: Ints, instants: Ints) -> tuple[Ints, Ints]:
        """Return where the orders of each product before the instant begin and end in `_by_product`."""
        keys, _ = self._by_product
        low = np.searchsorted(keys, product * self.orders)
        return low, np.searchsorted(keys, product * self.orders + self.before(instants))

    def _line_of(self, order: Ints, rng: np.random.Generator) -> Ints:
        """Draw a product of each order."""
        first, last = self.first_line[order], self.first_line[order + 1]
        drawn: Ints = self.line_product[_between(first, last, rng)]
        return drawn

    @cached_property
    def _lines(self) -> Ints:
        """A sortable key of each line, ascending."""
        return self.line_order * self.products + self.line_product

    @cached_property
    def _by_product(self) -> tuple[Ints, Ints]:
        """The lines by product and time: a sortable key of both, and the order."""
        keys = np.sort(self.line_product * self.orders + self.line_order)
        return keys, keys % max(self.orders, 1)

    @cached_property
    def _by_customer(self) -> tuple[Ints, Ints]:
        """The orders of known customers by customer and time: a sortable key of both, and the order."""
        known = np.flatnonzero(self.order_customer >= 0)
        keys = np.sort(self.order_customer[known] * self.orders + known)
        return keys, keys % max(self.orders, 1)


def _between(low: Ints, high: Ints, rng: np.random.Generator) -> Ints:
    """Draw a whole number from low to below high; where there is none, one that can stand in an index."""
    drawn = low + (rng.random(len(low)) * (high - low)).astype(np.int64)
    return np.where(high > low, drawn, 0)
