"""A sample that depends on what the rows hold, not on the order in which they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from patronage.logic.segments.clusters._scaling import Numbers

    Index = NDArray[np.intp]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def representative(columns: Iterable[Numbers], size: int, *, seed: int) -> Index:
    """Choose rows by a systematic sample over their hashes.

    Rows are laid in the order of a hash of their values, equal ones beside each other, and taken at equal
    distances: rows that are frequent are so in the sample, the same rows in another order give the same
    sample, and a few more rows change little of it. (Systematic sampling: Cochran, "Sampling Techniques",
    chapter 8; the hash is SplitMix64 of Steele, Lea and Flood, OOPSLA 2014.)

    Parameters
    ----------
    columns : iterable of array, each of shape (n,)
        The values of the rows, without NaN.
    size : int
        How many rows to choose; all of them where there are no more.
    seed : int
        Another seed gives another sample.

    Returns
    -------
    array of int
        Places of the rows, in the order of their hashes.
    """
    order = np.argsort(_hashes(columns, seed))
    n = len(order)
    if n <= size:
        return order
    return order[(2 * np.arange(size) + 1) * n // (2 * size)]


def _hashes(columns: Iterable[Numbers], seed: int) -> NDArray[np.uint64]:
    found: NDArray[np.uint64] = np.array([seed], dtype=np.uint64)
    for column in columns:
        # As float32, which takes no notice of how the last digits were rounded; -0.0 becomes 0.0.
        bits = (column.astype(np.float32) + np.float32(0)).view(np.uint32).astype(np.uint64)
        found = _mixed((found ^ bits) + _GOLDEN)
    return found


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in _ROUNDS:
        bits = (bits ^ (bits >> shift)) * factor
    return bits ^ (bits >> np.uint64(31))
