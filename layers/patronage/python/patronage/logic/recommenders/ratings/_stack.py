"""The hybrid of the rating models: a ridge regression over their predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._baseline import BiasRatings
from patronage.logic.recommenders.ratings._content import ContentRatings
from patronage.logic.recommenders.ratings._gibbs import GibbsRatings
from patronage.logic.recommenders.ratings._item_cf import ItemCfRatings
from patronage.logic.recommenders.ratings._model import RatingModel, Ratings
from patronage.logic.recommenders.ratings._nmf import NmfRatings
from patronage.logic.recommenders.ratings._svd import SvdRatings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Scores, Side

MEMBERS: Mapping[str, Callable[[], RatingModel]] = {
    "baseline": BiasRatings,
    "item_cf": ItemCfRatings,
    "svd": SvdRatings,
    "nmf": NmfRatings,
    "content": ContentRatings,
    "gibbs": GibbsRatings,
}
"""The models that the hybrid blends."""

_LEAST_HELD_OUT = 10


class HybridRatings(RatingModel):
    """Predict a rating by a blend of models, its weights learnt on ratings that they did not see.

    Stacked regressions (Breiman, Machine Learning 1996): a share of the ratings is held out, the members
    learn from the others and predict it, and a ridge regression of the ratings on the predictions gives the
    weights; it draws them to equal ones. Then the members learn from all. One part of a tenth is held out in
    place of Breiman's folds: it trains every member twice, not eleven times, and a handful of weights needs
    no more. A member that the data is too large for is left out.

    Parameters
    ----------
    members : mapping of str to callable, optional
        What makes each model that is blended, by name; by default `MEMBERS`.
    held_out_share : float
        Share of the ratings that the weights are learnt on.
    regularization : float
        How strongly the weights are drawn to equal ones, in ratings.
    random_state : int
        Seed of the choice of the ratings that are held out.
    """

    def __init__(
        self,
        *,
        members: Mapping[str, Callable[[], RatingModel]] | None = None,
        held_out_share: float = 0.1,
        regularization: float = 20.0,
        random_state: int = 0,
    ) -> None:
        self.members = members
        self.held_out_share = held_out_share
        self.regularization = regularization
        self.random_state = random_state

    def _check(self) -> None:
        if self.members is not None and not self.members:
            raise BadInput("members is empty; the hybrid needs a model to blend")
        if not 0 < self.held_out_share < 1:
            raise BadInput(f"held_out_share={self.held_out_share} must lie between 0 and 1")
        if self.regularization <= 0:
            raise BadInput(f"regularization={self.regularization} must be above 0")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        everything = ratings.interactions()
        members = self.members or MEMBERS
        makers = {name: make for name, make in members.items() if not make().why_not(everything)}
        if not makers:
            raise BadInput(f"{len(ratings)} ratings are beyond each of {', '.join(members)}")
        self.names_ = np.array(list(makers))
        self.weights_, self.shift_ = self._blend(list(makers.values()), ratings, side)
        self.models_ = [make().fit(everything, side=side) for make in makers.values()]

    def _blend(
        self, makers: list[Callable[[], RatingModel]], ratings: Ratings, side: Side
    ) -> tuple[NDArray[np.float64], float]:
        """Return the members' weights, and what is added."""
        equal = np.full(len(makers), 1 / len(makers))
        count = round(self.held_out_share * len(ratings))
        if count < _LEAST_HELD_OUT:
            return equal, 0.0
        is_held_out = np.zeros(len(ratings), dtype=np.bool_)
        rng = np.random.default_rng(self.random_state)
        is_held_out[rng.choice(len(ratings), count, replace=False)] = True
        seen, held_out = ratings.interactions(~is_held_out), ratings.interactions(is_held_out)
        pairs = (held_out.customers, held_out.products)
        predictions = np.stack(
            [make().fit(seen, side=side).predict(*pairs, days=held_out.days) for make in makers],
            axis=1,
        ).astype(np.float64)
        return _ridge(predictions, ratings.values[is_held_out], equal, self.regularization)

    def _grid(self, customers: Ids) -> Scores:
        grid = np.full((len(customers), len(self.popular_)), self.shift_, dtype=np.float32)
        for weight, model in zip(self.weights_, self.models_, strict=True):
            grid += np.float32(weight) * model._grid(customers)
        return grid

    def _drift(self, customers: Ids, days: Ids) -> Scores:
        drifts = [model._drift(customers, days) for model in self.models_]
        return (self.weights_ @ np.stack(drifts)).astype(np.float32)


def _ridge(
    predictions: NDArray[np.float64],
    values: NDArray[np.float64],
    usual: NDArray[np.float64],
    regularization: float,
) -> tuple[NDArray[np.float64], float]:
    """Regress values on predictions, the weights drawn to the usual ones; return them and the intercept."""
    centred = predictions - predictions.mean(axis=0)
    left = values - values.mean() - centred @ usual
    gram = centred.T @ centred + regularization * np.eye(len(usual))
    weights = usual + np.linalg.solve(gram, centred.T @ left)
    return weights, float(values.mean() - predictions.mean(axis=0) @ weights)
