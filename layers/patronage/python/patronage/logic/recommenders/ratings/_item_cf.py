"""Item-based collaborative filtering of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._kernel import SimilarityModel

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Scores, Side
    from patronage.logic.recommenders.ratings._baseline import Biases
    from patronage.logic.recommenders.ratings._model import Ratings


class ItemCfRatings(SimilarityModel):
    """Predict a rating from the customer's ratings of products that are rated alike.

    Two products are alike by the correlation of what the biases leave of their ratings, drawn to 0 by
    ``n / (n + shrinkage)`` for the n customers who rated both (Koren, ACM TKDD 2010), plus `together` times
    the cosine of the sets of customers who rated them. A customer's ratings are weighed jointly, as by Bell
    and Koren (Scalable Collaborative Filtering with Jointly Derived Neighborhood Interpolation Weights, ICDM
    2007), here by a kernel ridge regression over all that the customer rated.

    Parameters
    ----------
    shrinkage : float
        Pulls correlations down that few customers support.
    together : float
        Weight of having been rated by the same customers, however they rated.
    noise : float
        How much of a rating no similarity explains.
    """

    def __init__(self, *, shrinkage: float = 60.0, together: float = 2.0, noise: float = 2.5) -> None:
        self.shrinkage = shrinkage
        self.together = together
        self.noise = noise

    def _check(self) -> None:
        super()._check()
        for name in ("shrinkage", "together"):
            if getattr(self, name) < 0:
                raise BadInput(f"{name}={getattr(self, name)} must not be negative")

    def _similarity(self, ratings: Ratings, biases: Biases, side: Side) -> Scores:
        residuals = ratings.matrix(biases.residuals(ratings))
        is_rated = ratings.matrix()
        both = (is_rated.T @ is_rated).toarray()
        products = (residuals.T @ residuals).toarray()
        energy = ((residuals * residuals).T @ is_rated).toarray()
        correlation = products / np.sqrt(np.maximum(energy * energy.T, 1e-12))
        correlation *= both / np.maximum(both + self.shrinkage, 1)
        np.fill_diagonal(correlation, 1)
        norms = np.sqrt(np.maximum(both.diagonal(), 1))
        alike: Scores = _positive(correlation) + np.float32(self.together) * both / np.outer(norms, norms)
        return alike


def _positive(symmetric: Scores) -> Scores:
    """Return the nearest positive semidefinite matrix; correlations of pairs need not make one."""
    strengths, vectors = np.linalg.eigh(symmetric)
    nearest: Scores = (vectors * np.maximum(strengths, 0)) @ vectors.T
    return nearest
