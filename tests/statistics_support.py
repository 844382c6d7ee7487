"""Experiments by the thousand, and small ones whose answer is known."""

from __future__ import annotations

import numpy as np

from patronage.logic.experiments.statistics import Units
from patronage.logic.experiments.statistics.moments import Moments

ENOUGH_BUYERS = 25


def experiment(*kinds: str, weights=(), **more) -> dict:
    """Give a definition with an arm of each kind, named as its kind."""
    shares = weights or [1 / len(kinds)] * len(kinds)
    arms = [
        {"arm": kind, "kind": kind, "weight": str(share)} for kind, share in zip(kinds, shares, strict=True)
    ]
    return {"experiment_id": "e1", "name": "First", "arms": arms, "coverage": "1.0", **more}


def units_of(n: int, *, lifts=(0.0, 0.0), seed: int = 1, rate: float = 0.05) -> Units:
    """Simulate visitors, known ones among them, evenly over as many arms as there are lifts."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, len(lifts), n)
    likes = rng.gamma(0.1, rate / 0.1, n)
    before = rng.poisson(3 * likes) * rng.lognormal(8, 0.5, n)
    orders = rng.poisson(likes * (1 + np.asarray(lifts)[arm]))
    impressions = rng.poisson(5, n)
    return Units.from_arrays(
        {
            "arm": arm,
            "exposed_day": rng.integers(20_400, 20_428, n),
            "impressions": impressions,
            "clicks": rng.binomial(impressions, 0.05),
            "carts": orders,
            "orders": orders,
            "revenue_minor": (orders * rng.lognormal(8, 0.5, n)).astype(np.int64),
            "prior_revenue_minor": before.astype(np.int64),
            "has_prior": before > 0,
        }
    )


def daily(rng, *, runs: int, days: int, visitors: int, rate: float, spread: float | None) -> Moments:
    """Simulate one arm of many experiments, as it stands at the end of each day; arrays (runs, days).

    Visitors of a day are Poisson, a share of `rate` of them buys. Each purchase is 1, so that the mean is
    conversion; or, with a `spread`, lognormal, so that it is revenue per visitor, heavy tail and all.
    """
    n = rng.poisson(visitors, (runs, days))
    buyers = rng.binomial(n, rate)
    sums = squares = buyers.astype(float)
    if spread is not None:
        amounts = rng.lognormal(0, spread, buyers.sum())
        cell = np.repeat(np.arange(buyers.size), buyers.ravel())
        sums = np.bincount(cell, amounts, minlength=buyers.size).reshape(buyers.shape)
        squares = np.bincount(cell, amounts**2, minlength=buyers.size).reshape(buyers.shape)
    n, sums, squares = (np.cumsum(each, axis=1).astype(float) for each in (n, sums, squares))
    mean = sums / n
    return Moments(n, mean, (squares - n * mean**2) / (n - 1)), np.cumsum(buyers, axis=1)
