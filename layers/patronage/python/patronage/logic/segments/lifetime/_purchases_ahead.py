"""How many purchases lie ahead of those who are alive, as probabilities by number and age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from patronage.logic.segments.lifetime._search import count_above, least

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Numbers
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters

_SINGLY = 512  # purchases, above which probabilities are taken at wider steps
_WIDENING = 1.02
_LEFT_OUT = 1e-7  # probability beyond which numbers of purchases are not told apart


class PurchasesAhead:
    """The purchases of customers of one frequency, if they are alive.

    Parameters
    ----------
    parameters : BgNbdParameters
        Of the shop.
    frequency : float
        Theirs.
    youngest : float
        The least of their ages: the younger, the more purchases lie ahead.
    horizon : float
        The farthest that is asked for.
    tail : float
        The least probability of more purchases that is asked for.

    Attributes
    ----------
    edges : array, shape (edges,)
        Whole numbers of purchases from 0: one by one, beyond 512 at steps of 2 %.
    furthest : array, shape (edges,)
        Probability of more purchases than each edge, of the youngest within the farthest horizon.
    """

    def __init__(
        self, parameters: BgNbdParameters, frequency: float, youngest: float, horizon: float, tail: float
    ) -> None:
        self._parameters, self._frequency = parameters, frequency
        last = 1.0
        while self._exactly(np.array([youngest]), horizon, np.array([last]))[0, 0] > min(
            _LEFT_OUT, tail / 1000
        ):
            last = np.ceil(1.25 * last)
        self._singly = np.arange(min(last, _SINGLY) + 1)
        wide = np.unique(np.ceil(_SINGLY * _WIDENING ** np.arange(1, 2_000)))
        self._wide = wide[(wide > self._singly[-1]) & (wide <= last)]
        self.edges: Numbers = np.r_[self._singly, self._wide]
        # The mean square of the numbers in each range (edge, next edge].
        self._squares = ((self.edges[:-1] + 1 + self.edges[1:]) / 2) ** 2 + (
            np.diff(self.edges) ** 2 - 1
        ) / 12
        self.furthest: Numbers = self.above(np.array([youngest]), horizon)[0]

    def above(self, ages: Numbers, horizon: float) -> Numbers:
        """Return the probability of more purchases than each edge, shape (ages, edges).

        The occasions that chance brings are negative binomial. Beginning with those beyond the last edge,
        their probabilities are added up: a power of the age times what all ages have in common, which
        takes no incomplete beta function and loses no digit.
        """
        shape = self._parameters.r + self._frequency
        share = (horizon / (self._parameters.alpha + ages + horizon))[:, None]
        k = self._singly[1:]
        in_common = gammaln(shape + k) - gammaln(shape) - gammaln(k + 1)
        occasions = np.exp(in_common + k * np.log(share) + shape * np.log1p(-share))
        own = np.full(1, self._frequency)
        beyond = self._parameters.occasions_above(own, share, self._singly[-1:])
        added = np.cumsum(np.concatenate([beyond, occasions[:, ::-1]], axis=1), axis=1)[:, ::-1]
        singly: Numbers = added * self._parameters.staying(own, self._singly)
        if not len(self._wide):
            return singly
        return np.concatenate([singly, self._exactly(ages, horizon, self._wide)], axis=1)

    def squared(self, above: Numbers) -> Numbers:
        """Return the expected square of the number of purchases, shape (ages,)."""
        expected: Numbers = (above[:, :-1] - above[:, 1:]) @ self._squares
        return expected

    def quantile(
        self, above: Numbers, ages: Numbers, of_age: NDArray[np.intp], tail: Numbers, horizon: float
    ) -> Numbers:
        """Return the least number that each exceeds with at most the probability `tail`, shape (n,)."""
        edge = count_above(above, of_age, tail)
        found, before = self.edges[edge], self.edges[edge - 1]
        wide = np.flatnonzero((edge > 0) & (found - before > 1))

        def enough(purchases: Numbers, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
            customers = wide[rows]
            frequency, age = np.full(len(rows), self._frequency), ages[of_age[customers]]
            exactly = self._parameters.above_if_alive(frequency, age, horizon, purchases)
            return exactly <= tail[customers]

        found[wide] = least(enough, before[wide], found[wide])
        return found

    def _exactly(self, ages: Numbers, horizon: float, purchases: Numbers) -> Numbers:
        frequency = np.full((1, 1), self._frequency)
        return self._parameters.above_if_alive(frequency, ages[:, None], horizon, purchases)
