"""The population stability index, over bins that the reference alone decides.

The index is the sum of ``(c - r) * ln(c / r)`` over bins, where `r` and `c` are the shares of the reference
and of now (N. Siddiqi, *Credit Risk Scorecards*, Wiley 2006). What is binned are the rows with a value; how
many have none is a measure of its own (`missing`), for what is left of a column that empties may keep its
shares.

- Numbers: quantile bins of the reference, so the bins do not move with what they measure. A value that holds
  more than one quantile has one bin. What is now below the least or above the greatest value of the
  reference has two bins of its own. Labels say the edges of fine bins, never a row's own value.
- Categories: those with a hundredth of the reference or more, one bin for the rarer ones, and one for
  categories that the reference does not have.
- A share of nothing has no logarithm: an empty bin counts as half a row, but never less than 0.0001, so that
  one row in a million is not read as a great change.

Of samples of one distribution the index is about ``(bins - 1) * (1/n + 1/m)``, which of few rows is more than
the thresholds; so it only counts where the chi-squared test of the same bins says that it is no chance. (A
test by the index itself, B. Yurdakul, Western Michigan University 2018, says so two to three times too often
at 200 rows.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.drift.categories import RARE, UNSEEN
from patronage.logic.drift.fine_bins import fine_bin_top

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.drift.counts import Counted, Counts

BELOW, ABOVE = "below all of the reference", "above all of the reference"
LEAST_SHARE = 0.0001
RARE_SHARE = 0.01


@dataclass(frozen=True)
class Binned:
    """Rows of both sides by bin.

    Parameters
    ----------
    labels : tuple of str
        What each bin holds.
    reference, current : array of int64, shape (bins,)
        Rows of each side.
    beyond : int
        Rows of now that the reference has nothing like: outside of its range, or of an unseen category.
    """

    labels: tuple[str, ...]
    reference: Counts
    current: Counts
    beyond: int


def population_stability(reference: Counts, current: Counts) -> float:
    """Return the index between two aligned histograms.

    Parameters
    ----------
    reference, current : array of int64, shape (bins,)
        Rows by bin; neither side is empty.

    Examples
    --------
    >>> round(population_stability(np.array([50, 50]), np.array([75, 25])), 4)
    0.2747
    """
    is_used = reference + current > 0
    shares, new_shares = _shares(reference[is_used]), _shares(current[is_used])
    return float(((new_shares - shares) * np.log(new_shares / shares)).sum())


def bin_numbers(counted: Counted, *, bins: int = 10) -> Binned:
    """Bin numbers by the quantiles of the reference, which has rows.

    Parameters
    ----------
    counted : Counted
        The column.
    bins : int
        So many quantiles; fewer bins where values are tied.
    """
    values, known = counted.values, np.flatnonzero(counted.reference)
    least = values[known[0]]
    edges = _upper_edges(counted, bins)
    places = np.where(values < least, 0, 1 + np.searchsorted(edges, values))
    reference, current = (
        np.bincount(places, weights=side, minlength=len(edges) + 2).astype(np.int64)
        for side in (counted.reference, counted.current)
    )
    labels = (BELOW, *_labels([_said(edge) for edge in edges]), ABOVE)
    return Binned(labels, reference, current, beyond=int(current[0] + current[-1]))


def bin_categories(reference: Mapping[str, int], current: Mapping[str, int]) -> Binned:
    """Bin categories by their shares of the reference, which has rows; in the order of their names."""
    least = RARE_SHARE * sum(reference.values())
    kept = sorted(name for name, count in reference.items() if count >= least and name != RARE)
    rare = [name for name, count in reference.items() if count < least or name == RARE]
    unseen = sum(count for name, count in current.items() if name not in reference)
    before, now = (
        np.array([*(side.get(name, 0) for name in kept), sum(side.get(name, 0) for name in rare), beyond])
        for side, beyond in ((reference, 0), (current, unseen))
    )
    return Binned((*kept, RARE, UNSEEN), before, now, beyond=unseen)


def _shares(counts: Counts) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    rows = counts.sum()
    shares: np.ndarray[tuple[int], np.dtype[np.float64]] = np.maximum(
        counts / rows, np.where(counts > 0, 0.0, max(0.5 / rows, LEAST_SHARE))
    )
    return shares


def _upper_edges(counted: Counted, bins: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the greatest value of each bin: the quantiles of the reference, each once, and its maximum."""
    known = np.flatnonzero(counted.reference)
    below = np.cumsum(counted.reference[known])
    wanted = np.arange(1, bins + 1) * (below[-1] / bins)
    # A quantile is the least value that so many rows do not exceed; rounding must not ask for one row more.
    places = np.searchsorted(below, wanted - 1e-9 * below[-1])
    return np.unique(counted.values[known[places]])


def _labels(edges: list[str]) -> list[str]:
    """Name the bins within the reference, but not its ends, each of which may be one person's value."""
    if len(edges) == 1:
        return [f"up to {edges[0]}"]
    between = [f"above {low} to {high}" for low, high in pairwise(edges[:-1])]
    return [f"up to {edges[0]}", *between, f"above {edges[-2]}"]


def _said(value: float) -> str:
    return f"{float(f'{fine_bin_top(value):.3g}'):.15g}"
