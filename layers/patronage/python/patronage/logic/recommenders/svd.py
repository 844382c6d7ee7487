"""Matrix factorisation of purchases by a truncated singular value decomposition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.factor_model import FactorModel

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Matrix, Scores

_POWER_ITERATIONS = 5


class Svd(FactorModel):
    """Project a history onto the directions in which purchases vary most, and read off the other products.

    PureSVD (Cremonesi, Koren and Turrin, RecSys 2010), which counts what was not bought as 0: the scores of
    the purchases x are ``x Q Q'`` for the right singular vectors Q. Before the decomposition each product's
    column is scaled by a power of its norm (EigenRec: Nikolakopoulos, Kalantzis, Gallopoulos and Garofalakis,
    Knowledge and Information Systems 2019), and directions that carry little are shrunk as ridge regression
    shrinks them, by ``s² / (s² + regularization)``.

    Parameters
    ----------
    factors : int
        How many directions.
    scaling : float
        The power: 1 leaves the columns as they are, 0 makes them equally long, so that best sellers lead
        less.
    regularization : float
        How strongly weak directions are shrunk; 0 for not at all.
    random_state : int
        Seed of the randomised decomposition.
    """

    def __init__(
        self, *, factors: int = 64, scaling: float = 0.5, regularization: float = 0.0, random_state: int = 0
    ) -> None:
        self.factors = factors
        self.scaling = scaling
        self.regularization = regularization
        self.random_state = random_state

    def _check(self) -> None:
        super()._check()
        if not 0 <= self.scaling <= 1:
            raise BadInput(f"scaling={self.scaling} must lie between 0 and 1")
        if self.regularization < 0:
            raise BadInput(f"regularization={self.regularization} must not be negative")

    def _learn(self, history: Matrix) -> Scores:
        from sklearn.utils.extmath import randomized_svd  # it takes 1.5 s, and other models need it not

        buyers = np.bincount(history.indices, minlength=history.shape[1])
        scale = np.maximum(buyers, 1) ** ((self.scaling - 1) / 2)
        scaled = history.copy()
        scaled.data = scale.astype(np.float32)[history.indices]
        _, strength, directions = randomized_svd(
            scaled,
            min(self.factors, *history.shape),
            n_iter=_POWER_ITERATIONS,
            random_state=self.random_state,
        )
        square = strength.astype(np.float64) ** 2
        shrunk = np.sqrt(square / np.maximum(square + self.regularization, 1e-12))
        factors: Scores = (directions * shrunk[:, None]).T.astype(np.float32)
        return np.ascontiguousarray(factors)

    def _fold_in(self, history: Matrix) -> Scores:
        folded: Scores = history @ self.product_factors_
        return folded
