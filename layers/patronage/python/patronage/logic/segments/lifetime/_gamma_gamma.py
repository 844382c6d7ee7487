"""Gamma-Gamma: what a customer spends on an average occasion, however often he buys.

A customer's occasions differ by a gamma distribution of shape p and a rate of his own; rates follow a
gamma distribution of shape q and rate gamma, in units of money.

Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, brucehardie.com/notes/025; from Colombo
and Jiang, "A Stochastic RFM Model", Journal of Interactive Marketing 13(3), 1999.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._fitting import Outcome, fit_or_fall_back, parts

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Numbers, Spending

# p, q - 1 and gamma in units of the mean value: occasions differ by a half, customers by somewhat more.
_PRIOR = np.array([4.0, 3.0, 0.75])
_LEAST_SHAPE = 2.25


@dataclass(frozen=True)
class GammaGammaParameters:
    """The three parameters, and the answers that follow from them.

    Parameters
    ----------
    p : float
        Shape of the occasions of one customer.
    q : float
        Shape of the customers' rates, above 1: below, the mean over customers would be infinite.
    gamma : float
        Rate of the customers' rates, in the unit of money of the spending.
    """

    p: float
    q: float
    gamma: float

    def __post_init__(self) -> None:
        for name, least in (("p", 0), ("q", 1), ("gamma", 0)):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > least):
                raise BadInput(f"{name}={value} must be a finite number above {least}")

    def expected_value(self, spending: Spending) -> Numbers:
        """Return the expected money of an average future occasion, shape (n,).

        It lies between the customer's own mean and that of all customers; without an occasion it is the
        latter; of a customer whose occasions brought no money it is nan.
        """
        shape, rate = self.posterior(spending)
        expected: Numbers = self.p * rate / (shape - 1)
        return expected

    def posterior(self, spending: Spending) -> tuple[Numbers, Numbers]:
        """Return shape and rate of the gamma distribution of each customer's own rate, each of shape (n,).

        The rate is nan for a customer whose occasions brought no money.
        """
        money = np.where(spending.usable, spending.occasions * spending.mean_value, 0.0)
        rate = np.where(spending.left_out, np.nan, self.gamma + money)
        return self.shape(spending.occasions), rate

    def shape(self, occasions: Numbers) -> Numbers:
        """Return the shape of the posterior after so many occasions."""
        return self.q + self.p * occasions

    def inverse_square_rate(self, spending: Spending) -> Numbers:
        """Return the expected inverse square of each customer's own rate, shape (n,).

        It is infinite for a shape of at most 2, that is where one occasion says next to nothing of the
        next; a shape of 2.25 stands in for those, so that sums over customers stay finite.
        """
        shape, rate = self.posterior(spending)
        shape = np.maximum(shape, _LEAST_SHAPE)
        expected: Numbers = rate**2 / ((shape - 1) * (shape - 2))
        return expected


class GammaGamma:
    """Fit the three parameters by maximum likelihood.

    Nothing here is random, so there is no random state.

    Parameters
    ----------
    min_repeat_buyers : int
        With fewer customers of two or more occasions, who alone tell how much one customer's occasions
        differ, or with fewer customers at all, a weak prior stands in for what the data cannot say.

    Attributes
    ----------
    parameters_ : GammaGammaParameters
        Estimates; `gamma` in the unit of money of the spending.
    log_likelihood_ : float
        At the estimates, over the customers with spending.
    neighbours_ : list of pairs of GammaGammaParameters
        One standard deviation up and down in each independent direction: how sure the estimates are.
    outcome_ : Outcome
        Whether these are maximum-likelihood estimates, and why not.
    """

    def __init__(self, *, min_repeat_buyers: int = 50) -> None:
        self.min_repeat_buyers = min_repeat_buyers

    def fit(self, spending: Spending) -> GammaGamma:
        """Learn from the customers who have an occasion that brought money.

        Raises
        ------
        BadInput
            There is no such customer.
        """
        if self.min_repeat_buyers < 1:
            raise BadInput(f"min_repeat_buyers={self.min_repeat_buyers} must be at least 1")
        usable = spending.usable
        if not usable.any():
            raise BadInput(
                f"none of {len(spending)} customers spent money on an occasion that counts; "
                "there is no value to learn from"
            )
        occasions, value = spending.occasions[usable], spending.mean_value[usable]
        unit = float(np.average(value, weights=occasions))
        likelihood = _Likelihood(occasions, value / unit)
        found, outcome = fit_or_fall_back(
            likelihood,
            [np.array(start) for start in ((4.0, 3.0, 0.75), (1.0, 1.0, 1.0), (20.0, 10.0, 0.5))],
            prior=_PRIOR,
            informative=int(np.count_nonzero(occasions > 1)),
            min_informative=self.min_repeat_buyers,
            of_what="customers spent money on two or more occasions",
        )
        self.parameters_ = _in_money(found.parameters, unit)
        self.neighbours_ = [
            (_in_money(up, unit), _in_money(down, unit))
            for up, down in found.neighbours(likelihood, prior=not outcome.fitted)
        ]
        self.log_likelihood_ = found.log_likelihood - len(value) * float(np.log(unit))
        self.outcome_: Outcome = outcome
        return self


def _in_money(parameters: Numbers, unit: float) -> GammaGammaParameters:
    p, above_one, gamma = (float(value) for value in parameters)
    return GammaGammaParameters(p=p, q=1 + above_one, gamma=gamma * unit)


class _Likelihood:
    """Log-likelihood of mean values given how many occasions they are over; by p, q - 1 and gamma."""

    names: tuple[str, ...] = ("p", "q - 1", "gamma")

    def __init__(self, occasions: Numbers, value: Numbers) -> None:
        self.customers = len(occasions)
        self._x, self._money = occasions, occasions * value
        self._occasions, self._counts = np.unique(occasions, return_counts=True)
        self._x_log_money = float(occasions @ np.log(self._money))
        self._log_value = float(np.log(value).sum())
        self._parts = parts(len(occasions))

    def value_and_gradient(self, parameters: Numbers) -> tuple[float, Numbers]:
        p, q, gamma = parameters + np.array([0.0, 1.0, 0.0])
        x, counts, n = self._occasions, self._counts, self.customers
        sums = np.zeros(4)  # of log rate, x times it, 1 / rate and x / rate
        for rows in self._parts:
            rate = gamma + self._money[rows]
            log_rate, inverse = np.log(rate), 1 / rate
            own = self._x[rows]
            sums += [log_rate.sum(), own @ log_rate, inverse.sum(), own @ inverse]
        log_rates, x_log_rates, inverses, x_inverses = sums
        value = counts @ (gammaln(p * x + q) - gammaln(p * x)) - n * gammaln(q) + n * q * np.log(gamma)
        value += p * self._x_log_money - self._log_value - p * x_log_rates - q * log_rates
        shape = psi(p * x + q)
        slope = [
            counts @ (x * (shape - psi(p * x))) + self._x_log_money - x_log_rates,
            counts @ shape - n * psi(q) + n * np.log(gamma) - log_rates,
            n * q / gamma - p * x_inverses - q * inverses,
        ]
        return float(value), np.array(slope)
