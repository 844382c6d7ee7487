"""What is usual: the mean rating, who rates high, what is rated high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._model import RatingModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Scores, Side
    from patronage.logic.recommenders.ratings._model import Ratings

_SWEEPS = 15


@dataclass(frozen=True)
class Biases:
    """The mean rating and how far customers and products lie above it; the last customer is the usual one."""

    mean: float
    customers: NDArray[np.float64]
    products: NDArray[np.float64]

    def residuals(self, ratings: Ratings) -> NDArray[np.float64]:
        """Return what the biases leave of ratings."""
        usual = self.mean + self.customers[ratings.customers] + self.products[ratings.products]
        return ratings.values - usual


def fit_biases(
    ratings: Ratings,
    *,
    explained: NDArray[np.float64] | float = 0.0,
    customer_shrinkage: float = 5.0,
    product_shrinkage: float = 3.0,
) -> Biases:
    """Fit the biases by alternating ridge regressions, each drawn to 0 as by `shrinkage` average ratings.

    What a model has `explained` of the ratings already is taken off them first.
    """
    values = ratings.values - explained
    mean = values.mean()
    above = values - mean
    of_customer = np.zeros(ratings.n_customers + 1)
    of_product = np.zeros(ratings.n_products)
    customer_weight = ratings.by_customer + customer_shrinkage
    product_weight = ratings.by_product + product_shrinkage
    for _ in range(_SWEEPS):
        left = above - of_customer[ratings.customers]
        of_product = np.bincount(ratings.products, left, ratings.n_products) / product_weight
        left = above - of_product[ratings.products]
        of_customer[:-1] = np.bincount(ratings.customers, left, ratings.n_customers) / customer_weight
    return Biases(float(mean), of_customer, of_product)


class BiasedModel(RatingModel):
    """Predicts by biases, and by something more."""

    def _keep(self, biases: Biases) -> None:
        self.mean_ = biases.mean
        self.customer_biases_ = biases.customers
        self.product_biases_ = biases.products

    def _add_biases(self, grid: Scores, customers: Ids) -> Scores:
        """Add the biases to what a model predicts beside them, in place, and return it."""
        grid += (self.mean_ + self.customer_biases_[customers])[:, None]
        grid += self.product_biases_
        return grid


class BiasRatings(BiasedModel):
    """Predict the mean, plus how far the customer's and the product's ratings lie above it.

    The baseline predictors of Koren (Factor in the Neighbors, ACM TKDD 2010), fitted by alternating ridge
    regressions.

    Parameters
    ----------
    customer_shrinkage, product_shrinkage : float
        Average ratings that each customer or product is given beside its own; above 0.
    """

    def __init__(self, *, customer_shrinkage: float = 5.0, product_shrinkage: float = 3.0) -> None:
        self.customer_shrinkage = customer_shrinkage
        self.product_shrinkage = product_shrinkage

    def _check(self) -> None:
        for name in ("customer_shrinkage", "product_shrinkage"):
            if getattr(self, name) <= 0:
                raise BadInput(f"{name}={getattr(self, name)} must be above 0")

    def _learn(self, ratings: Ratings, side: Side) -> None:
        self._keep(
            fit_biases(
                ratings,
                customer_shrinkage=self.customer_shrinkage,
                product_shrinkage=self.product_shrinkage,
            )
        )

    def _grid(self, customers: Ids) -> Scores:
        grid = self.mean_ + self.customer_biases_[customers][:, None] + self.product_biases_
        return grid.astype(np.float32)
