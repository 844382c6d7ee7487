"""A column of numbers counted on two sides: the reference, and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Counted:
    """How many rows of each side have each value; aligned arrays of shape (values,).

    Parameters
    ----------
    values : array of float64
        Different finite values, the lowest first.
    reference, current : array of int64
        Rows of each side with the value.
    """

    values: NDArray[np.float64]
    reference: Counts
    current: Counts

    @classmethod
    def of_rows(cls, reference: ArrayLike, current: ArrayLike) -> Counted:
        """Count two samples; what is not finite counts on neither side."""
        sides = [_finite(side) for side in (reference, current)]
        values = np.unique(np.concatenate(sides))
        places = [np.searchsorted(values, side) for side in sides]
        return cls(values, *(np.bincount(place, minlength=len(values)) for place in places))

    @classmethod
    def of_triples(cls, triples: list[Any]) -> Counted:
        """Read ``[value, rows of the reference, rows of now]``, as JSON holds them."""
        table = np.asarray(triples, dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1].astype(np.int64), table[:, 2].astype(np.int64))

    @property
    def rows(self) -> tuple[int, int]:
        """The rows of each side that have a value."""
        return int(self.reference.sum()), int(self.current.sum())


def _finite(side: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(side, dtype=np.float64)
    return rows[np.isfinite(rows)]
