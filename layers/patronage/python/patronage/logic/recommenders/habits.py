"""Habits: how often and how regularly a customer buys a product, and how long ago they last did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.recency import visits_ago

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Ids, Scores

_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
RHYTHMS = len(_RATIOS) + 2
"""How many rhythms there are: see `Habits.rhythm`."""


@dataclass(frozen=True)
class Habits:
    """Every product of every customer, once: aligned arrays, in the order of rows and products.

    Parameters
    ----------
    rows, products : array of int
        Whose habit it is, and with which product.
    times : array of int32
        On how many days they bought it.
    weight : array of float32
        The same, with each time weighed down by the visits since.
    rhythm : array of int
        0 for a product bought once; else from 1 for one bought long before it is due to `RHYTHMS` - 1 for one
        long overdue, by the days since the last time over the mean days between the times.
    """

    rows: NDArray[np.int64]
    products: Ids
    times: Ids
    weight: Scores
    rhythm: NDArray[np.int64]


def habits(histories: Histories, *, decay: float, now: NDArray[np.int64]) -> Habits:
    """Find the habits of customers, each seen from a day of their own."""
    key = histories.rows * histories.n_products + histories.products
    order = np.argsort(key, kind="stable")
    # What was bought twice on a day was bought on one day.
    is_new = np.diff(key[order], prepend=-1) != 0
    order = order[is_new | (np.diff(histories.days[order], prepend=-1) != 0)]
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    days, cells = histories.days[order], key[order[starts]]
    times = np.diff(np.append(starts, len(order)))
    weights = np.float32(decay) ** visits_ago(histories)[order].astype(np.float32)
    rows, products = np.divmod(cells, histories.n_products)
    last = days[starts + times - 1]
    gap = (last - days[starts]) / np.maximum(times - 1, 1)
    ratio = (now[rows] - last) / np.maximum(gap, 1)
    return Habits(
        rows=rows,
        products=products.astype(np.int32),
        times=times.astype(np.int32),
        weight=np.add.reduceat(weights, starts) if len(starts) else weights,
        rhythm=np.where(times > 1, 1 + np.searchsorted(_RATIOS, ratio), 0),
    )
