"""Percentile bootstrap intervals for means over users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Estimate:
    """A mean over users and the interval that holds it; all three are 0 when there was no user."""

    value: float
    low: float
    high: float


def bootstrap_means(
    values: NDArray[np.float64],
    *,
    resamples: int = 1_000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> list[Estimate]:
    """Estimate the mean of each column with its percentile bootstrap interval.

    The rows (users) are drawn with replacement, whole rows at a time. Equal rows are drawn together
    from a multinomial, which is the same distribution, so a million users cost little more than the
    number of different rows, and the order of the rows does not matter.

    Parameters
    ----------
    values : array of float, shape (users, columns)
        Each user's values, all finite.
    resamples : int
        How many bootstrap samples.
    confidence : float
        Share of the bootstrap means inside the interval, between 0 and 1.
    random_state : int
        Seed; equal seeds give equal intervals.
    """
    if resamples < 1:
        raise BadInput(f"resamples={resamples} must be at least 1")
    if not 0 < confidence < 1:
        raise BadInput(f"confidence={confidence} must lie between 0 and 1, such as 0.95")
    if len(values) == 0:
        return [Estimate(0.0, 0.0, 0.0)] * values.shape[1]
    rows, counts = np.unique(values, axis=0, return_counts=True)
    means = _resampled_means(rows, counts, resamples, np.random.default_rng(random_state))
    tail = (1 - confidence) / 2
    lows, highs = np.quantile(means, [tail, 1 - tail], axis=0)
    # Rounding must not carry a mean beyond the values that it is the mean of.
    centres = np.clip(counts @ rows / len(values), rows.min(axis=0), rows.max(axis=0))
    return [
        Estimate(float(v), float(low), float(high)) for v, low, high in zip(centres, lows, highs, strict=True)
    ]


def _resampled_means(
    rows: NDArray[np.float64], counts: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    total = int(counts.sum())
    shares = counts / total
    step = max(1, _CELLS_AT_ONCE // len(rows))
    blocks = [
        rng.multinomial(total, shares, size=min(step, resamples - start)) @ rows / total
        for start in range(0, resamples, step)
    ]
    return np.clip(np.concatenate(blocks), rows.min(axis=0), rows.max(axis=0))
