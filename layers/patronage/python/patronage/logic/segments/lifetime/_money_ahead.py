"""The money that lies ahead of those who are alive, in units of the rate of their own spending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincc, betainccinv, betaincinv, expit, logit

from patronage.logic.segments.lifetime._search import count_above

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Numbers
    from patronage.logic.segments.lifetime._purchases_ahead import PurchasesAhead

_TOLD_APART = 64  # purchases, above which near numbers of them are taken together
_WIDENING = 1.05
_STEP_OF_SPREAD = 0.25
_SMALLEST = 1e-4  # share of single purchases that lie below the grid
_LEFT_TOGETHER = 1e-3  # share of the tail beyond which numbers of purchases are not told apart
_CERTAIN = 16.0  # a probability is 0 or 1 beyond its exponential


class MoneyAhead:
    """The money of customers of one frequency and one posterior shape of spending, if they are alive.

    Of k purchases it follows a beta prime distribution (p * k, shape), whatever the age. Those are computed
    once, on a grid of money; a matrix product mixes them by the numbers of purchases of each age.

    Parameters
    ----------
    ahead : PurchasesAhead
        Their purchases.
    p, shape : float
        Shape of the money of one purchase, and of the posterior of the rate of spending.
    tail : float
        The least probability to exceed that is asked for.
    """

    def __init__(self, ahead: PurchasesAhead, *, p: float, shape: float, tail: float) -> None:
        self._p, self._shape = p, shape
        self._columns = _taken_together(ahead.edges, ahead.furthest, tail * _LEFT_TOGETHER)
        edges = ahead.edges[self._columns]
        purchases = (edges[:-1] + 1 + edges[1:]) / 2
        self._logs = self._grid(float(purchases[-1]), tail)
        self._exceeded = self._exceeding(purchases)

    def quantiles(self, above: Numbers, of_age: NDArray[np.intp], tails: list[Numbers]) -> list[Numbers]:
        """Return the money that is exceeded with each customer's probability, one array of tails a level.

        Parameters
        ----------
        above : array, shape (ages, edges)
            Probability of more purchases than each edge, by age.
        of_age : array, shape (n,)
            Each customer's row of it.
        tails : list of array, shape (n,)
            The probability to exceed.

        Returns
        -------
        list of array, shape (n,)
            0 where no money at all is probable enough.
        """
        kept = above[:, self._columns]
        kept[:, -1] = 0  # what lies beyond the last edge counts to the last range
        mixed = np.concatenate([kept[:, :1], (kept[:, :-1] - kept[:, 1:]) @ self._exceeded], axis=1)
        return [self._read_off(mixed, of_age, tail) for tail in tails]

    def _grid(self, most: float, tail: float) -> Numbers:
        """Return logarithms of money from less than one small purchase to more than is asked for.

        The money of so many purchases as bring w is spread by about `spread` in its logarithm; the points
        lie a fixed share of that apart, which keeps interpolation between them good.
        """
        p, shape = self._p, self._shape
        low, high = betaincinv(p, shape, _SMALLEST), betainccinv(p * most, shape, tail)
        fine = np.linspace(logit(max(low, 1e-250)), logit(min(high, 1 - 1e-12)), 2_000)
        spread = np.sqrt(1 / np.maximum(np.exp(fine) * shape, p) + 1 / shape)
        passed = np.cumsum((fine[1] - fine[0]) / (_STEP_OF_SPREAD * spread))
        points = int(np.clip(passed[-1], 16, 2_000))
        grid: Numbers = np.interp(np.linspace(passed[0], passed[-1], points), passed, fine)
        return grid

    def _exceeding(self, purchases: Numbers) -> Numbers:
        """Return the probability of more money than each point, shape (ranges, points).

        Its tails fall with the powers of money `shape` and p * k, which tells where it is 0 or 1.
        """
        own = self._p * purchases[:, None]
        distance = self._logs - np.log(own / self._shape)
        spread = np.sqrt(1 / own + 1 / self._shape)
        exceeded = (distance < 0).astype(np.float64)
        near = (distance < _CERTAIN / self._shape + 5 * spread) & (distance > -_CERTAIN / own - 5 * spread)
        rows, columns = np.nonzero(near)
        exceeded[rows, columns] = betaincc(own[rows, 0], self._shape, expit(self._logs)[columns])
        return exceeded

    def _read_off(self, mixed: Numbers, of_age: NDArray[np.intp], tail: Numbers) -> Numbers:
        """Interpolate where falling rows reach `tail`: log odds over log money, straight below the grid."""
        logs = self._logs
        last = np.clip(count_above(mixed, of_age, tail) - 1, 0, len(logs) - 1)
        first = mixed[of_age, last]
        second = np.minimum(mixed[of_age, last + 1], tail)
        straight = np.exp(logs[0]) * (first - tail) / np.maximum(first - second, 1e-300)
        left, right = logs[np.maximum(last - 1, 0)], logs[np.maximum(last, 1)]
        odds = [logit(np.clip(each, 1e-15, 1 - 1e-15)) for each in (first, second, tail)]
        share = (odds[0] - odds[2]) / np.maximum(odds[0] - odds[1], 1e-300)
        quantile = np.where(last == 0, straight, np.exp(left + (right - left) * share))
        return np.where(mixed[of_age, 0] > tail, quantile, 0.0)


def _taken_together(edges: Numbers, furthest: Numbers, tail: float) -> NDArray[np.intp]:
    """Choose the edges of ranges whose purchases count as their middle: few where they are many."""
    wanted = np.r_[np.arange(_TOLD_APART + 1), np.ceil(_TOLD_APART * _WIDENING ** np.arange(1, 600))]
    end = max(1, min(int((furthest > tail).sum()), len(edges) - 1))
    chosen: NDArray[np.intp] = np.searchsorted(edges, wanted[wanted <= edges[end]])
    return np.unique(np.r_[chosen[chosen <= end], end])
