"""Non-negative matrix factorisation of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._baseline import fit_biases
from patronage.logic.recommenders.ratings._model import RatingModel
from patronage.logic.recommenders.ratings._packed import dots

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Ids, Matrix, Scores, Side
    from patronage.logic.recommenders.ratings._model import Ratings

_START = 0.3
_LEAST = 1e-3
_TINY = 1e-9


class NmfRatings(RatingModel):
    """Predict a rating by the inner product of a customer's and a product's factors, none below 0.

    Multiplicative updates over the known ratings alone (Zhang, Wang, Ford and Makedon, SDM 2006), with the
    penalty of Luo, Zhou, Xia and Zhu (IEEE Transactions on Industrial Informatics 2014), here growing with
    the root of a row's ratings. Two of the factors are a customer's and a product's own level: the other
    side of each is held at 1.

    Parameters
    ----------
    factors : int
        How many beside the two levels.
    sweeps : int
        How often both sides are updated.
    regularization : float
        The penalty, for ratings laid out from 1 to 5.
    random_state : int
        Seed of the factors to start from.
    """

    def __init__(
        self, *, factors: int = 10, sweeps: int = 200, regularization: float = 1.0, random_state: int = 0
    ) -> None:
        self.factors = factors
        self.sweeps = sweeps
        self.regularization = regularization
        self.random_state = random_state

    def _check(self) -> None:
        for name in ("factors", "sweeps"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name}={getattr(self, name)} must be at least 1")
        if self.regularization < 0:
            raise BadInput(f"regularization={self.regularization} must not be negative")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        rng = np.random.default_rng(self.random_state)
        self.step_ = max(self.highest_ - self.lowest_, _LEAST) / 4
        laid_out = 1 + (ratings.values - self.lowest_) / self.step_
        known = ratings.matrix(laid_out)
        biases = fit_biases(ratings)
        level = (1 + (biases.mean - self.lowest_) / self.step_) / 2
        customers = _start(rng, level + biases.customers[:-1] / self.step_, self.factors, own=0)
        products = _start(rng, level + biases.products / self.step_, self.factors, own=1)
        turned = known.T.tocsr()
        penalties = [
            self.regularization * np.sqrt(count)[:, None].astype(np.float32)
            for count in (ratings.by_customer, ratings.by_product)
        ]
        for _ in range(self.sweeps):
            _update(customers, products, known, penalties[0], fixed=1)
            _update(products, customers, turned, penalties[1], fixed=0)
        rated = customers[ratings.by_customer > 0]
        self.customers_: Scores = np.concatenate([customers, rated.mean(axis=0, keepdims=True)])
        self.customers_[:-1][ratings.by_customer == 0] = self.customers_[-1]
        self.products_: Scores = products
        self.products_[ratings.by_product == 0] = products[ratings.by_product > 0].mean(axis=0)

    def _grid(self, customers: Ids) -> Scores:
        laid_out = self.customers_[customers] @ self.products_.T
        return (laid_out - np.float32(1)) * np.float32(self.step_) + np.float32(self.lowest_)


def _start(rng: np.random.Generator, levels: np.ndarray, factors: int, *, own: int) -> Scores:
    start = rng.uniform(_LEAST, _START, (len(levels), factors + 2))
    start[:, own] = np.maximum(levels, _LEAST)
    start[:, 1 - own] = 1
    return start.astype(np.float32)


def _update(factors: Scores, other: Scores, known: Matrix, penalty: Scores, *, fixed: int) -> None:
    """Update one side's factors in place, all but the fixed column."""
    predicted = sparse.csr_array((dots(known, factors, other), known.indices, known.indptr), known.shape)
    kept = factors[:, fixed].copy()
    factors *= (known @ other) / (predicted @ other + penalty * factors + np.float32(_TINY))
    factors[:, fixed] = kept
