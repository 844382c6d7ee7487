"""BG/NBD: how often a customer buys while alive, and when the customer is gone.

While alive a customer buys at random times at a rate of his own; rates follow a gamma distribution (shape
r, scale alpha in units of time). After each purchase but the first he leaves for good with a probability
of his own; these follow a beta distribution (a, b).

Fader, Hardie and Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24(2), 2005; P(alive): Fader, Hardie and Lee, "Computing P(alive) Using the BG/NBD
Model", 2008, brucehardie.com/notes/021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._fitting import Outcome, fit_or_fall_back, parts
from patronage.logic.segments.lifetime._histories import Histories, distinct_rows
from patronage.logic.segments.lifetime._purchases import BgNbdParameters

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Numbers

# In units of the mean age, so that a shop of any age in any unit of time begins alike.
_PRIOR = np.array([0.5, 0.3, 0.8, 2.5])
_SMALLEST = 1e-300


class BgNbd:
    """Fit the four parameters by maximum likelihood.

    Nothing here is random, so there is no random state. Customers with equal histories are counted, not
    repeated, so the time of a fit follows the number of different histories.

    Parameters
    ----------
    min_repeat_buyers : int
        With fewer customers who bought again, a weak prior stands in for what the data cannot say.

    Attributes
    ----------
    parameters_ : BgNbdParameters
        Estimates; `alpha` in the unit of time of the histories.
    log_likelihood_ : float
        At the estimates, over all customers.
    neighbours_ : list of pairs of BgNbdParameters
        One standard deviation up and down in each independent direction: how sure the estimates are.
    outcome_ : Outcome
        Whether these are maximum-likelihood estimates, and why not.
    """

    def __init__(self, *, min_repeat_buyers: int = 50) -> None:
        self.min_repeat_buyers = min_repeat_buyers

    def fit(self, histories: Histories) -> BgNbd:
        """Learn from the histories of all customers, those of one purchase included.

        Raises
        ------
        BadInput
            There is no customer, or nobody has been a customer for any time.
        """
        if self.min_repeat_buyers < 1:
            raise BadInput(f"min_repeat_buyers={self.min_repeat_buyers} must be at least 1")
        if not histories.age.any():
            raise BadInput(
                f"none of {len(histories)} customers first bought before the end of the observation; "
                "lifetime value needs some time to pass after first purchases"
            )
        unit = float(histories.age.mean())
        likelihood = _Likelihood(histories, unit)
        found, outcome = fit_or_fall_back(
            likelihood,
            _starts(histories),
            prior=_PRIOR,
            informative=int(np.count_nonzero(histories.frequency)),
            min_informative=self.min_repeat_buyers,
            of_what="customers bought again",
        )
        self.parameters_ = _in_time(found.parameters, unit)
        self.neighbours_ = [
            (_in_time(up, unit), _in_time(down, unit))
            for up, down in found.neighbours(likelihood, prior=not outcome.fitted)
        ]
        # The density of x purchase times counts in (units of time) ** -x.
        self.log_likelihood_ = found.log_likelihood - float(histories.frequency.sum() * np.log(unit))
        self.outcome_: Outcome = outcome
        return self


def _in_time(parameters: Numbers, unit: float) -> BgNbdParameters:
    r, alpha, a, b = (float(value) for value in parameters)
    return BgNbdParameters(r=r, alpha=alpha * unit, a=a, b=b)


def _starts(histories: Histories) -> list[Numbers]:
    """Begin at the shop's overall rate, with much and little difference between customers."""
    purchases = max(float(histories.frequency.sum()), 1.0)
    scale = len(histories) / purchases  # of time to the next purchase, in units of the mean age
    shapes = [(0.3, 0.5, 2.0), (1.0, 0.5, 2.0), (1.0, 1.5, 10.0), (3.0, 0.2, 4.0)]
    clipped = np.clip(scale, 1e-2, 1e2)
    return [np.array([r, r * clipped, a, b]) for r, a, b in shapes]


class _Likelihood:
    """Log-likelihood over the different histories, time in units of `unit`."""

    names: tuple[str, ...] = ("r", "alpha", "a", "b")

    def __init__(self, histories: Histories, unit: float) -> None:
        rows, _, counts = distinct_rows(histories.frequency, histories.recency, histories.age)
        frequency, recency, age = rows
        weights = counts.astype(np.float64)
        self.customers = len(histories)
        # Few frequencies, recencies and ages differ, so logarithms are taken of those and looked up.
        self._frequencies, of_frequency = np.unique(frequency, return_inverse=True)
        self._ages, of_age = np.unique(age / unit, return_inverse=True)
        self._by_frequency = np.bincount(of_frequency, weights=weights)
        self._by_age = np.bincount(of_age, weights=weights)
        self._purchases_by_age = np.bincount(of_age, weights=weights * frequency)
        repeat = frequency > 0
        self._repeat_x, self._repeat_weights = frequency[repeat], weights[repeat]
        self._recencies, of_recency = np.unique(recency[repeat] / unit, return_inverse=True)
        self._repeats = (of_age[repeat], of_recency, of_frequency[repeat])
        self._parts = parts(len(of_recency))

    def value_and_gradient(self, parameters: Numbers) -> tuple[float, Numbers]:
        by_frequency, slope = self._terms_of_frequency(parameters)
        by_history, slope_of_history = self._terms_of_history(parameters)
        return by_frequency + by_history, slope + slope_of_history

    def _terms_of_frequency(self, parameters: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = parameters
        x, n, customers = self._frequencies, self._by_frequency, self.customers
        value = n @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x))
        value += customers * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * np.log(alpha))
        lost = n @ psi(a + b + x) - customers * psi(a + b)
        slope = [
            n @ psi(r + x) + customers * (np.log(alpha) - psi(r)),
            customers * r / alpha,
            -lost,
            n @ psi(b + x) - customers * psi(b) - lost,
        ]
        return float(value), np.array(slope)

    def _terms_of_history(self, parameters: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = parameters
        log_age, log_recency = np.log(alpha + self._ages), np.log(alpha + self._recencies)
        per_age, per_recency = 1 / (alpha + self._ages), 1 / (alpha + self._recencies)
        stays = np.maximum(b + self._frequencies - 1, _SMALLEST)  # that of no repeat purchase is not used
        log_odds, per_stay = np.log(a) - np.log(stays), 1 / stays
        by_age = r * self._by_age + self._purchases_by_age
        value = -float(by_age @ log_age)
        slope = np.array([-(self._by_age @ log_age), -(by_age @ per_age), 0.0, 0.0])
        for rows in self._parts:
            of_age, of_recency, of_frequency = (each[rows] for each in self._repeats)
            weights, shape = self._repeat_weights[rows], r + self._repeat_x[rows]
            since = log_age.take(of_age) - log_recency.take(of_recency)
            log_odds_gone = log_odds.take(of_frequency) + shape * since
            small = np.exp(-np.abs(log_odds_gone))
            gone = weights * np.where(log_odds_gone > 0, 1.0, small) / (1 + small)
            value += float(weights @ (np.maximum(log_odds_gone, 0) + np.log1p(small)))
            slope += [
                gone @ since,
                (gone * shape) @ (per_age.take(of_age) - per_recency.take(of_recency)),
                gone.sum() / a,
                -(gone @ per_stay.take(of_frequency)),
            ]
        return value, slope
