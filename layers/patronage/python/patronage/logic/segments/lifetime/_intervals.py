"""Quantiles of one level of what customers will buy and spend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.segments.lifetime._outlook import outlook
from patronage.logic.segments.lifetime._search import least

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Histories, Numbers
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters


def purchase_quantile(
    parameters: BgNbdParameters, histories: Histories, horizon: float, level: float
) -> Numbers:
    """Return the least k with at least `level` probability of at most k purchases, shape (n,)."""
    return _least_with_tail(parameters, histories, horizon, np.full(len(histories), 1 - level))


def _least_with_tail(
    parameters: BgNbdParameters, histories: Histories, horizon: float, tail: Numbers
) -> Numbers:
    """Return the least k that is exceeded with at most the probability `tail`."""
    alive = parameters.probability_alive(histories)
    x, age = histories.frequency, histories.age

    def enough(purchases: Numbers, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        above = alive[rows] * parameters.above_if_alive(x[rows], age[rows], horizon, purchases)
        return above <= tail[rows]

    too_few = np.full(len(x), -1.0)
    found = np.zeros(len(x))
    rows = np.flatnonzero(~enough(found, np.arange(len(x))))
    while len(rows):  # double until it is enough
        too_few[rows] = found[rows]
        found[rows] = 2 * found[rows] + 1
        rows = rows[~enough(found[rows], rows)]
    return least(enough, too_few, found)


def value_quantile(
    parameters: BgNbdParameters,
    histories: Histories,
    horizon: float,
    level: float,
    *,
    p: float,
    shape: Numbers,
) -> Numbers:
    """Return the quantile of the money of all purchases within `horizon`, in units of the spending's rate.

    Parameters
    ----------
    p : float
        Shape of the money of one purchase.
    shape : array, shape (n,)
        Shape of the posterior of each customer's rate; multiply the answer by the rate of that posterior.

    Returns
    -------
    quantile : array, shape (n,)
        0 where no purchase is at least as probable as `level`; elsewhere as a rule within a thousandth,
        at worst a hundredth.
    """
    return outlook(parameters, histories, [horizon], [level], p=p, shape=shape).money[0, :, 0]
