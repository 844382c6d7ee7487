"""Biased matrix factorisation of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._baseline import BiasedModel, fit_biases
from patronage.logic.recommenders.ratings._packed import dots, outer_products, packed, unpacked

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Ids, Matrix, Scores, Side
    from patronage.logic.recommenders.ratings._model import Floats, Ratings

_START = 0.1
_LEAST_NOISE = 1e-4
_START_PRECISION = 10.0
_ROWS_AT_ONCE = 4_096


class SvdRatings(BiasedModel):
    """Predict a rating by biases and the inner product of a customer's and a product's factors.

    The model that is called SVD since the Netflix prize (Koren, Bell and Volinsky, Matrix Factorization
    Techniques for Recommender Systems, IEEE Computer 2009), fitted by variational Bayes (Lim and Teh, KDD
    Cup 2007) in place of gradient descent: alternating ridge regressions that allow for how uncertain the
    other side's factors are, with the regularisation learnt from the data.

    Parameters
    ----------
    factors : int
        How many.
    sweeps : int
        How often both sides are updated.
    random_state : int
        Seed of the factors to start from.
    """

    def __init__(self, *, factors: int = 24, sweeps: int = 20, random_state: int = 0) -> None:
        self.factors = factors
        self.sweeps = sweeps
        self.random_state = random_state

    def _check(self) -> None:
        for name in ("factors", "sweeps"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name}={getattr(self, name)} must be at least 1")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        rng = np.random.default_rng(self.random_state)
        spread = max(float(ratings.values.std()), 1e-6)
        biases = fit_biases(ratings)
        left = ratings.matrix(biases.residuals(ratings) / spread)
        customers = _Factors(rng.normal(0, _START, (ratings.n_customers, self.factors)))
        products = _Factors(rng.normal(0, _START, (ratings.n_products, self.factors)))
        noise = max(float(left.data @ left.data) / len(ratings), _LEAST_NOISE)
        for _ in range(self.sweeps):
            customers.update(left, products, noise)
            products.update(left.T.tocsr(), customers, noise)
            explained = dots(left, customers.mean, products.mean).astype(np.float64) * spread
            biases = fit_biases(ratings, explained=explained)
            left = ratings.matrix(biases.residuals(ratings) / spread)
            noise = _noise(left, customers, products)
        usual = np.zeros((1, self.factors), dtype=np.float32)
        self._keep(biases)
        self.customers_: Scores = np.concatenate([customers.mean, usual]) * np.float32(spread)
        self.products_: Scores = products.mean

    def _grid(self, customers: Ids) -> Scores:
        return self._add_biases(self.customers_[customers] @ self.products_.T, customers)


class _Factors:
    """One side's factors: each row a normal distribution, with a common prior."""

    def __init__(self, start: Floats) -> None:
        rows, size = start.shape
        self.mean = start.astype(np.float32)
        self.covariance = np.zeros((rows, size * (size + 1) // 2), dtype=np.float32)
        self.precision = np.eye(size) * _START_PRECISION

    def update(self, ratings: Matrix, other: _Factors, noise: float) -> None:
        """Update all rows, given what the biases leave of their ratings and the other side."""
        size = self.mean.shape[1]
        moments = outer_products(other.mean) + other.covariance
        is_rated = _ones_like(ratings)
        for start in range(0, len(self.mean), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            precision = unpacked(is_rated[rows] @ moments / np.float32(noise), size) + self.precision
            covariance = np.linalg.inv(precision.astype(np.float32)).astype(np.float32)
            pull = ratings[rows] @ other.mean / np.float32(noise)
            self.mean[rows] = np.einsum("nij,nj->ni", covariance, pull)
            self.covariance[rows] = packed(covariance)
        total = self.mean.T @ self.mean + unpacked(self.covariance.sum(axis=0)[None, :], size)[0]
        self.precision = np.linalg.inv((total + np.eye(size)) / (len(self.mean) + 1))


def _noise(ratings: Matrix, customers: _Factors, products: _Factors) -> float:
    """Return the expected square of what factors leave of the ratings."""
    known = dots(ratings, customers.mean, products.mean)
    moments = [outer_products(each.mean) + each.covariance for each in (customers, products)]
    first, second = np.triu_indices(customers.mean.shape[1])
    twice = np.where(first == second, 1, 2).astype(np.float32)
    squares = dots(ratings, moments[0] * twice, moments[1])
    return max(float(np.mean((ratings.data - known) ** 2 + squares - known**2)), _LEAST_NOISE)


def _ones_like(matrix: Matrix) -> Matrix:
    ones = matrix.copy()
    ones.data = np.ones_like(ones.data)
    return ones
