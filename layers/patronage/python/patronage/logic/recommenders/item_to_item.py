"""What models that go from product to product share: scoring by neighbours, and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.cells import values_of
from patronage.logic.serve.kinds import BOUGHT_TOGETHER

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids, Matrix, Scores


class ItemToItem(Recommender):
    """Scores a product by the similarities that lead to it from what the customer bought.

    A subclass fills in `_fit`: `similarity_` (sparse, products by products, from the bought product's row
    to the recommended product's column, diagonal empty), and `share_`, whose cells stand in the same places:
    the share of the row product's buyers that the reason names.
    """

    similarity_: Matrix
    share_: Matrix
    reason_kind = BOUGHT_TOGETHER

    def similar(self, *, k: int = 10, rows: slice = slice(None)) -> tuple[Ids, Scores, Scores]:
        """Return the nearest neighbours of each product, or of those of a range of rows.

        Returns
        -------
        ids : array of int32, shape (products, k)
            Best first, -1 where none is left.
        scores : array of float32, shape (products, k)
            Similarity.
        share : array of float32, shape (products, k)
            The share that the reason names, 0 to 1.
        """
        similarity, shares = self.similarity_[rows], self.share_[rows]
        n_products = similarity.shape[0]
        ids = np.full((n_products, k), -1, dtype=np.int32)
        scores, share = (np.zeros((n_products, k), dtype=np.float32) for _ in range(2))
        row = np.repeat(np.arange(n_products), np.diff(similarity.indptr))
        order = np.lexsort((similarity.indices, -similarity.data, row))
        place = np.arange(len(row)) - similarity.indptr[row]  # rows stay where they are
        near = place < k
        cells = (row[near], place[near])
        ids[cells] = similarity.indices[order][near]
        scores[cells] = similarity.data[order][near]
        share[cells] = shares.data[order][near]
        return ids, scores, share

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Name the product of the history that gives each recommended product most of its score."""
        reasons = Reasons.none(ids.shape)
        weights = self._weights(histories)
        towards = self.similarity_.T.tocsr()
        for column in range(ids.shape[1]):
            rows = np.flatnonzero(ids[:, column] >= 0)
            if len(rows) == 0:
                continue
            strongest = _argmax(weights[rows].multiply(towards[ids[rows, column]]).tocsr())
            reasons.because[rows, column] = strongest
            found = rows[strongest >= 0]
            because, product = reasons.because[found, column], ids[found, column]
            reasons.share[found, column] = values_of(self.share_, because, product)
            reasons.kind[found, column] = self.reason_kind
        return reasons

    def _weights(self, histories: Histories) -> Matrix:
        """Return what each product of a history weighs; rows by products."""
        return histories.matrix()

    def _scores(self, histories: Histories) -> Matrix:
        return self._weights(histories) @ self.similarity_


def _argmax(matrix: Matrix) -> Ids:
    """Return the column of the greatest value of each row, the lower first of equals; -1 for an empty row."""
    matrix.sum_duplicates()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    found, first = np.unique(rows[order], return_index=True)
    strongest = np.full(matrix.shape[0], -1, dtype=np.int32)
    strongest[found] = matrix.indices[order][first]
    return strongest
