"""The two-sample test of Kolmogorov and Smirnov, from counted values."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import kolmogorov

if TYPE_CHECKING:
    from patronage.logic.drift.counts import Counted


@dataclass(frozen=True)
class KolmogorovSmirnov:
    """The outcome.

    Parameters
    ----------
    distance : float
        The greatest distance between the two distribution functions, 0 to 1: the size of the effect.
    p : float
        How often chance alone gives a greater one.
    """

    distance: float
    p: float


def kolmogorov_smirnov(counted: Counted, *, evidence: tuple[float, float] = (1.0, 1.0)) -> KolmogorovSmirnov:
    """Test whether two samples, each of some rows, are of one distribution.

    The probability is the asymptotic one with the correction of M. Stephens (*Journal of the Royal
    Statistical Society* B 32, 1970), good from some ten rows on; ties make it too great, never too small.

    Parameters
    ----------
    counted : Counted
        The column.
    evidence : tuple of float
        How much a row of each side is evidence of its own, at most 1: the lines of one order are not.
    """
    counts = counted.rows
    gaps = np.cumsum(counted.reference) / counts[0] - np.cumsum(counted.current) / counts[1]
    distance = float(np.abs(gaps).max())
    rows, new_rows = counts[0] * evidence[0], counts[1] * evidence[1]
    root = sqrt(rows * new_rows / (rows + new_rows))
    return KolmogorovSmirnov(distance, float(kolmogorov((root + 0.12 + 0.11 / root) * distance)))
