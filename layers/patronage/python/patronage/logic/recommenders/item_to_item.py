"""What models that go from product to product share: scoring by neighbours, and the reasons."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Self

import numpy as np

from patronage.logic.recommenders.base import Reasons, Recommender
from patronage.logic.recommenders.cells import values_of
from patronage.logic.recommenders.interactions import ragged
from patronage.logic.recommenders.pruning import kept_cells
from patronage.logic.recommenders.threads import in_threads
from patronage.logic.serve.kinds import BOUGHT_TOGETHER

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids, Matrix, Scores

_BOUGHT_AT_ONCE = 1 << 15
"""Each of them meets each product that is to be explained."""


class ItemToItem(Recommender):
    """Scores a product by the similarities that lead to it from what the customer bought.

    A subclass fills in `_fit`: `similarity_` (sparse, products by products, from the bought product's row
    to the recommended product's column, diagonal empty), and `share_`, whose cells stand in the same places:
    the share of the row product's buyers that the reason names.
    """

    similarity_: Matrix
    share_: Matrix
    is_dense = False
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

    def towards(self, products: Ids) -> Self:
        """Return a model that leads to these products alone, as a filter would, and far quicker."""
        is_wanted = np.zeros(self.similarity_.shape[1], dtype=np.bool_)
        is_wanted[products] = True
        kept = is_wanted[self.similarity_.indices]
        found = copy(self)
        found.similarity_, found.share_ = kept_cells(
            self.similarity_, kept, self.similarity_.data, self.share_.data
        )
        return found

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        """Name the product of the history that gives each recommended product most of its score."""
        reasons = Reasons.none(ids.shape)

        def name(rows: slice) -> None:
            strongest = _strongest(self._weights(histories[rows]), self.similarity_, ids[rows])
            reasons.because[rows] = strongest
            named = strongest >= 0
            reasons.share[rows][named] = values_of(self.share_, strongest[named], ids[rows][named])
            reasons.kind[rows][named] = self.reason_kind

        in_threads(name, histories.ranges(_BOUGHT_AT_ONCE))
        return reasons

    def _weights(self, histories: Histories) -> Matrix:
        """Return what each product of a history weighs; rows by products."""
        return histories.matrix()

    def _scores(self, histories: Histories) -> Matrix:
        return self._weights(histories) @ self.similarity_


def _strongest(weights: Matrix, similarity: Matrix, ids: Ids) -> Ids:
    """Return the product of each row that leads most strongly to each of its `ids`, the lower of equals.

    Parameters
    ----------
    weights : sparse CSR array, shape (rows, products)
        What each product of a history weighs.
    similarity : sparse CSR array, shape (products, products)
    ids : array of int32, shape (rows, k)
        -1 for nothing.

    Returns
    -------
    array of int32, shape (rows, k)
        -1 where none leads there.
    """
    strongest = np.full(ids.shape, -1, dtype=np.int32)
    weights.sum_duplicates()
    lengths = np.diff(weights.indptr)
    row, place = np.nonzero((ids >= 0) & (lengths > 0)[:, None])
    if len(row) == 0:
        return strongest
    # Each product that is asked for meets all that its customer bought: cells laid end to end.
    indptr, cells = ragged(weights.indptr[row], lengths[row])
    bought = weights.indices[cells]
    towards = np.repeat(ids[row, place], lengths[row])
    led = values_of(similarity, bought, towards) * weights.data[cells]
    most = np.maximum.reduceat(led, indptr[:-1])
    is_most = led == np.repeat(most, lengths[row])
    first = np.minimum.reduceat(np.where(is_most, bought, weights.shape[1]), indptr[:-1])
    strongest[row, place] = np.where(most > 0, first, -1)
    return strongest
