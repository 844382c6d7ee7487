"""What recommenders learn from: who bought or rated what on which day, and what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = sparse.csr_array[np.float32, tuple[int, int]]
    Ids = NDArray[np.int32]
    Scores = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Lists = tuple[Ids, Scores]


@dataclass(frozen=True)
class Interactions:
    """Who bought what on which day: aligned arrays, each of shape (n,).

    Parameters
    ----------
    customers, products : array of int32
        Dense indices from 0; customer -1 is a guest, who counts for popularity alone. The rows of a customer
        on one day stand in the order in which they happened, where that is known.
    days : array of int32
        Days since 1970-01-01 in the shop's zone.
    n_customers, n_products : int
        How many there are, those without an interaction included.
    values : array of float32, optional
        Explicit ratings; None for purchases.
    counts : array of int64, optional
        How many purchases each row stands for; None for one each. So a shop of any size is learnt from where
        it does not matter who bought: counted by product and day, with guests alone or with one customer
        for each group of customers.
    """

    customers: Ids
    products: Ids
    days: Ids
    n_customers: int
    n_products: int
    values: Scores | None = None
    counts: NDArray[np.int64] | None = None

    def purchases(self) -> NDArray[np.int64]:
        """Count the purchases of each product, of shape (products,)."""
        counted = np.bincount(self.products, weights=self.counts, minlength=self.n_products)
        return counted.astype(np.int64, copy=False)

    def by_popularity(self) -> Ids:
        """Return all products, those bought most first, of equals the lower ones; of shape (products,)."""
        return np.argsort(-self.purchases(), kind="stable").astype(np.int32)

    def history(self) -> Matrix:
        """Return the customers by products matrix that is 1 where the customer bought the product."""
        shape = (self.n_customers, self.n_products)
        known = self.customers >= 0
        return _ones(self.customers[known], self.products[known], shape)

    def histories(self, customers: NDArray[np.integer] | None = None, *, now: int | None = None) -> Histories:
        """Return what customers bought, in time order.

        Parameters
        ----------
        customers : array of int, shape (rows,), optional
            Their indices, -1 for somebody unknown; by default all of them.
        now : int, optional
            The day on which they are asked for; by default the day after the newest interaction.
        """
        wanted = np.arange(self.n_customers) if customers is None else np.asarray(customers)
        is_wanted = np.zeros(self.n_customers + 1, dtype=np.bool_)
        is_wanted[wanted] = True
        is_wanted[-1] = False  # guests, and who is unknown
        kept = np.flatnonzero(is_wanted[self.customers])
        # The order within a customer's day stays as it is.
        order = kept[np.lexsort((self.days[kept], self.customers[kept]))]
        by_customer = self.customers[order]
        starts = np.searchsorted(by_customer, wanted)
        counts = np.searchsorted(by_customer, wanted, side="right") - starts
        indptr, places = ragged(starts, counts)
        rows = order[places]
        newest = int(self.days.max(initial=0))
        return Histories(
            indptr=indptr,
            products=self.products[rows],
            days=self.days[rows],
            n_products=self.n_products,
            now=newest + 1 if now is None else now,
            customers=wanted.astype(np.int32),
        )

    def where(self, mask: Mask) -> Interactions:
        """Return the interactions that a mask of shape (n,) selects, over the same indices."""
        return Interactions(
            self.customers[mask],
            self.products[mask],
            self.days[mask],
            self.n_customers,
            self.n_products,
            None if self.values is None else self.values[mask],
            None if self.counts is None else self.counts[mask],
        )


@dataclass(frozen=True, kw_only=True)
class Histories:
    """What each of some customers bought, oldest first: ragged rows.

    Parameters
    ----------
    indptr : array of int64, shape (rows + 1,)
        Row r holds the places from ``indptr[r]`` to ``indptr[r + 1]``.
    products, days : array of int32, shape (n,)
        What was bought and when; the same product may stand several times.
    n_products : int
        How many products there are.
    now : int
        The day on which recommendations are asked for.
    customers : array of int32, shape (rows,)
        Whose rows they are; -1 for somebody whom no model knows.
    """

    indptr: NDArray[np.int64]
    products: Ids
    days: Ids
    n_products: int
    now: int
    customers: Ids

    @classmethod
    def of_visitors(cls, rows: Sequence[Sequence[int]], *, n_products: int, now: int = 0) -> Histories:
        """Return the histories of visitors of whom only a session is known, oldest product first."""
        lengths = [len(row) for row in rows]
        products = np.fromiter((product for row in rows for product in row), np.int32, sum(lengths))
        return cls(
            indptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            products=products,
            days=np.full(len(products), now, np.int32),
            n_products=n_products,
            now=now,
            customers=np.full(len(rows), -1, np.int32),
        )

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, rows: slice) -> Histories:
        """Return a range of rows."""
        start, stop, _ = rows.indices(len(self))
        places = slice(self.indptr[start], self.indptr[stop])
        return replace(
            self,
            indptr=self.indptr[start : stop + 1] - self.indptr[start],
            products=self.products[places],
            days=self.days[places],
            customers=self.customers[start:stop],
        )

    def ranges(self, most: int) -> list[slice]:
        """Cut the rows into ranges of at most so many interactions each, or of one row."""
        found, start = list[slice](), 0
        while start < len(self):
            stop = int(np.searchsorted(self.indptr, self.indptr[start] + most, side="right")) - 1
            found.append(slice(start, max(stop, start + 1)))
            start = found[-1].stop
        return found

    def take(self, rows: NDArray[np.int64]) -> Histories:
        """Return chosen rows, in the order in which they are named."""
        indptr, places = ragged(self.indptr[rows], self.lengths[rows])
        return replace(
            self,
            indptr=indptr,
            products=self.products[places],
            days=self.days[places],
            customers=self.customers[rows],
        )

    def where(self, mask: Mask) -> Histories:
        """Return all rows with the interactions that a mask of shape (n,) selects."""
        lengths = np.bincount(self.rows[mask], minlength=len(self))
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return replace(self, indptr=indptr, products=self.products[mask], days=self.days[mask])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many interactions each row has."""
        return np.diff(self.indptr)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each interaction, of shape (n,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def matrix(self) -> Matrix:
        """Return the rows by products matrix that is 1 where the product was bought."""
        return _ones(self.rows, self.products, (len(self), self.n_products))


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is known beside the interactions; each part may be empty.

    Parameters
    ----------
    texts : sequence of str, one a product
        Title and description.
    product_tags, customer_tags : sequence of sequences of str, one a product or customer
        What is known of it as ``kind=value``: ``category=Tea``, ``brand=Twinings``, ``country=Germany``.
    """

    texts: Sequence[str] = ()
    product_tags: Sequence[Sequence[str]] = ()
    customer_tags: Sequence[Sequence[str]] = ()


def ragged(
    starts: NDArray[np.integer], counts: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where rows of so many places from each start on begin when laid end to end, and the places."""
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return indptr, np.repeat(starts - indptr[:-1], counts) + np.arange(indptr[-1])


def _ones(rows: NDArray[np.integer], columns: Ids, shape: tuple[int, int]) -> Matrix:
    matrix = sparse.coo_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape).tocsr()
    matrix.data[:] = 1  # the same product on several days is still one
    matrix.sort_indices()
    return matrix
