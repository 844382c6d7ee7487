"""What a purchase weighs by its age: in days, or in the visits of its customer since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions, Matrix


def age_weights(interactions: Interactions, half_life_days: float) -> NDArray[np.float64]:
    """Weigh each purchase 1 on the newest day and half with every so many days before it, summed by row."""
    age = interactions.days.max(initial=0) - interactions.days
    weights: NDArray[np.float64] = 0.5 ** (age / half_life_days)
    return weights if interactions.counts is None else weights * interactions.counts


def recent_purchases(interactions: Interactions, half_life_days: float) -> NDArray[np.float64]:
    """Count each product's purchases by their `age_weights`; shape (products,)."""
    weights = age_weights(interactions, half_life_days)
    counted = np.bincount(interactions.products, weights=weights, minlength=interactions.n_products)
    return counted.astype(np.float64, copy=False)


def visit_numbers(histories: Histories) -> Ids:
    """Return the number of each interaction's visit, 0 for the customer's oldest.

    Purchases of one day belong to one visit and have no order among them.
    """
    if len(histories.days) == 0:
        return np.zeros(0, dtype=np.int32)
    is_new_day = np.concatenate([[False], histories.days[1:] != histories.days[:-1]])
    starts = histories.indptr[:-1][histories.lengths > 0]
    is_new_day[starts] = False
    running = np.cumsum(is_new_day, dtype=np.int32)
    return running - np.repeat(running[starts], histories.lengths[histories.lengths > 0])


def visits_ago(histories: Histories) -> Ids:
    """Count the visits between each interaction and the customer's newest one, which is 0."""
    numbers = visit_numbers(histories)
    newest = np.zeros(len(histories), dtype=np.int32)
    has_any = histories.lengths > 0
    newest[has_any] = numbers[histories.indptr[1:][has_any] - 1]
    return np.repeat(newest, histories.lengths) - numbers


def recency_weights(histories: Histories, decay: float) -> Matrix:
    """Weigh what was bought, 1 at the newest visit and `decay` of that a visit earlier; rows by products."""
    weights = np.float32(decay) ** visits_ago(histories).astype(np.float32)
    shape = (len(histories), histories.n_products)
    # Weights too small to matter would only lengthen the sums.
    kept = weights > np.float32(1e-4)
    cells = (weights[kept], (histories.rows[kept], histories.products[kept]))
    matrix: Matrix = sparse.coo_array(cells, shape=shape).tocsr()
    return matrix
