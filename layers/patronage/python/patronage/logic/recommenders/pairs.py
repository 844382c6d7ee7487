"""Pairs of purchases of one customer that stand near each other, summed by product in blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.logic.recommenders.recency import visit_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Matrix, Scores

_PAIRS_AT_ONCE = 1 << 21
_MOST_PRODUCTS = 4_096
_AFTER = 1 << 26


class NearPairs:
    """The pairs of a customer's purchases that are at most a window of purchases apart.

    There are at most ``len(kernel)`` a purchase, so that cost grows with the purchases and no faster,
    whatever a single customer bought.

    Parameters
    ----------
    histories : Histories
        What customers bought, in time order.
    kernel : array of float32, shape (2 * window + 1,)
        What a pair weighs by the visits from the one to the other, from ``-window`` to ``window``.
    activity_power : float
        A customer's pairs are divided by the number of their purchases to this power.

    Attributes
    ----------
    buyers : array of int, shape (products,)
        How many customers bought each product.
    """

    def __init__(self, histories: Histories, *, kernel: Scores, activity_power: float) -> None:
        self.n_products = histories.n_products
        self._products = histories.products
        window = len(kernel) // 2
        place = np.arange(len(self._products))
        self._from = np.maximum(place - window, np.repeat(histories.indptr[:-1], histories.lengths))
        self._to = np.minimum(place + window + 1, np.repeat(histories.indptr[1:], histories.lengths))
        bought = np.maximum(histories.lengths, 1) ** -activity_power
        self._activity = np.repeat(bought.astype(np.float32), histories.lengths)
        self._by_product = np.argsort(self._products, kind="stable")
        self._starts = np.searchsorted(self._products[self._by_product], np.arange(self.n_products + 1))
        is_first, is_last = _ends(histories)
        self.buyers = np.bincount(self._products[is_first > 0], minlength=self.n_products)
        # The sum of the codes of a purchase and its partner is their pair's place in the table of pairs.
        visits = visit_numbers(histories)
        self._partner_code = 2 * visits + is_last
        self._code = 2 * (window - visits) + 2 * len(kernel) * is_first
        self._table = _table(kernel)

    def blocks(self) -> Iterator[slice]:
        """Cut the products into ranges with about equally many pairs."""
        pairs = np.concatenate([[0], np.cumsum((self._to - self._from)[self._by_product])])[self._starts]
        start = 0
        while start < self.n_products:
            stop = int(np.searchsorted(pairs, pairs[start] + _PAIRS_AT_ONCE, side="right")) - 1
            stop = min(max(stop, start + 1), start + _MOST_PRODUCTS, self.n_products)
            yield slice(start, stop)
            start = stop

    def sums(self, products: slice) -> tuple[Matrix, Scores, Scores]:
        """Sum the pairs of a range of products with all products.

        Returns
        -------
        weight : sparse array, shape (rows, products)
            Sums of weights; the order within a row is free.
        together, after : array, shape (cells,)
            For each cell of it, how many customers bought both, and how many of them the second at a later
            visit than the first.
        """
        places = self._by_product[self._starts[products.start] : self._starts[products.stop]]
        chunks = np.cumsum(self._to[places] - self._from[places]) // _PAIRS_AT_ONCE
        cuts = np.flatnonzero(np.diff(chunks)) + 1
        parts = [self._part(chunk, products) for chunk in np.split(places, cuts)]
        sums = sum(parts[1:], parts[0])
        after, together = np.divmod(sums.data.imag, _AFTER)
        weights: Scores = sums.data.real.astype(np.float32)
        weight: Matrix = sparse.csr_array((weights, sums.indices, sums.indptr), shape=sums.shape)
        return weight, together.astype(np.float32), after.astype(np.float32)

    def _part(
        self, places: NDArray[np.int64], products: slice
    ) -> sparse.csr_array[np.complex128, tuple[int, int]]:
        lengths = self._to[places] - self._from[places]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        partner = np.arange(indptr[-1])
        partner += np.repeat(self._from[places] - indptr[:-1], lengths)
        code = self._partner_code[partner]
        code += np.repeat(self._code[places], lengths)
        pairs = self._table[code]
        pairs.real *= np.repeat(self._activity[places], lengths)
        by_event = sparse.csr_array(
            (pairs, self._products[partner], indptr), shape=(len(places), self.n_products)
        )
        rows = (self._products[places] - products.start, np.arange(len(places)))
        shape = (products.stop - products.start, len(places))
        by_product = sparse.csr_array((np.ones(len(places), dtype=np.complex128), rows), shape=shape)
        return by_product @ by_event


def _table(kernel: Scores) -> NDArray[np.complex128]:
    """Lay out what a pair adds to the sums: by first purchase or not, gap, and last purchase or not.

    One complex sum stands for three: the weights are real, the two counts imaginary. A customer's first
    purchase of a product and their last one of another make one pair, so that it counts them once.
    """
    gaps = np.arange(len(kernel)) - len(kernel) // 2
    counts = np.where(gaps > 0, _AFTER + 1, 1)
    table = np.empty((2, len(kernel), 2), dtype=np.complex128)
    table[:] = kernel[:, None]
    table[1, :, 1] += 1j * counts
    return table.ravel()


def _ends(histories: Histories) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return 1 for each interaction that is the customer's first of its product, else 0; and for the last."""
    key = histories.rows * histories.n_products + histories.products
    is_first, is_last = (np.zeros(len(key), dtype=np.int32) for _ in range(2))
    order = np.argsort(key, kind="stable")
    is_first[order[np.diff(key[order], prepend=-1) != 0]] = 1
    is_last[order[np.diff(key[order], append=-1) != 0]] = 1
    return is_first, is_last
