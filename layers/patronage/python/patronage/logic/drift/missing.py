"""Has the share of rows without a value changed: the test of two proportions."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt


@dataclass(frozen=True)
class MissingChange:
    """The outcome.

    Parameters
    ----------
    reference, current : float
        Share of the rows of each side that have no value.
    p : float
        How often chance alone gives a greater difference, to either side.
    """

    reference: float
    current: float
    p: float

    @property
    def change(self) -> float:
        """How much greater the share is now."""
        return self.current - self.reference


def missing_change(
    rows: tuple[int, int], missing: tuple[int, int], *, evidence: tuple[float, float] = (1.0, 1.0)
) -> MissingChange:
    """Test two shares by the pooled normal approximation; both sides have rows.

    Parameters
    ----------
    rows, missing : tuple of int
        Of the reference and of now: rows, and those of them without a value.
    evidence : tuple of float
        How much a row of each side is evidence of its own, at most 1.

    Examples
    --------
    >>> found = missing_change((1000, 1000), (10, 950))
    >>> round(found.change, 2), found.p < 0.001
    (0.94, True)
    """
    share, new_share = missing[0] / rows[0], missing[1] / rows[1]
    counts = rows[0] * evidence[0], rows[1] * evidence[1]
    pooled = (share * counts[0] + new_share * counts[1]) / sum(counts)
    deviation = sqrt(pooled * (1 - pooled) * (1 / counts[0] + 1 / counts[1]))
    p = erfc(abs(new_share - share) / deviation / sqrt(2)) if deviation else 1.0
    return MissingChange(share, new_share, p)
