"""Lifetime value of 1 million customers against `lifetimes`, and CDNOW against the published estimates.

The customers are drawn purchase by purchase as the two models have it, over two years, in days and whole
minor units. Both sides fit BG/NBD and Gamma-Gamma by maximum likelihood and give each customer P(alive), the
expected purchases and the expected money of the next 3 and 12 months. Ours alone adds 80 % intervals of each,
variances, and how unsure the parameters are. The peer's money is its purchases times its expected average
profit, which is the quick way: its own `customer_lifetime_value` forecasts every month anew and takes as
long again as all the rest.
"""

from __future__ import annotations

import statistics
import time
import warnings
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

from benchmarks.figures import Figure
from benchmarks.shared_data import shared_set
from patronage.logic.segments.lifetime import (
    THREE_MONTHS_DAYS,
    TWELVE_MONTHS_DAYS,
    BgNbd,
    Histories,
    LifetimeValue,
    Spending,
    lifetime_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS = 1_000_000
SEED = 20_260_101
PEER = "lifetimes 0.11.3: both fits, P(alive), purchases and money of 3 and 12 months, no intervals"
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "log_likelihood": -9582.4}
PAPER = "Fader, Hardie and Lee 2005"
"""Marketing Science 24(2), table 2: CDNOW, 2,357 customers, 39 weeks."""


def clv_1m_s() -> Figure:
    """Forecast a million customers; ours is timed before and after the peer, for machines grow slower."""
    _series()  # made before the clock runs
    ours = [_seconds(_ours)]
    peer = _seconds(_peer)
    ours += [_seconds(_ours), _seconds(_ours)]
    return Figure(statistics.median(ours), "s", PEER, peer)


def cdnow_bgnbd_r() -> Figure:
    """Estimate the shape of the purchase rates."""
    return _estimate("r")


def cdnow_bgnbd_alpha() -> Figure:
    """Estimate the scale of the purchase rates, in weeks."""
    return _estimate("alpha", "weeks")


def cdnow_bgnbd_a() -> Figure:
    """Estimate the first parameter of the probability to leave."""
    return _estimate("a")


def cdnow_bgnbd_b() -> Figure:
    """Estimate the second parameter of the probability to leave."""
    return _estimate("b")


def cdnow_bgnbd_log_likelihood() -> Figure:
    """Maximise the log-likelihood."""
    return _estimate("log_likelihood")


FIGURES = {
    "clv_1m_s": clv_1m_s,
    "cdnow_bgnbd_r": cdnow_bgnbd_r,
    "cdnow_bgnbd_alpha": cdnow_bgnbd_alpha,
    "cdnow_bgnbd_a": cdnow_bgnbd_a,
    "cdnow_bgnbd_b": cdnow_bgnbd_b,
    "cdnow_bgnbd_log_likelihood": cdnow_bgnbd_log_likelihood,
}


def _estimate(name: str, unit: str = "") -> Figure:
    return Figure(_cdnow()[name], unit, PAPER, PUBLISHED[name])


@cache
def _cdnow() -> dict[str, float]:
    summary = pd.read_csv(shared_set("cdnow") / "cdnow_customers_summary.csv")
    model = BgNbd().fit(Histories(summary.frequency, summary.recency, summary["T"]))
    found = model.parameters_
    return {
        "r": found.r,
        "alpha": found.alpha,
        "a": found.a,
        "b": found.b,
        "log_likelihood": model.log_likelihood_,
    }


def _ours() -> LifetimeValue:
    return lifetime_value(*_customers())


def _peer() -> list[np.ndarray]:
    """Take the path of the package's documentation, its columns made beforehand."""
    frequency, recency, age, occasions, value = _series()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package is no longer maintained
        buying = BetaGeoFitter(penalizer_coef=0.0).fit(frequency, recency, age)
        # Over a million customers rounding leaves slopes of 1e-7, its usual tolerance, and it gives up.
        spending = GammaGammaFitter(penalizer_coef=0.0).fit(occasions, value, tol=1e-6)
        alive = buying.conditional_probability_alive(frequency, recency, age)
        profit = spending.conditional_expected_average_profit(occasions, value)
        purchases = [
            buying.conditional_expected_number_of_purchases_up_to_time(days, frequency, recency, age)
            for days in (THREE_MONTHS_DAYS, TWELVE_MONTHS_DAYS)
        ]
    return [alive, *purchases, *(each * profit for each in purchases)]


@cache
def _series() -> tuple[pd.Series, ...]:
    histories, spending = _customers()
    columns = (histories.frequency, histories.recency, histories.age, spending.occasions, spending.mean_value)
    return tuple(pd.Series(column) for column in columns)


@cache
def _customers() -> tuple[Histories, Spending]:
    rng = np.random.default_rng(SEED)
    age = rng.integers(30, 731, CUSTOMERS).astype(np.float64)
    rate, leaving = rng.gamma(0.6, 1 / 60, CUSTOMERS), rng.beta(0.8, 2.5, CUSTOMERS)
    frequency, recency, now = np.zeros(CUSTOMERS), np.zeros(CUSTOMERS), np.zeros(CUSTOMERS)
    alive = np.ones(CUSTOMERS, dtype=bool)
    while alive.any():
        now[alive] += np.ceil(rng.exponential(1 / np.maximum(rate[alive], 1e-12)))
        alive &= now <= age
        frequency[alive] += 1
        recency[alive] = now[alive]
        alive &= rng.random(CUSTOMERS) > leaving
    occasions = frequency + 1
    money = rng.gamma(6 * occasions) / rng.gamma(4, 1 / 1500, CUSTOMERS)
    mean_value = np.maximum(np.round(money), 1) / occasions
    return Histories(frequency, recency, age), Spending(occasions, mean_value)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
