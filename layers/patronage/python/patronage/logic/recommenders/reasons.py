"""Which product of a history speaks most for a recommended one, and how many bought both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.base import Reasons
from patronage.logic.serve.kinds import BOUGHT_TOGETHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.logic.recommenders.interactions import Histories, Ids, Matrix, Scores

    Contribution = Callable[[Ids, Ids], Scores]

_PAIRS_AT_ONCE = 1 << 20
_CELLS_AT_ONCE = 1 << 22


def strongest_reasons(
    histories: Histories, ids: Ids, contribution_in: Callable[[Histories], Contribution], history: Matrix
) -> Reasons:
    """Name the product of each history that contributes most to each recommended product.

    A product that was never bought together with it is no reason that anybody would believe, so such a place
    names none.

    Parameters
    ----------
    histories : Histories
        Whose reasons they are.
    ids : array of int32, shape (rows, k)
        What was recommended to each, -1 for nothing.
    contribution_in : callable
        Gives for a block of the histories what gives what aligned bought and recommended products contribute.
    history : sparse CSR array, shape (customers, products)
        Who bought what, which the shares are counted in.
    """
    because = np.full(ids.shape, -1, dtype=np.int32)
    step = max(1, _PAIRS_AT_ONCE * len(histories) // max(len(histories.products) * ids.shape[1], 1))
    for start in range(0, len(histories), step):
        rows = slice(start, start + step)
        because[rows] = _strongest(histories[rows], ids[rows], contribution_in(histories[rows]))
    share = np.zeros(ids.shape, dtype=np.float32)
    named = because >= 0
    share[named] = share_of_buyers(history, because[named], ids[named])
    because[share == 0] = -1
    return Reasons(np.where(because >= 0, BOUGHT_TOGETHER, 0).astype(np.int32), because, share)


def share_of_buyers(history: Matrix, because: Ids, products: Ids) -> Scores:
    """Return the share of the buyers of each of `because` who also bought the aligned one of `products`."""
    both = bought_both(history, because, products)
    buyers: Scores = np.bincount(history.indices, minlength=history.shape[1]).astype(np.float32)
    share: Scores = np.divide(both, np.maximum(buyers[because], 1), dtype=np.float32)
    return share


def bought_both(history: Matrix, first: Ids, second: Ids) -> Scores:
    """Count the customers who bought both products of each aligned pair."""
    counts = np.zeros(len(first), dtype=np.float32)
    order = np.argsort(first, kind="stable")
    products, starts = np.unique(first[order], return_index=True)
    bounds = np.append(starts, len(first))
    buyers = history.tocsc()
    step = max(1, _CELLS_AT_ONCE // history.shape[1])
    for start in range(0, len(products), step):
        block = products[start : start + step]
        pairs = order[bounds[start] : bounds[start + len(block)]]
        together = (buyers[:, block].T.tocsr() @ history).toarray()
        counts[pairs] = together[np.searchsorted(block, first[pairs]), second[pairs]]
    return counts


def _strongest(histories: Histories, ids: Ids, contribution: Contribution) -> Ids:
    """Return the product of each history that contributes most to each of `ids`, -1 for none."""
    because = np.full(ids.shape, -1, dtype=np.int32)
    filled = np.flatnonzero(histories.lengths)
    if len(filled) == 0:
        return because
    starts = histories.indptr[filled]
    for column in range(ids.shape[1]):
        towards = ids[histories.rows, column]
        wanted = np.flatnonzero(towards >= 0)
        value = np.zeros(len(towards), dtype=np.float32)
        value[wanted] = contribution(histories.products[wanted], towards[wanted])
        best = np.maximum.reduceat(value, starts)
        is_best = value == np.repeat(best, histories.lengths[filled])
        named = np.where(is_best & (value > 0), histories.products, histories.n_products)
        first = np.minimum.reduceat(named, starts)
        because[filled, column] = np.where(first < histories.n_products, first, -1)
    return because
