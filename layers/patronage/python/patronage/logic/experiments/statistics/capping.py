"""Keep one enormous order from deciding an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Capped:
    """Values of which none is further from 0 than the cap.

    Parameters
    ----------
    values : array of int64, shape (units,)
        In minor units.
    at_minor : int or None
        The cap; None where nothing is capped.
    count : int
        How many values were cut.
    cut_minor : int
        What was cut off all values together, with its sign.
    """

    values: NDArray[np.int64]
    at_minor: int | None
    count: int
    cut_minor: int


def capped(values: NDArray[np.int64], quantile: float) -> Capped:
    """Cut values to a quantile of the positive ones, of all arms together (winsorising).

    The cap is the smallest value that so large a share of the positive ones does not exceed, so with fewer
    than 1,000 buyers a quantile of 0.999 cuts none. A refund beyond the cap is cut as well.

    Parameters
    ----------
    values : array of int64, shape (units,)
    quantile : float
        1 cuts nothing.
    """
    positive = values[values > 0]
    if quantile >= 1 or len(positive) == 0:
        return Capped(values, None, 0, 0)
    at = int(np.quantile(positive, quantile, method="higher"))
    cut = np.clip(values, -at, at)
    return Capped(cut, at, int((cut != values).sum()), int((values - cut).sum()))
