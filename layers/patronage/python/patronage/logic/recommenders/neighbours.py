"""Item-to-item collaborative filtering: products that the same customers bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Interactions, Reasons, check_interactions, top_k

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.base import Ids, Matrix, Scores

_ROWS_AT_ONCE = 512


class ItemNeighbours:
    """Score a product by its cosine similarity to what the customer bought.

    The similarity of two products is the cosine of their columns in the customers by products matrix
    (Sarwar, Karypis, Konstan and Riedl, WWW 2001), times ``n / (n + shrinkage)`` for the n customers who
    bought both (Bell and Koren, KDD 2007). Each product keeps its `neighbours` nearest. A customer without
    a history gets no product.

    Parameters
    ----------
    neighbours : int
        How many similar products each product keeps.
    shrinkage : float
        Pulls similarities down that few customers support.
    """

    def __init__(self, *, neighbours: int = 50, shrinkage: float = 2.0) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage

    def fit(self, interactions: Interactions) -> ItemNeighbours:
        if self.neighbours < 1:
            raise BadInput(f"neighbours={self.neighbours} must be at least 1")
        if self.shrinkage < 0:
            raise BadInput(f"shrinkage={self.shrinkage} must not be negative")
        check_interactions(interactions)
        history = interactions.history()
        self.buyers_: NDArray[np.float32] = np.asarray(history.sum(axis=0), dtype=np.float32)
        blocks = [
            self._neighbours_of(history, start, min(start + _ROWS_AT_ONCE, interactions.n_products))
            for start in range(0, interactions.n_products, _ROWS_AT_ONCE)
        ]
        ids, scores, together = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
        self.similar_: Ids = ids
        self.similarity_: Scores = scores
        self.bought_both_: Scores = together
        self._matrix = self._to_matrix(scores)
        self._both = self._to_matrix(together)
        return self

    def similar(self, *, k: int = 10) -> tuple[Ids, Scores, Scores]:
        """Return each product's nearest neighbours.

        Returns
        -------
        ids : array of int32, shape (products, k)
            Best first, -1 where none is left.
        scores : array of float32, shape (products, k)
            Similarity.
        share : array of float32, shape (products, k)
            Share of the product's buyers who also bought the neighbour.
        """
        width = min(k, self.similar_.shape[1])
        pad = ((0, 0), (0, k - width))
        share = self.bought_both_ / np.maximum(self.buyers_, 1)[:, None]
        ids = np.pad(self.similar_[:, :width], pad, constant_values=-1)
        return ids, np.pad(self.similarity_[:, :width], pad), np.pad(share[:, :width], pad)

    def recommend(self, history: Matrix, *, k: int = 10, exclude_history: bool = True) -> tuple[Ids, Scores]:
        ids = np.full((history.shape[0], k), -1, dtype=np.int32)
        best = np.zeros((history.shape[0], k), dtype=np.float32)
        for start in range(0, history.shape[0], _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            scores = (history[rows] @ self._matrix).toarray()
            if exclude_history:
                scores[history[rows].nonzero()] = -np.inf
            ids[rows], best[rows] = top_k(scores, k)
        return ids, best

    def explain(self, history: Matrix, ids: Ids) -> Reasons:
        because = np.full(ids.shape, -1, dtype=np.int32)
        share = np.zeros(ids.shape, dtype=np.float32)
        similarity_to = self._matrix.T.tocsr()
        for column in range(ids.shape[1]):
            rows = np.flatnonzero(ids[:, column] >= 0)
            if len(rows) == 0:
                break
            products = ids[rows, column]
            strongest = _argmax(history[rows].multiply(similarity_to[products]).tocsr())
            because[rows, column] = strongest
            share[rows, column] = np.where(strongest >= 0, self._share(strongest, products), 0)
        return Reasons(because, share)

    def _share(self, because: Ids, products: Ids) -> Scores:
        both = np.asarray(self._both[because, products], dtype=np.float32)
        return (both / np.maximum(self.buyers_[because], 1)).astype(np.float32)

    def _neighbours_of(self, history: Matrix, start: int, stop: int) -> tuple[Ids, Scores, Scores]:
        """Find the neighbours of the products from `start` to `stop`."""
        together = (history[:, start:stop].T @ history).toarray()
        norms = np.sqrt(self.buyers_)
        expected = np.maximum(norms[start:stop, None] * norms[None, :], 1)
        similarity = together / expected * (together / np.maximum(together + self.shrinkage, 1))
        own = np.arange(stop - start)
        similarity[own, own + start] = 0
        ids, scores = top_k(similarity.astype(np.float32), min(self.neighbours, history.shape[1]))
        both = np.take_along_axis(together, np.maximum(ids, 0), axis=1) * (ids >= 0)
        return ids, scores, both.astype(np.float32)

    def _to_matrix(self, values: Scores) -> Matrix:
        """Lay values out by product and neighbour."""
        n_products, width = values.shape
        rows = np.repeat(np.arange(n_products), width)
        known = self.similar_.ravel() >= 0
        cells = (values.ravel()[known], (rows[known], self.similar_.ravel()[known]))
        return sparse.coo_array(cells, shape=(n_products, n_products)).tocsr()


def _argmax(matrix: Matrix) -> Ids:
    """Return the column of the greatest value of each row, the lower first of equals; -1 for an empty row."""
    matrix.sum_duplicates()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    found, first = np.unique(rows[order], return_index=True)
    strongest = np.full(matrix.shape[0], -1, dtype=np.int32)
    strongest[found] = matrix.indices[order][first]
    return strongest
