"""What every recommender does, and the interactions that it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy import sparse

from patronage.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = sparse.csr_array[np.float32, tuple[int, int]]
    Ids = NDArray[np.int32]
    Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Interactions:
    """Who bought what on which day: three aligned arrays of int32, each of shape (n,).

    Parameters
    ----------
    customers, products : array
        Dense indices from 0; customer -1 is a guest, who counts for popularity alone.
    days : array
        Days since 1970-01-01 in the shop's zone.
    n_customers, n_products : int
        How many there are, those without an interaction included.
    """

    customers: Ids
    products: Ids
    days: Ids
    n_customers: int
    n_products: int

    def history(self) -> Matrix:
        """Return the customers by products matrix that is 1 where the customer bought the product."""
        shape = (self.n_customers, self.n_products)
        known = self.customers >= 0
        cells = (self.customers[known], self.products[known])
        matrix = sparse.coo_array((np.ones(known.sum(), dtype=np.float32), cells), shape=shape).tocsr()
        matrix.data[:] = 1  # the same product on several days is still one
        matrix.sort_indices()
        return matrix

    def where(self, mask: NDArray[np.bool_]) -> Interactions:
        """Return the interactions that a mask of shape (n,) selects, over the same indices."""
        return Interactions(
            self.customers[mask], self.products[mask], self.days[mask], self.n_customers, self.n_products
        )


@dataclass(frozen=True)
class Reasons:
    """Why each recommended product stands there.

    Parameters
    ----------
    because : array of int32, shape (customers, k)
        The product of the customer's history that speaks for it most, -1 for none.
    share : array of float32, shape (customers, k)
        Share of the buyers of `because` who also bought the product, 0 to 1.
    """

    because: Ids
    share: Scores


class Recommender(Protocol):
    """Learns from interactions; recommends to a batch of customers by their histories.

    A customer without a history gets no personal product (all -1): the ladder of the serving side
    falls back to what is popular.
    """

    def fit(self, interactions: Interactions) -> Recommender:
        """Learn; fitting twice equals fitting once."""

    def recommend(self, history: Matrix, *, k: int = 10, exclude_history: bool = True) -> tuple[Ids, Scores]:
        """Return the k best products of each row, best first, and their scores.

        Parameters
        ----------
        history : sparse array of float32, shape (customers, products)
            What each customer bought.
        k : int
            How many at most.
        exclude_history : bool
            Leave out what the customer bought already.

        Returns
        -------
        ids : array of int32, shape (customers, k)
            Product indices; -1 where fewer than k are left.
        scores : array of float32, shape (customers, k)
            Falling along each row; 0 where the id is -1.
        """

    def explain(self, history: Matrix, ids: Ids) -> Reasons:
        """Say why each of `ids`, as `recommend` returned it, was recommended."""


def top_k(scores: Scores, k: int) -> tuple[Ids, Scores]:
    """Return the k greatest positive scores of each row; the lower index first where two are equal.

    Parameters
    ----------
    scores : array of float32, shape (rows, columns)
        Scores; zero, negative and -inf mean "not at all".
    k : int
        How many at most.

    Returns
    -------
    ids : array of int32, shape (rows, k)
        Columns, -1 where none is left.
    scores : array of float32, shape (rows, k)
        Their scores, 0 where none is left.
    """
    check_k(k)
    rows, columns = scores.shape
    width = min(k, columns)
    ids = np.full((rows, k), -1, dtype=np.int32)
    best = np.zeros((rows, k), dtype=np.float32)
    if width == 0:
        return ids, best
    threshold = np.partition(scores, columns - width, axis=1)[:, columns - width][:, None]
    for row in range(rows):
        candidates = np.flatnonzero((scores[row] >= threshold[row]) & (scores[row] > 0))
        order = np.lexsort((candidates, -scores[row, candidates]))[:width]
        chosen = candidates[order]
        ids[row, : len(chosen)] = chosen
        best[row, : len(chosen)] = scores[row, chosen]
    return ids, best


def check_k(k: int) -> None:
    """Refuse a k below 1."""
    if k < 1:
        raise BadInput(f"k={k} must be at least 1")


def check_interactions(interactions: Interactions) -> None:
    """Refuse to learn from nothing."""
    if len(interactions.products) == 0:
        raise BadInput("there is no interaction to learn from; upload orders with sales of products first")
