"""Products that stand in one basket more often than chance would have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.item_to_item import ItemToItem
from patronage.logic.recommenders.pruning import kept_cells, stacked, strongest_cells
from patronage.logic.recommenders.threads import in_blocks

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Interactions, Matrix, Scores, Side

_ROWS_AT_ONCE = 512


class BoughtTogether(ItemToItem):
    """Score a product by how often it stands in one basket with what the customer bought.

    A basket is what one customer bought on one day; guests' baskets cannot be told apart and do not count. A
    pair of products is an association rule (Agrawal, Imieliński and Swami, SIGMOD 1993). Its similarity is
    ``confidence * (1 - 1 / lift)``, the share of the baskets with the first product that also hold the second
    beyond what chance explains, counted as if `shrinkage` baskets more had the first without the second.

    Parameters
    ----------
    neighbours : int
        How many products each product keeps.
    min_support : int
        In how many baskets a pair must stand.
    shrinkage : float
        Pulls pairs down that few baskets support.
    """

    def __init__(self, *, neighbours: int = 50, min_support: int = 2, shrinkage: float = 5.0) -> None:
        self.neighbours = neighbours
        self.min_support = min_support
        self.shrinkage = shrinkage

    def _check(self) -> None:
        if self.neighbours < 1:
            raise BadInput(f"neighbours={self.neighbours} must be at least 1")
        if self.min_support < 1:
            raise BadInput(f"min_support={self.min_support} must be at least 1")
        if self.shrinkage < 0:
            raise BadInput(f"shrinkage={self.shrinkage} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        baskets = _baskets(interactions)
        self.baskets_: Scores = np.bincount(baskets.indices, minlength=baskets.shape[1]).astype(np.float32)
        expected: Scores = self.baskets_ / np.float32(max(baskets.shape[0], 1))
        held_by = baskets.T.tocsr()

        def neighbours_of(products: slice) -> list[Matrix]:
            """Find what most stands in one basket with a range of products, and the bare confidences."""
            return self.nearest(held_by[products] @ baskets, products.start, expected)

        self.similarity_, self.share_ = stacked(in_blocks(neighbours_of, baskets.shape[1], _ROWS_AT_ONCE))

    def nearest(self, together: Matrix, first: int, expected: Scores) -> list[Matrix]:
        """Find what most stands in one basket with a range of products, and the bare confidences.

        Parameters
        ----------
        together : sparse CSR array, shape (range, products)
            In how many baskets both stand; its values are overwritten.
        first : int
            Which product the first row is of.
        expected : array of float32, shape (products,)
            In which share of all baskets each product stands.
        """
        row = np.repeat(np.arange(first, first + together.shape[0]), np.diff(together.indptr))
        share = together.data / self.baskets_[row]
        counts = (together.data >= self.min_support) & (row != together.indices)
        shrunk = together.data / (self.baskets_[row] + np.float32(self.shrinkage))
        together.data = np.where(counts, shrunk - expected[together.indices], 0).astype(np.float32)
        return kept_cells(together, strongest_cells(together, self.neighbours), together.data, share)


def _baskets(interactions: Interactions) -> Matrix:
    """Return the baskets by products matrix that is 1 where the product stands in the basket."""
    known = interactions.customers >= 0
    customers, days = (each[known].astype(np.int64) for each in (interactions.customers, interactions.days))
    _, basket = np.unique(customers * (days.max(initial=0) + 1) + days, return_inverse=True)
    shape = (int(basket.max(initial=-1)) + 1, interactions.n_products)
    cells = (np.ones(len(basket), dtype=np.float32), (basket, interactions.products[known]))
    matrix = sparse.coo_array(cells, shape=shape).tocsr()
    matrix.data[:] = 1
    return matrix
