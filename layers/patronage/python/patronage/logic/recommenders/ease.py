"""A linear model over all products at once, in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.reasons import strongest_reasons

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Matrix,
        Scores,
        Side,
    )

MOST_PRODUCTS = 12_000
"""Above this a function of 3,008 MB has no room for the square of float32 and what is beside it."""

_ROWS_AT_ONCE = 256


class Ease(Recommender):
    """Predict each product from all the others by ridge regression; none may predict itself.

    EASE (Steck, WWW 2019): with P the inverse of the regularised Gram matrix, the weight from product i to
    product j is ``-P[i, j] / P[j, j]``. `dropout` adds to the regularisation of each product a part of its
    buyers, as if each purchase had been hidden with that probability while learning (Steck, NeurIPS 2020).

    Parameters
    ----------
    regularization : float
        Ridge penalty on the weights.
    dropout : float
        From 0 to below 1.
    """

    def __init__(self, *, regularization: float = 200.0, dropout: float = 0.0) -> None:
        self.regularization = regularization
        self.dropout = dropout

    def why_not(self, interactions: Interactions) -> str:
        """Say whether there are too many products."""
        if interactions.n_products <= MOST_PRODUCTS:
            return ""
        return f"{interactions.n_products} products are more than the {MOST_PRODUCTS} whose square fits"

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Name the product of the history whose weight towards each product is the greatest."""

        def contribution(bought: Ids, towards: Ids) -> Scores:
            return self.weights_[bought, towards]

        return strongest_reasons(histories, ids, lambda _: contribution, self.history_)

    def _check(self) -> None:
        if self.regularization <= 0:
            raise BadInput(f"regularization={self.regularization} must be above 0")
        if not 0 <= self.dropout < 1:
            raise BadInput(f"dropout={self.dropout} must be at least 0 and below 1")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        if reason := self.why_not(interactions):
            raise BadInput(f"{reason}; take a model that goes from neighbour to neighbour")
        self.history_: Matrix = interactions.history()
        weights = _gram(self.history_)
        buyers = weights.diagonal().copy()
        penalty = self.regularization + self.dropout / (1 - self.dropout) * buyers
        np.fill_diagonal(weights, buyers + penalty)
        _invert(weights)
        weights /= -weights.diagonal().copy()
        np.fill_diagonal(weights, 0)
        self.weights_: Scores = weights

    def _scores(self, histories: Histories) -> Scores:
        scores: Scores = histories.matrix() @ self.weights_
        return scores


def _gram(history: Matrix) -> Scores:
    """Count the customers who bought each pair of products, a few rows at a time."""
    n_products = history.shape[1]
    gram = np.empty((n_products, n_products), dtype=np.float32)
    bought_by = sparse.csr_array(history.T)
    for start in range(0, n_products, _ROWS_AT_ONCE):
        (bought_by[start : start + _ROWS_AT_ONCE] @ history).toarray(out=gram[start : start + _ROWS_AT_ONCE])
    return gram


def _invert(matrix: Scores) -> None:
    """Invert a symmetric positive definite matrix in its own place."""
    transposed = matrix.T  # LAPACK wants columns; a symmetric matrix does not mind
    _, failed = lapack.spotrf(transposed, lower=1, overwrite_a=1)
    if failed:
        raise BadInput("the products' Gram matrix cannot be inverted; raise regularization")
    lapack.spotri(transposed, lower=1, overwrite_c=1)
    # Seen by rows, the upper triangle is filled; the lower one is its mirror image.
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        square = np.triu(matrix[rows, rows])
        matrix[rows, rows] = square + np.triu(square, 1).T
        matrix[rows.stop :, rows] = matrix[rows, rows.stop :].T
