"""Simulated visitors: one great experiment, and thousands of small ones day by day."""

from __future__ import annotations

from functools import cache

import numpy as np

from patronage.logic.experiments.statistics import Units
from patronage.logic.experiments.statistics.difference import Difference
from patronage.logic.experiments.statistics.moments import Moments

RUNS, DAYS, RATE = 2_000, 28, 0.04
THREE_ARMS = {
    "experiment_id": "bench",
    "arms": [
        {"arm": "popular", "kind": "popular", "weight": 0.34},
        {"arm": "als", "kind": "model", "weight": 0.33},
        {"arm": "hybrid", "kind": "hybrid", "weight": 0.33},
    ],
}
_ENOUGH_BUYERS = 25


@cache
def shop_visitors(n: int) -> Units:
    """Give visitors of three arms, who buy more where they bought before."""
    rng = np.random.default_rng(1)
    likes = rng.gamma(0.1, 0.5, n)
    before = (rng.poisson(likes) * rng.lognormal(8, 0.5, n)).astype(np.int64)
    orders = rng.poisson(likes)
    impressions = rng.poisson(5, n)
    return Units.from_arrays(
        {
            "arm": rng.choice(3, n, p=[0.34, 0.33, 0.33]),
            "exposed_day": rng.integers(20_400, 20_428, n),
            "impressions": impressions,
            "clicks": rng.binomial(impressions, 0.05),
            "carts": orders,
            "orders": orders,
            "revenue_minor": (orders * rng.lognormal(8, 0.5, n)).astype(np.int64),
            "prior_revenue_minor": before,
            "has_prior": before > 0,
        }
    )


@cache
def simulated_days(*, spread: float | None, lift: float = 0.0, visitors: int = 250):
    """Give the difference at the end of each day, arrays (runs, days), and which days are looked at."""
    rng = np.random.default_rng(7)
    control, bought = _daily(rng, visitors, RATE, spread)
    treated, others = _daily(rng, visitors, RATE * (1 + lift), spread)
    return Difference(treated, control), np.minimum(bought, others) >= _ENOUGH_BUYERS


def _daily(rng, visitors, rate, spread):
    n = rng.poisson(visitors, (RUNS, DAYS))
    buyers = rng.binomial(n, rate)
    sums = squares = buyers.astype(float)
    if spread is not None:
        amounts = rng.lognormal(0, spread, buyers.sum())
        cell = np.repeat(np.arange(buyers.size), buyers.ravel())
        sums, squares = (
            np.bincount(cell, each, minlength=buyers.size).reshape(buyers.shape)
            for each in (amounts, amounts**2)
        )
    n, sums, squares = (np.cumsum(each, axis=1).astype(float) for each in (n, sums, squares))
    mean = sums / n
    return Moments(n, mean, (squares - n * mean**2) / (n - 1)), np.cumsum(buyers, axis=1)
