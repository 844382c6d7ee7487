"""What the BG/NBD model says of a customer: alive or not, and how many purchases lie ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, expit, gammaln, hyp2f1

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._histories import distinct_rows

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Histories, Numbers

_CLOSE_TO_ONE, _CLOSE_TO_ZERO = 1e-4, 1e-7
# Where the ranges of purchases begin whose probabilities are summed at once: single ones, then 0.2 % wide.
_SUMMED = np.r_[np.arange(512), np.unique(np.ceil(512 * 1.002 ** np.arange(5_000)))]


@dataclass(frozen=True)
class BgNbdParameters:
    """The four parameters, and the answers that follow from them.

    A customer who is still alive after a history of x repeat purchases in the time T is a new customer
    of the parameters (r + x, alpha + T, a, b + x): the likelihood of the history of one who is alive is
    rate**x * exp(-rate * T) * (1 - p)**x, and gamma and beta are its conjugate priors. Every forecast
    below is that of such a new customer, times P(alive).

    Parameters
    ----------
    r, alpha : float
        Shape and scale of the purchase rates; alpha in the unit of time of the histories.
    a, b : float
        Of the beta distribution of the probability to leave after a purchase.
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "a", "b"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise BadInput(f"{name}={value} must be a finite number above 0")

    def probability_alive(self, histories: Histories) -> Numbers:
        """Return P(alive) at the end of the observation, shape (n,); 1 after a single purchase."""
        x = histories.frequency
        again = np.maximum(x, 1)
        since = np.log1p((histories.age - histories.recency) / (self.alpha + histories.recency))
        log_odds_gone = np.log(self.a) - np.log(self.b + again - 1) + (self.r + x) * since
        return np.where(x > 0, expit(-log_odds_gone), 1.0)

    def expected_purchases(self, histories: Histories, horizon: float) -> Numbers:
        """Return how many purchases to expect within `horizon` after the observation, shape (n,)."""
        check_horizon(horizon)
        (frequency, age), index, _ = distinct_rows(histories.frequency, histories.age)
        return self.probability_alive(histories) * self.expected_if_alive(frequency, age, horizon)[index]

    def expected_purchases_of_new(self, horizon: float) -> float:
        """Return how many repeat purchases to expect of a new customer within `horizon`."""
        check_horizon(horizon)
        nothing = np.zeros(1)
        return float(self.expected_if_alive(nothing, nothing, horizon)[0])

    def probability_above(self, histories: Histories, horizon: float, purchases: Numbers) -> Numbers:
        """Return the probability of more than so many purchases within `horizon`.

        One buys more than k times if chance brings more than k occasions and one stays after each of k.
        The two are independent, so the probability is a product of two known ones, times P(alive).

        Parameters
        ----------
        purchases : array, shape (n,) or (n, columns) with histories of shape (n, 1)
            Whole numbers from 0.
        """
        check_horizon(horizon)
        alive = self.probability_alive(histories)
        return alive * self.above_if_alive(histories.frequency, histories.age, horizon, purchases)

    def probability_of_none(self, histories: Histories, horizon: float) -> Numbers:
        """Return the probability of no purchase within `horizon`, shape (n,).

        It is 1 - P(alive) * (1 - ((alpha + T) / (alpha + T + horizon)) ** (r + x)): unlike P(alive) it sees
        that who bought once long ago hardly buys, and what it says can be held against what came.
        """
        return 1 - self.probability_above(histories, horizon, np.zeros(len(histories)))

    def above_if_alive(self, frequency: Numbers, age: Numbers, horizon: float, purchases: Numbers) -> Numbers:
        """Return the probability of more than so many purchases of a customer who is alive."""
        share = horizon / (self.alpha + age + horizon)
        return self.occasions_above(frequency, share, purchases) * self.staying(frequency, purchases)

    def occasions_above(self, frequency: Numbers, share: Numbers, purchases: Numbers) -> Numbers:
        """Return the probability that chance brings more occasions than so many purchases.

        Occasions are negative binomial; `share` is horizon / (alpha + age + horizon).
        """
        return np.asarray(betainc(purchases + 1, self.r + frequency, share), dtype=np.float64)

    def staying(self, frequency: Numbers, purchases: Numbers) -> Numbers:
        """Return the probability to stay after each of so many purchases of one who is alive."""
        b = self.b + frequency
        log_staying = gammaln(b + purchases) - gammaln(self.a + b + purchases)
        log_staying += gammaln(self.a + b) - gammaln(b)
        return np.exp(log_staying)

    def expected_if_alive(self, x: Numbers, age: Numbers, horizon: float) -> Numbers:
        """Return the expected purchases of those who are alive, shape (n,).

        They are ``c / (a - 1) * (1 - remainder)``. At a = 1 that is 0 / 0 and smooth all the same, so close
        to 1 it is read between two values beside it.
        """
        if abs(self.a - 1) >= _CLOSE_TO_ONE:
            return self._expected_at(self.a, x, age, horizon)
        low, high = 1 - _CLOSE_TO_ONE, 1 + _CLOSE_TO_ONE
        weight = (self.a - low) / (high - low)
        below, above = (self._expected_at(a, x, age, horizon) for a in (low, high))
        return (1 - weight) * below + weight * above

    def _expected_at(self, a: float, x: Numbers, age: Numbers, horizon: float) -> Numbers:
        z = horizon / (self.alpha + age + horizon)
        c = a + self.b + x - 1
        shape = self.r + x
        # The paper's form overflows for some hundred purchases. Euler's transformation mends that, and
        # overflows in its turn where a is great; each holds where the powers that it leaves are not negative.
        moved = shape > a - 1
        remainder = np.empty_like(x)
        for rows, first, second, power in (
            (moved, np.full_like(x, a + self.b - 1 - self.r), np.full_like(x, a - 1), np.full_like(x, a - 1)),
            (~moved, shape, self.b + x, shape),
        ):
            with np.errstate(all="ignore"):
                series = hyp2f1(first[rows], second[rows], c[rows], z[rows])
                remainder[rows] = (1 - z[rows]) ** power[rows] * series
        with np.errstate(invalid="ignore"):
            expected: Numbers = c / (a - 1) * (1 - remainder)
        # SciPy's 2F1 gives up beyond z of 0.9 after some ninety purchases, and c = 0 is 0 times infinity:
        # few rows, which can be summed.
        for row in np.flatnonzero(~np.isfinite(expected) | (np.abs(c) < _CLOSE_TO_ZERO)):
            expected[row] = self._summed(x[row : row + 1], age[row : row + 1], horizon)
        return np.maximum(expected, 0.0)

    def _summed(self, x: Numbers, age: Numbers, horizon: float) -> float:
        """Return the expectation of one customer as the sum of the probabilities of more than k purchases."""
        middles = (_SUMMED[:-1] + _SUMMED[1:] - 1) / 2
        return float(self.above_if_alive(x, age, horizon, middles) @ np.diff(_SUMMED))


def check_horizon(horizon: float) -> None:
    """Refuse a horizon that is no time ahead."""
    if not (np.isfinite(horizon) and horizon > 0):
        raise BadInput(f"horizon={horizon} must be a finite time above 0, in the unit of the histories")
