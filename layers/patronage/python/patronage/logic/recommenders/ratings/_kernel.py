"""Ratings carried from product to product by their similarity: what item CF and content share."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._baseline import BiasedModel, Biases, fit_biases

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Interactions, Matrix, Scores, Side
    from patronage.logic.recommenders.ratings._model import Ratings

_MOST_PRODUCTS = 8_000
_MOST_OF_CUSTOMER = 3_000


class SimilarityModel(BiasedModel):
    """Predict what the biases leave by a kernel ridge regression of each customer over similar products.

    Parameters
    ----------
    noise : float
        How much of a rating no similarity explains: what is added to each similarity of a product to itself.
    """

    noise: float

    def why_not(self, interactions: Interactions) -> str:
        """Say why the model cannot be trained on these interactions; empty where it can."""
        if interactions.n_products > _MOST_PRODUCTS:
            return f"{interactions.n_products} products: the similarities of at most {_MOST_PRODUCTS} fit"
        return ""

    def _check(self) -> None:
        if self.noise <= 0:
            raise BadInput(f"noise={self.noise} must be above 0")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        biases = fit_biases(ratings)
        residuals = ratings.matrix(biases.residuals(ratings))
        self._keep(biases)
        self.similarity_: Scores = self._similarity(ratings, biases, side)
        self.weights_: Matrix = self._weights(residuals)

    @abstractmethod
    def _similarity(self, ratings: Ratings, biases: Biases, side: Side) -> Scores:
        """Return how alike products are, a positive semidefinite matrix."""

    def _grid(self, customers: Ids) -> Scores:
        grid = np.asarray(self.weights_[customers] @ self.similarity_, dtype=np.float32)
        return self._add_biases(grid, customers)

    def _weights(self, residuals: Matrix) -> Matrix:
        """Solve each customer's regression; the last row, of the usual customer, is empty."""
        weights = np.zeros_like(residuals.data)
        for start, stop in zip(residuals.indptr[:-1], residuals.indptr[1:], strict=True):
            # Who rated more than anybody can is judged by the first so many; the cost grows with the cube.
            places = slice(start, min(stop, start + _MOST_OF_CUSTOMER))
            weights[places] = self._regression(residuals.indices[places], residuals.data[places])
        indptr = np.append(residuals.indptr, residuals.indptr[-1])
        shape = (residuals.shape[0] + 1, residuals.shape[1])
        return sparse.csr_array((weights, residuals.indices, indptr), shape=shape)

    def _regression(self, products: Ids, residuals: Scores) -> NDArray[np.float32]:
        alike = self.similarity_[np.ix_(products, products)].astype(np.float64)
        alike[np.diag_indices(len(products))] += self.noise
        return np.linalg.solve(alike, residuals).astype(np.float32)
