"""What the models of explicit ratings share: checked ratings in, predictions and lists out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import RatingRecommender
from patronage.logic.recommenders.interactions import Interactions

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Ids, Mask, Matrix, Scores, Side

    Floats = NDArray[np.floating[Any]]

_CELLS_AT_ONCE = 1 << 22
_LEAST_SCORE = 1e-6


@dataclass(frozen=True)
class Ratings:
    """The ratings that a model learns from: of each customer and product the last one, in no order."""

    customers: Ids
    products: Ids
    days: Ids
    values: NDArray[np.float64]
    n_customers: int
    n_products: int

    @classmethod
    def of(cls, interactions: Interactions) -> Ratings:
        """Take the ratings out of interactions, those of guests left aside."""
        if interactions.values is None:
            raise BadInput(
                "there are no ratings, only purchases; upload a ratings file, or choose another model"
            )
        if not np.isfinite(interactions.values).all():
            raise BadInput("a rating is not a finite number")
        newest_last = np.lexsort((interactions.days, interactions.products, interactions.customers))
        customers, products = interactions.customers[newest_last], interactions.products[newest_last]
        is_last = np.append((np.diff(customers) != 0) | (np.diff(products) != 0), True)
        rows = newest_last[is_last & (customers >= 0)]
        if len(rows) == 0:
            raise BadInput("there is no rating of a known customer to learn from")
        return cls(
            customers=interactions.customers[rows],
            products=interactions.products[rows],
            days=interactions.days[rows],
            values=interactions.values[rows].astype(np.float64),
            n_customers=interactions.n_customers,
            n_products=interactions.n_products,
        )

    def __len__(self) -> int:
        return len(self.values)

    def interactions(self, chosen: Mask | None = None) -> Interactions:
        """Return the chosen ratings, by default all, as what a model is fitted to."""
        rows = slice(None) if chosen is None else chosen
        return Interactions(
            customers=self.customers[rows],
            products=self.products[rows],
            days=self.days[rows],
            n_customers=self.n_customers,
            n_products=self.n_products,
            values=self.values[rows].astype(np.float32),
        )

    @property
    def by_customer(self) -> NDArray[np.int64]:
        """How many ratings each customer gave."""
        return np.bincount(self.customers, minlength=self.n_customers)

    @property
    def by_product(self) -> NDArray[np.int64]:
        """How many ratings each product got."""
        return np.bincount(self.products, minlength=self.n_products)

    def matrix(self, values: Floats | None = None) -> Matrix:
        """Lay values, by default ones, out as customers by products; the stored order is that of the rows."""
        cells = np.ones(len(self)) if values is None else values
        indptr = np.concatenate([[0], np.cumsum(self.by_customer)])
        # The rows stand sorted by customer and product: no sorting is needed here.
        shape = (self.n_customers, self.n_products)
        return sparse.csr_array((cells.astype(np.float32), self.products, indptr), shape=shape)


class RatingModel(RatingRecommender):
    """Predicts a customer's ratings of all products at once; a list is ranked by them.

    The score of a recommended product is how far its predicted rating lies above the lowest of the scale.
    Customer -1, or one that gave no rating, gets what is usual in `predict`, and in lists popular products.
    """

    def _fit(self, interactions: Interactions, side: Side) -> None:
        ratings = Ratings.of(interactions)
        self.lowest_ = float(ratings.values.min())
        self.highest_ = float(ratings.values.max())
        self.has_rated_ = ratings.by_customer > 0
        self._learn(ratings, side)

    def predict(self, customers: Ids, products: Ids, *, days: Ids | None = None) -> Scores:
        """Predict the ratings of pairs, within the scale that was seen in `fit`; see `RatingRecommender`."""
        who, place = np.unique(customers, return_inverse=True)
        found = np.empty(len(products), dtype=np.float32)
        step = max(1, _CELLS_AT_ONCE // len(self.popular_))
        by_row = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[by_row], np.arange(0, len(who) + step, step))
        for block, start in enumerate(range(0, len(who), step)):
            pairs = by_row[ends[block] : ends[block + 1]]
            grid = self._grid(who[start : start + step])
            found[pairs] = grid[place[pairs] - start, products[pairs]]
        if days is not None:
            found += self._drift(customers, days)
        clipped: Scores = np.clip(found, np.float32(self.lowest_), np.float32(self.highest_))
        return clipped

    def _scores(self, histories: Histories) -> Scores:
        grid = self._grid(histories.customers)
        above: Scores = np.maximum(grid - np.float32(self.lowest_), np.float32(_LEAST_SCORE))
        above[(histories.customers < 0) | ~self.has_rated_[histories.customers]] = 0
        return above

    @abstractmethod
    def _learn(self, ratings: Ratings, side: Side) -> None: ...

    @abstractmethod
    def _grid(self, customers: Ids) -> Scores:
        """Predict the ratings of all products by customers, of shape (customers, products).

        What is learnt of customers has one place more than there are customers, for what is usual: the
        index -1 finds it.
        """

    def _drift(self, customers: Ids, days: Ids) -> Scores:
        """Say how much higher than usual each customer rates on a day."""
        return np.zeros(len(customers), dtype=np.float32)
