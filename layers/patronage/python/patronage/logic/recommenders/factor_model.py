"""What models with factors share: scoring by a folded-in history, and the reasons."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.reasons import strongest_reasons

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Matrix,
        Scores,
        Side,
    )

MOST_CELLS = 20_000_000_000
"""Pairs of a customer and a product; all of them are scored, so ten times the shop takes a hundredfold."""


class FactorModel(Recommender):
    """Scores a product by the product of its factors and those that a history is folded into.

    A subclass fills in `_learn`, which returns the products' factors, and `_fold_in`. Histories are folded in
    anew each time, so customers and visitors whom the model never saw are answered like all others.
    """

    factors: int
    product_factors_: Scores

    def why_not(self, interactions: Interactions) -> str:
        """Say whether there are too many customers and products."""
        cells = interactions.n_customers * interactions.n_products
        if cells <= MOST_CELLS:
            return ""
        return (
            f"{cells:.1e} pairs of a customer and a product are more than the {MOST_CELLS:.1e} scored in time"
        )

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
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
