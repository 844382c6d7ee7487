"""How far a number's distribution has moved: histograms of fixed bins, and the population stability index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST_BIN_SHARE = 0.05
_LEAST_SHARE = 0.0001
"""Stands for the share of an empty bin, of which there is no logarithm."""


def bin_sql(column: str) -> str:
    """Write the number of the bin that a value falls into.

    Bins are signed half powers of two, so they fit pieces, pence and pounds alike, are the same for every
    upload, and their counts can be added up. Zero has a bin of its own; greater numbers have greater bins.
    """
    value = f"CAST({column} AS DOUBLE)"
    return (
        f"CASE WHEN {column} = 0 THEN 0 "
        f"ELSE CAST(sign({value}) * (64 + round(2 * log2(abs({value})))) AS INTEGER) END"
    )


def population_stability(expected: Mapping[int, int], actual: Mapping[int, int]) -> float:
    """Return the population stability index between two histograms.

    The sum of ``(a - e) * ln(a / e)`` over bins, where `a` and `e` are a bin's shares: 0 for equal
    distributions, below 0.1 commonly read as no change, above 0.25 as a great one (N. Siddiqi, *Credit Risk
    Scorecards*, Wiley 2006). Between samples of n and m rows of one distribution its mean is about
    ``(bins - 1) * (1/n + 1/m)`` (B. Yurdakul, *Statistical Properties of Population Stability Index*,
    Western Michigan University 2018), hence a few hundred rows at least.

    Parameters
    ----------
    expected, actual : mapping
        Bin to rows; neighbouring bins are joined until they hold a twentieth of the rows of either.

    Raises
    ------
    ValueError
        A histogram is empty.

    Examples
    --------
    >>> population_stability({1: 50, 2: 50}, {1: 50, 2: 50})
    0.0
    """
    rows, new_rows = sum(expected.values()), sum(actual.values())
    if not rows or not new_rows:
        raise ValueError("a distribution of no rows cannot be compared; leave it out")
    index = 0.0
    for group in _joined(expected, actual):
        share = max(sum(expected.get(each, 0) for each in group) / rows, _LEAST_SHARE)
        new_share = max(sum(actual.get(each, 0) for each in group) / new_rows, _LEAST_SHARE)
        index += (new_share - share) * math.log(new_share / share)
    return index


def _joined(expected: Mapping[int, int], actual: Mapping[int, int]) -> list[list[int]]:
    """Join neighbouring bins; what is left over at the end goes to the last group."""
    histograms = [(histogram, _LEAST_BIN_SHARE * sum(histogram.values())) for histogram in (expected, actual)]
    groups: list[list[int]] = []
    group: list[int] = []
    for number in sorted({*expected, *actual}):
        group.append(number)
        if any(sum(bins.get(each, 0) for each in group) >= least for bins, least in histograms):
            groups.append(group)
            group = []
    groups[-1] += group
    return groups
