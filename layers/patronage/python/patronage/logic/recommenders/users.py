"""User-based collaborative filtering: what customers with a like history bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.cells import values_of
from patronage.logic.recommenders.ranking import top_k_sparse
from patronage.logic.recommenders.reasons import strongest_reasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Matrix,
        Scores,
        Side,
    )
    from patronage.logic.recommenders.reasons import Contribution

MOST_MEETINGS = 30_000_000_000
"""Pairs of customers, counted once for each product that both bought, which a function has time to meet."""

_ROWS_AT_ONCE = 512


class UserNeighbours(Recommender):
    """Score a product by the likeness of the nearest customers who bought it.

    The likeness of two customers is the cosine of their rows (Herlocker, Konstan, Borchers and Riedl, SIGIR
    1999), times ``n / (n + shrinkage)`` for the n products that both bought. The neighbours are looked for
    when recommendations are asked for, so a visitor's session finds its own.

    Parameters
    ----------
    neighbours : int
        How many customers are listened to.
    shrinkage : float
        Pulls likenesses down that few products support.
    """

    is_dense = False

    def __init__(self, *, neighbours: int = 200, shrinkage: float = 5.0) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage

    def why_not(self, interactions: Interactions) -> str:
        """Say whether too many customers bought the same products."""
        buyers = np.bincount(interactions.products, minlength=interactions.n_products).astype(np.float64)
        meetings = float((buyers**2).sum())
        if meetings <= MOST_MEETINGS:
            return ""
        return f"{meetings:.1e} meetings of customers at a product are more than {MOST_MEETINGS:.1e}"

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Name the product of the history that most often was bought with each product."""
        return strongest_reasons(histories, ids, self._cosines_in, self.history_)

    def _cosines_in(self, histories: Histories) -> Contribution:
        products = np.unique(histories.products)
        place = np.zeros(histories.n_products, dtype=np.int64)
        place[products] = np.arange(len(products))
        together = (self.bought_by_[products] @ self.history_).tocsr()
        together.sort_indices()

        def cosines(bought: Ids, towards: Ids) -> Scores:
            both = values_of(together, place[bought], towards)
            cosine: Scores = (both / np.sqrt(np.maximum(self.buyers_[bought], 1))).astype(np.float32)
            return cosine

        return cosines

    def _check(self) -> None:
        if self.neighbours < 1:
            raise BadInput(f"neighbours={self.neighbours} must be at least 1")
        if self.shrinkage < 0:
            raise BadInput(f"shrinkage={self.shrinkage} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        self.history_: Matrix = interactions.history()
        self.bought_by_: Matrix = self.history_.T.tocsr()
        self.buyers_: Scores = np.diff(self.bought_by_.indptr).astype(np.float32)
        self.lengths_: NDArray[np.int64] = np.diff(self.history_.indptr)

    def _scores(self, histories: Histories) -> Matrix:
        blocks = [
            self._likeness(histories[start : start + _ROWS_AT_ONCE]) @ self.history_
            for start in range(0, len(histories), _ROWS_AT_ONCE)
        ]
        scores: Matrix = sparse.vstack(blocks, format="csr")
        return scores

    def _likeness(self, histories: Histories) -> Matrix:
        """Return the likeness to the nearest customers, rows by customers."""
        matrix = histories.matrix()
        both = (matrix @ self.bought_by_).tocsr()
        rows = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        norms = np.sqrt(np.diff(matrix.indptr)[rows] * self.lengths_[both.indices])
        both.data *= (both.data / (both.data + np.float32(self.shrinkage)) / norms).astype(np.float32)
        both.data[histories.customers[rows] == both.indices] = 0  # nobody is their own neighbour
        ids, likeness = top_k_sparse(both, min(self.neighbours, both.shape[1]))
        known = ids >= 0
        indptr = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
        return sparse.csr_array((likeness[known], ids[known], indptr), shape=both.shape)
