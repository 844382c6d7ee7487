"""The distribution of what a customer will buy and spend, without simulation.

It is the posterior predictive one: of the purchases and the money themselves, not of their expectation, so
80 % of customers should end inside their 80 % intervals, which a holdout can check. Both distributions
have a closed form, which takes no seed, is the same on every machine, and costs less than draws would.

Both are computed once a frequency and age, for customers who are alive. P(alive), in which alone customers
of one frequency and age differ, moves the level that is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.segments.lifetime._histories import distinct_rows
from patronage.logic.segments.lifetime._money_ahead import MoneyAhead
from patronage.logic.segments.lifetime._purchases import check_horizon
from patronage.logic.segments.lifetime._purchases_ahead import PurchasesAhead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.segments.lifetime._histories import Histories, Numbers
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters

_CELLS_AT_ONCE = 1 << 21
_NEVER = 1e-300


@dataclass(frozen=True)
class Outlook:
    """What lies ahead of n customers.

    Parameters
    ----------
    purchases : array, shape (levels, n, horizons)
        The least number of purchases that is exceeded with at most the probability 1 - level.
    squared : array, shape (n, horizons)
        Expected square of the number of purchases.
    money : array, shape (levels, n, horizons)
        Quantiles of the money, in units of the rate of each customer's own posterior of spending; nan
        where no shape was given.
    """

    purchases: Numbers
    squared: Numbers
    money: Numbers


def outlook(
    parameters: BgNbdParameters,
    histories: Histories,
    horizons: Sequence[float],
    levels: Sequence[float],
    *,
    p: float | None = None,
    shape: Numbers | None = None,
) -> Outlook:
    """Work out quantiles of purchases and money at each level within each horizon.

    Parameters
    ----------
    p : float, optional
        Shape of the money of one purchase; without it nothing is said of money.
    shape : array, shape (n,), optional
        Shape of the posterior of each customer's rate of spending.
    """
    for horizon in horizons:
        check_horizon(horizon)
    n = len(histories)
    found = Outlook(
        np.zeros((len(levels), n, len(horizons))),
        np.zeros((n, len(horizons))),
        np.full((len(levels), n, len(horizons)), np.nan),
    )
    alive = np.maximum(parameters.probability_alive(histories), _NEVER)
    tails = [1 - level for level in levels]
    shapes = np.zeros(n) if shape is None else shape
    kinds, kind, counts = distinct_rows(histories.frequency, shapes)
    order = np.lexsort((histories.age, kind))
    for frequency, own_shape, end, count in zip(*kinds, np.cumsum(counts), counts, strict=True):
        rows = order[end - count : end]
        youngest = float(histories.age[rows[0]])
        ahead = PurchasesAhead(parameters, float(frequency), youngest, max(horizons), min(tails))
        money = None if p is None else MoneyAhead(ahead, p=p, shape=float(own_shape), tail=min(tails))
        step = max(1, _CELLS_AT_ONCE // len(ahead.edges))
        for at in range(0, count, step):
            part = rows[at : at + step]
            ages, of_age = np.unique(histories.age[part], return_inverse=True)
            tails_if_alive = [tail / alive[part] for tail in tails]
            for column, horizon in enumerate(horizons):
                above = ahead.above(ages, horizon)
                found.squared[part, column] = alive[part] * ahead.squared(above)[of_age]
                for row, tail in enumerate(tails_if_alive):
                    found.purchases[row, part, column] = ahead.quantile(above, ages, of_age, tail, horizon)
                if money is not None:
                    found.money[:, part, column] = money.quantiles(above, of_age, tails_if_alive)
    return found
