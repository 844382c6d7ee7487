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
from scipy.special import expit, gammaln, psi

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._fitting import Outcome, fit_or_fall_back
from patronage.logic.segments.lifetime._histories import Histories, distinct_rows
from patronage.logic.segments.lifetime._purchases import BgNbdParameters

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Numbers

# In units of the mean age, so that a shop of any age in any unit of time begins alike.
_PRIOR = np.array([0.5, 0.3, 0.8, 2.5])


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
        r, alpha, a, b = (float(value) for value in found.parameters)
        self.parameters_ = BgNbdParameters(r=r, alpha=alpha * unit, a=a, b=b)
        # The density of x purchase times counts in (units of time) ** -x.
        self.log_likelihood_ = found.log_likelihood - float(histories.frequency.sum() * np.log(unit))
        self.outcome_: Outcome = outcome
        return self


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
        self.customers = len(histories)
        self._weights = counts.astype(np.float64)
        self._x, self._age = frequency, age / unit
        repeat = frequency > 0
        self._repeat = repeat
        self._repeat_x, self._repeat_recency = frequency[repeat], recency[repeat] / unit
        self._repeat_weights = self._weights[repeat]
        self._frequencies, index = np.unique(frequency, return_inverse=True)
        self._by_frequency = np.bincount(index, weights=self._weights)

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
        x, repeat_x = self._x, self._repeat_x
        log_age = np.log(alpha + self._age)
        since = log_age[self._repeat] - np.log(alpha + self._repeat_recency)
        log_odds_gone = np.log(a) - np.log(b + repeat_x - 1) + (r + repeat_x) * since
        gone = self._repeat_weights * expit(log_odds_gone)
        value = self._repeat_weights @ np.logaddexp(0, log_odds_gone) - self._weights @ ((r + x) * log_age)
        per_age = (r + x) / (alpha + self._age)
        per_recency = (r + repeat_x) / (alpha + self._repeat_recency)
        slope = [
            gone @ since - self._weights @ log_age,
            gone @ (per_age[self._repeat] - per_recency) - self._weights @ per_age,
            gone.sum() / a,
            -(gone @ (1 / (b + repeat_x - 1))),
        ]
        return float(value), np.array(slope)
