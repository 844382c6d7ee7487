"""Search in falling probabilities, for many customers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Numbers


def count_above(falling: Numbers, row: NDArray[np.intp], limit: Numbers) -> NDArray[np.intp]:
    """Return how many values of each one's falling row are above its limit, shape (n,), by halving."""
    width = falling.shape[1]
    cells, start = falling.ravel(), row * width
    low, high = np.zeros(len(row), dtype=np.intp), np.full(len(row), width, dtype=np.intp)
    for _ in range(width.bit_length()):
        middle = (low + high) // 2
        above = cells.take(start + np.minimum(middle, width - 1)) > limit
        above &= middle < high
        low = np.where(above, middle + 1, low)
        high = np.where(above, high, middle)
    return low


def least(
    enough: Callable[[Numbers, NDArray[np.intp]], NDArray[np.bool_]], too_few: Numbers, found: Numbers
) -> Numbers:
    """Return the least whole number that is enough, shape (n,), by halving.

    Parameters
    ----------
    enough : callable
        Says of numbers and of the rows whose they are whether they are enough.
    too_few, found : array, shape (n,)
        Whole numbers that are not enough, and that are.
    """
    too_few, found = too_few.copy(), found.copy()
    rows = np.flatnonzero(found - too_few > 1)
    while len(rows):
        middle = np.floor((too_few[rows] + found[rows]) / 2)
        ok = enough(middle, rows)
        found[rows] = np.where(ok, middle, found[rows])
        too_few[rows] = np.where(ok, too_few[rows], middle)
        rows = rows[found[rows] - too_few[rows] > 1]
    return found
