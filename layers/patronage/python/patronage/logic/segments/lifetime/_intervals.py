"""Quantiles of what a customer will buy and spend, without simulation.

They are of the posterior predictive distribution: of the purchases and the money themselves, not of their
expectation, so 80 % of customers should end inside their 80 % intervals, which a holdout can check. The
parameters are taken as known: from some hundred repeat buyers on, what is not known of them is small beside
the difference of one customer's luck from another's. Both distributions have a closed form, which takes no
seed, is the same on every machine, and costs less than draws would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincc, betainccinv, betaincinv, expit, logit

from patronage.logic.segments.lifetime._histories import distinct_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Histories, Numbers
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters

_CELLS_AT_ONCE = 1 << 21
_STEP_OF_SPREAD = 0.25
_TOLD_APART = 64  # purchases, above which near numbers of them are taken together
_SMALLEST = 1e-4  # share of single purchases that lie below the grid of money
_LEFT_TOGETHER = 1e-3  # share of the tail beyond which numbers of purchases are not told apart


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
    rows = np.flatnonzero(found - too_few > 1)
    while len(rows):  # and halve what lies between
        middle = np.floor((too_few[rows] + found[rows]) / 2)
        ok = enough(middle, rows)
        found[rows] = np.where(ok, middle, found[rows])
        too_few[rows] = np.where(ok, too_few[rows], middle)
        rows = rows[found[rows] - too_few[rows] > 1]
    return found


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

    Of k purchases the money is a gamma variable of shape p * k whose rate is another one, so in units of
    that other's own rate it follows a beta prime distribution (p * k, shape), whatever the customer's age.
    So these are computed once a frequency and shape, on a grid of money; a matrix product mixes them by
    each customer's numbers of purchases.

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
    quantile = np.zeros(len(histories))
    alive = parameters.probability_alive(histories)
    some = alive * parameters.above_if_alive(histories.frequency, histories.age, horizon, np.zeros(1))
    rows = np.flatnonzero(some > 1 - level)
    kinds, kind, counts = distinct_rows(histories.frequency[rows], shape[rows])
    order = np.argsort(kind, kind="stable")
    ends = np.cumsum(counts)
    for frequency, own_shape, count, end in zip(*kinds, counts, ends, strict=True):
        same = rows[order[end - count : end]]
        quantile[same] = _quantiles_of_one_kind(
            _Kind(parameters, float(frequency), horizon, p, float(own_shape)),
            histories.age[same],
            (1 - level) / alive[same],
        )
    return quantile


@dataclass(frozen=True)
class _Kind:
    """What customers of equal frequency and spending shape have in common."""

    parameters: BgNbdParameters
    frequency: float
    horizon: float
    p: float
    shape: float

    def above(self, age: Numbers, purchases: Numbers) -> Numbers:
        """Return the probability of more purchases if alive, shape (ages, purchases)."""
        return self.parameters.above_if_alive(
            np.full((1, 1), self.frequency), age[:, None], self.horizon, purchases
        )


def _quantiles_of_one_kind(kind: _Kind, age: Numbers, tail: Numbers) -> Numbers:
    """Return the money that is exceeded with probability `tail` by those who are alive, shape (n,)."""
    ages, index = np.unique(age, return_inverse=True)
    edges = _edges(kind, ages[:1], float(tail.min()) * _LEFT_TOGETHER)
    purchases = (edges[:-1] + 1 + edges[1:]) / 2
    grid = _grid(kind, purchases, float(tail.min()))
    exceeded = np.asarray(betaincc(kind.p * purchases[:, None], kind.shape, expit(grid)), dtype=np.float64)
    quantile = np.empty(len(age))
    step = max(1, _CELLS_AT_ONCE // max(len(grid), len(edges)))
    above = np.concatenate(
        [_above_grid(kind, ages[at : at + step], edges, exceeded) for at in range(0, len(ages), step)]
    )
    for at in range(0, len(age), step):
        rows = slice(at, at + step)
        quantile[rows] = _read_off(np.exp(grid), above[index[rows]], tail[rows])
    return quantile


def _edges(kind: _Kind, youngest: Numbers, tail: float) -> Numbers:
    """Cut the numbers of purchases so that few are told apart where they are many.

    Those of a range (edge, next edge] count as its middle. The youngest of a frequency buy most.
    """
    last = 1.0
    while kind.above(youngest, np.array([last]))[0, 0] > tail:
        last *= 1.5
    singly = np.arange(min(last, _TOLD_APART) + 1)
    widening = np.ceil(_TOLD_APART * 1.05 ** np.arange(1, 400))
    edges: Numbers = np.r_[singly, np.unique(widening[(widening > singly[-1]) & (widening <= last)])]
    return edges


def _grid(kind: _Kind, purchases: Numbers, tail: float) -> Numbers:
    """Return logarithms of money from less than one small purchase to more than is asked for.

    The money of so many purchases as bring w is spread by about `spread` in its logarithm; the points lie
    a fixed share of that apart, which keeps interpolation between them good.
    """
    low = betaincinv(kind.p, kind.shape, _SMALLEST)
    high = betainccinv(kind.p * purchases[-1], kind.shape, tail)
    fine = np.linspace(logit(max(low, 1e-250)), logit(min(high, 1 - 1e-12)), 2_000)
    spread = np.sqrt(1 / np.maximum(np.exp(fine) * kind.shape, kind.p) + 1 / kind.shape)
    passed = np.cumsum((fine[1] - fine[0]) / (_STEP_OF_SPREAD * spread))
    points = int(np.clip(passed[-1], 16, 2_000))
    return np.interp(np.linspace(passed[0], passed[-1], points), passed, fine)


def _above_grid(kind: _Kind, ages: Numbers, edges: Numbers, exceeded: Numbers) -> Numbers:
    """Return the probability of more money than none and than each point of the grid, if alive."""
    above: Numbers = kind.above(ages, edges)
    above[:, -1] = 0  # what lies beyond the last edge counts to the last range
    mixed = (above[:, :-1] - above[:, 1:]) @ exceeded
    return np.concatenate([above[:, :1], mixed], axis=1)


def _read_off(money: Numbers, above: Numbers, tail: Numbers) -> Numbers:
    """Interpolate where falling rows reach `tail`: log odds over log money, straight below the grid."""
    last = np.clip((above > tail[:, None]).sum(axis=1) - 1, 0, len(money) - 1)
    rows = np.arange(len(above))
    first, second = above[rows, last], np.minimum(above[rows, last + 1], tail)
    below_grid = last == 0
    straight = money[0] * (first - tail) / np.maximum(first - second, 1e-300)
    logs = np.log(money)
    left, right = logs[np.maximum(last - 1, 0)], logs[np.maximum(last, 1)]
    odds = [logit(np.clip(each, 1e-15, 1 - 1e-15)) for each in (first, second, tail)]
    share = (odds[0] - odds[2]) / np.maximum(odds[0] - odds[1], 1e-300)
    quantile: Numbers = np.where(below_grid, straight, np.exp(left + (right - left) * share))
    return quantile
