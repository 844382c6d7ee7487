"""Whether customers who buy often also spend more on an occasion, which Gamma-Gamma takes them not to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Numbers, Spending

_LIMIT = 0.3


@dataclass(frozen=True)
class Independence:
    """How occasions and mean value go together over the customers with spending.

    Parameters
    ----------
    customers : int
        Customers with an occasion that brought money.
    pearson, spearman : float or None
        Correlation of the numbers and of their ranks, -1 to 1; None where all customers are alike in one.
    holds : bool or None
        The rank correlation is at most 0.3 in size. A test of significance would refuse every large shop
        for a correlation without any effect, so the size decides. None where it is not known.
    """

    customers: int
    pearson: float | None
    spearman: float | None
    holds: bool | None


def independence(spending: Spending) -> Independence:
    """Measure how far occasions and mean value are from independent."""
    usable = spending.usable
    occasions, value = spending.occasions[usable], spending.mean_value[usable]
    by_rank = _correlation(_ranks(occasions), _ranks(value))
    return Independence(
        customers=len(occasions),
        pearson=_correlation(occasions, value),
        spearman=by_rank,
        holds=None if by_rank is None else abs(by_rank) <= _LIMIT,
    )


def _correlation(first: Numbers, second: Numbers) -> float | None:
    if len(first) == 0 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))


def _ranks(values: Numbers) -> Numbers:
    """Return ranks, the middle one for equal values."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[index]
