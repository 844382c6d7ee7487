"""Numbers of a million rows in a few thousand bins, none of them wider than a hundredth of its value.

A sample would leave most rows out and a different one would say something else; the bins hold them all, are
the same for every run, and their counts add up. Whole numbers up to some 90 have a bin each. A distribution
function over the bins differs from that over the values by at most the share of the fullest bin.
"""

from __future__ import annotations

BINS_PER_DOUBLING = 64
_OFFSET = 70_000
"""Above 64 times the 1,074 halvings from one to the smallest number there is: bins keep their order."""


def fine_bin_sql(number: str) -> str:
    """Write the bin that a finite number falls into; zero has its own, greater numbers have greater bins."""
    magnitude = f"{_OFFSET} + CAST(ROUND({BINS_PER_DOUBLING} * LOG2(ABS({number}))) AS INTEGER)"
    return (
        f"CASE WHEN {number} = 0 THEN 0 WHEN {number} > 0 THEN {magnitude} "
        f"WHEN {number} < 0 THEN -({magnitude}) END"
    )
