"""Non-negative matrix factorisation of purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.factor_model import FactorModel

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Matrix, Scores

_FOLD_IN_SWEEPS = 20
_SMALL = np.float32(1e-9)


class Nmf(FactorModel):
    """Explain purchases as sums of themes, none of which takes anything away.

    Least squares over all cells by hierarchical alternating updates (HALS: Cichocki and Phan, IEICE
    Transactions 2009): one theme's column at a time has a closed answer, cut off at 0.

    Parameters
    ----------
    factors : int
        How many themes.
    iterations : int
        How many times each side is updated.
    regularization : float
        Squared penalty on the factors of both sides.
    random_state : int
        Seed of the first factors.
    """

    def __init__(
        self,
        *,
        factors: int = 32,
        iterations: int = 40,
        regularization: float = 0.1,
        random_state: int = 0,
    ) -> None:
        self.factors = factors
        self.iterations = iterations
        self.regularization = regularization
        self.random_state = random_state

    def _check(self) -> None:
        super()._check()
        if self.iterations < 1:
            raise BadInput(f"iterations={self.iterations} must be at least 1")
        if self.regularization < 0:
            raise BadInput(f"regularization={self.regularization} must not be negative")

    def _learn(self, history: Matrix) -> Scores:
        rng = np.random.default_rng(self.random_state)
        scale = np.sqrt(history.mean() / self.factors)
        customers, products = (
            np.asfortranarray(scale * rng.random((size, self.factors), dtype=np.float32), dtype=np.float32)
            for size in history.shape
        )
        bought_by = history.T.tocsr()
        for _ in range(self.iterations):
            self._update(customers, history @ products, products.T @ products)
            self._update(products, bought_by @ customers, customers.T @ customers)
        return np.ascontiguousarray(products)

    def _fold_in(self, history: Matrix) -> Scores:
        products = self.product_factors_
        towards = history @ products
        gram = products.T @ products
        # One step of non-negative least squares from here is a step from a point of the right size.
        folded = np.asfortranarray(towards / np.maximum(np.diag(gram).sum(), _SMALL), dtype=np.float32)
        for _ in range(_FOLD_IN_SWEEPS):
            self._update(folded, towards, gram)
        return folded

    def _update(self, factors: Scores, towards: Scores, gram: Scores) -> None:
        """Update one side in place, theme by theme; its columns lie together in memory."""
        for theme in range(factors.shape[1]):
            step = towards[:, theme] - factors @ gram[:, theme] - self.regularization * factors[:, theme]
            step /= gram[theme, theme] + np.float32(self.regularization) + _SMALL
            np.maximum(factors[:, theme] + step, 0, out=factors[:, theme])
