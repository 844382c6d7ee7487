"""What models with factors share: scoring by a folded-in history, similar products, the reasons."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.ranking import top_k
from patronage.logic.recommenders.reasons import strongest_reasons

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions, Matrix, Scores, Side

_CELLS_AT_ONCE = 1 << 22


class FactorModel(Recommender):
    """Scores a product by the product of its factors and those that a history is folded into.

    A subclass fills in `_learn`, which returns the products' factors, and `_fold_in`. Histories are folded in
    anew each time, so customers and visitors whom the model never saw are answered like all others.
    """

    factors: int
    product_factors_: Scores

    def similar(self, *, k: int = 10) -> tuple[Ids, Scores]:
        """Return each product's nearest ones by the cosine of their factors.

        Returns
        -------
        ids : array of int32, shape (products, k)
            Best first, -1 where none is left.
        scores : array of float32, shape (products, k)
            Cosine.
        """
        unit = _unit_rows(self.product_factors_)
        ids = np.full((len(unit), k), -1, dtype=np.int32)
        scores = np.zeros((len(unit), k), dtype=np.float32)
        step = max(1, _CELLS_AT_ONCE // len(unit))
        for start in range(0, len(unit), step):
            rows = np.arange(start, min(start + step, len(unit)))
            cosine = unit[rows] @ unit.T
            cosine[np.arange(len(rows)), rows] = 0
            ids[rows], scores[rows] = top_k(cosine, k)
        return ids, scores

    def explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Name the product of the history whose factors point most in the direction of each product's."""
        factors = self.product_factors_

        def contribution(bought: Ids, towards: Ids) -> Scores:
            product: Scores = np.einsum("ij,ij->i", factors[bought], factors[towards])
            return product

        return strongest_reasons(histories, ids, lambda _: contribution, self.history_)

    def _check(self) -> None:
        if self.factors < 1:
            raise BadInput(f"factors={self.factors} must be at least 1")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        self.history_: Matrix = interactions.history()
        self.product_factors_ = self._learn(self.history_)

    @abstractmethod
    def _learn(self, history: Matrix) -> Scores:
        """Return the factors of the products, of shape (products, factors)."""

    @abstractmethod
    def _fold_in(self, history: Matrix) -> Scores:
        """Return the factors of rows of purchases, of shape (rows, factors)."""

    def _scores(self, histories: Histories) -> Scores:
        scores: Scores = self._fold_in(histories.matrix()) @ self.product_factors_.T
        return scores


def _unit_rows(factors: Scores) -> Scores:
    norms = np.linalg.norm(factors, axis=1, keepdims=True)
    unit: Scores = factors / np.maximum(norms, 1e-12)
    return unit
