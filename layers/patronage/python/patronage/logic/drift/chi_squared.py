"""Pearson's chi-squared test of two samples of a category, and Cramér's V, the size of the effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

if TYPE_CHECKING:
    from patronage.logic.drift.counts import Counts

LEAST_EXPECTED = 5
"""Below this many expected rows the test's distribution does not hold (W. Cochran, *Biometrics* 10, 1954)."""


@dataclass(frozen=True)
class ChiSquared:
    """The outcome.

    Parameters
    ----------
    statistic : float
        Sum of the squared differences from what is expected, over what is expected.
    degrees : int
        Degrees of freedom: one less than the categories.
    p : float
        How often chance alone gives a greater statistic.
    cramers_v : float
        Of two sides of equal size, so that it does not depend on how many rows each has: 0 (the same shares)
        to 1 (no category in common).
    """

    statistic: float
    degrees: int
    p: float
    cramers_v: float


def chi_squared(
    reference: Counts, current: Counts, *, evidence: tuple[float, float] = (1.0, 1.0)
) -> ChiSquared:
    """Test whether two samples have the same shares of each category.

    Categories of too few expected rows are taken together, with the next rarest until they are enough.

    Parameters
    ----------
    reference, current : array of int64, shape (categories,)
        Rows of each side by category; neither side is empty.
    evidence : tuple of float
        How much a row of each side is evidence of its own, at most 1: the lines of one order are not.
    """
    table = _enough(np.stack([reference * evidence[0], current * evidence[1]]))
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    degrees = table.shape[1] - 1
    p = float(chdtrc(degrees, statistic)) if degrees else 1.0
    before, now = table / table.sum(axis=1, keepdims=True)
    return ChiSquared(statistic, degrees, p, sqrt(float(((now - before) ** 2 / (now + before)).sum()) / 2))


def _enough(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Join the rarest categories to one that has enough expected rows on the smaller side."""
    totals = table.sum(axis=0)
    table = table[:, totals > 0][:, np.argsort(totals[totals > 0], kind="stable")]
    expected = np.cumsum(table.sum(axis=0)) * table.sum(axis=1).min() / table.sum()
    alone = table.sum(axis=0) * table.sum(axis=1).min() / table.sum() >= LEAST_EXPECTED
    if alone.all() or table.shape[1] == 1:
        return table
    joined = max(int(np.searchsorted(expected, LEAST_EXPECTED)) + 1, int((~alone).sum()))
    joined = min(joined, table.shape[1] - 1)  # of one category alone there is nothing to test
    first = table[:, :joined].sum(axis=1, keepdims=True)
    return np.concatenate([first, table[:, joined:]], axis=1)
