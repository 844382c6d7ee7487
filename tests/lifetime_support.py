"""Customers who live by the model of BG/NBD, for tests of lifetime value."""

from __future__ import annotations

import numpy as np


def purchases_lived(
    rng: np.random.Generator, rate: np.ndarray, leaving: np.ndarray, ages: np.ndarray, horizon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Live purchase by purchase; return the frequency and recency at the ages, and the purchases after.

    Each customer buys at a rate and leaves with a chance after each purchase; times are in one unit.
    """
    n = len(ages)
    frequency, recency, later, now = (np.zeros(n) for _ in range(4))
    alive = np.ones(n, dtype=bool)
    while alive.any():
        now[alive] += rng.exponential(1 / np.maximum(rate[alive], 1e-12))
        alive &= now < ages + horizon
        past = alive & (now <= ages)
        frequency[past] += 1
        recency[past] = now[past]
        later[alive & ~past] += 1
        alive &= rng.random(n) > leaving
    return frequency, recency, later
