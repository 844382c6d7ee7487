"""Numbers of a million rows in a few thousand bins, none of them wider than a hundredth of its value.

A sample would leave most rows out and a different one would say something else; the bins hold them all, are
the same for every run, and their counts add up. Whole numbers up to some 90 have a bin each. A distribution
function over the bins differs from that over the values by at most the share of the fullest bin.
"""

from __future__ import annotations

import math

BINS_PER_DOUBLING = 64
_OFFSET = 70_000
"""Above 64 times the 1,074 halvings from one to the smallest number there is: bins keep their order."""
_ALONE = 90
_GREATEST = 1023.999
"""Beyond 2 to the power of it there is no number."""


def fine_bin_sql(number: str) -> str:
    """Write the bin that a finite number falls into; zero has its own, greater numbers have greater bins."""
    magnitude = f"{_OFFSET} + CAST(ROUND({BINS_PER_DOUBLING} * LOG2(ABS({number}))) AS INTEGER)"
    return (
        f"CASE WHEN {number} = 0 THEN 0 WHEN {number} > 0 THEN {magnitude} "
        f"WHEN {number} < 0 THEN -({magnitude}) END"
    )


def fine_bin_top(value: float) -> float:
    """Return the upper edge of the fine bin that a finite number falls into, which is no row's own figure.

    Zero, and whole numbers that have a bin to themselves, are returned as they are.

    Examples
    --------
    >>> fine_bin_top(42.0), round(fine_bin_top(1234.0), 1), round(fine_bin_top(-1234.0), 1)
    (42.0, 1240.6, -1227.3)
    """
    if value == round(value) and abs(value) <= _ALONE:
        return value
    nearest = round(BINS_PER_DOUBLING * math.log2(abs(value)))
    edge = 2.0 ** min((nearest + math.copysign(0.5, value)) / BINS_PER_DOUBLING, _GREATEST)
    return math.copysign(edge, value)
