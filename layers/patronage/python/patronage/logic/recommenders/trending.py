"""Any recommender, with its eye on what sells now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.recency import recent_purchases

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Mask,
        Matrix,
        Scores,
        Side,
    )


class Trending(Recommender):
    """Multiply another model's scores by how much more than usual each product is bought lately.

    Models of taste count old purchases in full, so products that went out of season or out of stock keep
    their places. The factor is the product's share of recent purchases over its share of those of a longer
    time; the scores, and with them the model's reasons, stay the model's own.

    Parameters
    ----------
    model : Recommender
        The model; `fit` trains it.
    half_life_days, usual_half_life_days : float
        Age at which a purchase counts half, for what is bought lately and for what is usual.
    shrinkage : float
        Purchases of the usual kind that each product is given, so that few make no trend.
    power : float
        How strongly trends count; 0 for not at all.
    """

    def __init__(
        self,
        model: Recommender,
        *,
        half_life_days: float = 14.0,
        usual_half_life_days: float = 180.0,
        shrinkage: float = 1.0,
        power: float = 1.0,
    ) -> None:
        self.model = model
        self.half_life_days = half_life_days
        self.usual_half_life_days = usual_half_life_days
        self.shrinkage = shrinkage
        self.power = power

    @property
    def is_dense(self) -> bool:  # type: ignore[override]
        """Whether the model is."""
        return self.model.is_dense

    def why_not(self, interactions: Interactions) -> str:
        """Say why the model cannot be trained."""
        return self.model.why_not(interactions)

    def explain(
        self,
        histories: Histories,
        ids: Ids,
        *,
        exclude_history: bool = True,
        in_stock: Mask | None = None,
    ) -> Reasons:
        """Give the model's own reasons."""
        return self.model.explain(histories, ids, exclude_history=exclude_history, in_stock=in_stock)

    def _check(self) -> None:
        if not 0 < self.half_life_days < self.usual_half_life_days:
            raise BadInput(
                f"half_life_days={self.half_life_days} must be above 0 and below "
                f"usual_half_life_days={self.usual_half_life_days}"
            )
        if self.shrinkage <= 0:
            raise BadInput(f"shrinkage={self.shrinkage} must be above 0")
        if self.power < 0:
            raise BadInput(f"power={self.power} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        self.model.fit(interactions, side=side)
        self.trend_: Scores = self.trend_of(interactions)

    def trend_of(self, interactions: Interactions) -> Scores:
        """Return what each product's scores are multiplied by; shape (products,)."""
        trend = times_usual(interactions, self.half_life_days, self.usual_half_life_days, self.shrinkage)
        factors: Scores = (trend**self.power).astype(np.float32)
        return factors

    def _scores(self, histories: Histories) -> Scores | Matrix:
        scores = self.model._scores(histories)
        if isinstance(scores, np.ndarray):
            scores *= self.trend_
        else:
            scores.data *= self.trend_[scores.indices]
        return scores


def times_usual(
    interactions: Interactions, half_life_days: float, usual_half_life_days: float, shrinkage: float
) -> Scores:
    """Return each product's share of what is bought lately over its usual share; shape (products,).

    Parameters
    ----------
    interactions : Interactions
        What was bought.
    half_life_days, usual_half_life_days, shrinkage : float
        As in `Trending`.
    """
    lately = recent_purchases(interactions, half_life_days).astype(np.float32)
    usual = recent_purchases(interactions, usual_half_life_days).astype(np.float32)
    usual *= lately.sum() / usual.sum()
    trend: Scores = (lately + shrinkage) / (usual + shrinkage)
    return trend
