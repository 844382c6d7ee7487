"""Popularity: what most customers bought lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Interactions, Reasons, check_interactions, check_k, top_k

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.base import Ids, Matrix, Scores

_ROWS_AT_ONCE = 1_024


class Popularity:
    """Rank products by their purchases, each halved in weight with every `half_life_days` of age.

    A customer's purchases of one product count once a day. Recommends to customers without a history too.

    Parameters
    ----------
    half_life_days : float
        Age at which a purchase counts half, in days before the newest interaction.
    """

    def __init__(self, *, half_life_days: float = 30.0) -> None:
        self.half_life_days = half_life_days

    def fit(self, interactions: Interactions) -> Popularity:
        if self.half_life_days <= 0:
            raise BadInput(f"half_life_days={self.half_life_days} must be above 0")
        check_interactions(interactions)
        newest = interactions.days.max(initial=0)
        weights = 0.5 ** ((newest - interactions.days) / self.half_life_days)
        self.scores_: NDArray[np.float32] = np.bincount(
            interactions.products, weights=weights, minlength=interactions.n_products
        ).astype(np.float32)
        return self

    def recommend(self, history: Matrix, *, k: int = 10, exclude_history: bool = True) -> tuple[Ids, Scores]:
        check_k(k)
        n_customers = history.shape[0]
        if not exclude_history:
            ids, scores = top_k(self.scores_[None, :], k)
            return np.repeat(ids, n_customers, axis=0), np.repeat(scores, n_customers, axis=0)
        ids = np.full((n_customers, k), -1, dtype=np.int32)
        best = np.zeros((n_customers, k), dtype=np.float32)
        for start in range(0, n_customers, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            ids[rows], best[rows] = self._unbought(history[rows], k)
        return ids, best

    def _unbought(self, history: Matrix, k: int) -> tuple[Ids, Scores]:
        scores = np.repeat(self.scores_[None, :], history.shape[0], axis=0)
        scores[history.nonzero()] = -np.inf
        return top_k(scores, k)

    def explain(self, history: Matrix, ids: Ids) -> Reasons:
        """Popularity needs no product of the history: every reason is empty."""
        return Reasons(np.full(ids.shape, -1, dtype=np.int32), np.zeros(ids.shape, dtype=np.float32))
