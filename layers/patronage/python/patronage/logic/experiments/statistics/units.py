"""What an analysis starts from: one row a visitor who was shown an arm."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TYPES: dict[str, type] = {"arm": np.int32, "exposed_day": np.int32, "has_prior": np.bool_}


@dataclass(frozen=True)
class Units:
    """Aligned arrays of shape (units,), one row a visitor, each of whom is in one arm.

    Parameters
    ----------
    arm : array of int32
        Place of the arm in the experiment's list of arms.
    exposed_day : array of int32
        Day of the first exposure, in days since 1970 in the shop's zone.
    impressions, clicks, carts, orders : array of int64
        What the visitor saw and did from the exposure on.
    revenue_minor : array of int64
        Net revenue from the exposure on, in the currency's minor unit.
    prior_revenue_minor : array of int64
        Net revenue of the days before the exposure.
    has_prior : array of bool
        Whether the visitor is a signed-in customer, whose revenue of before can be known; else a visit.
    """

    arm: NDArray[np.int32]
    exposed_day: NDArray[np.int32]
    impressions: NDArray[np.int64]
    clicks: NDArray[np.int64]
    carts: NDArray[np.int64]
    orders: NDArray[np.int64]
    revenue_minor: NDArray[np.int64]
    prior_revenue_minor: NDArray[np.int64]
    has_prior: NDArray[np.bool_]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Units:
        """Build units from arrays by name, as a file of arrays holds them.

        Raises
        ------
        BadInput
            An array is missing, is no row of whole numbers, or is not as long as the others.
        """
        names = [each.name for each in fields(cls)]
        if missing := [name for name in names if name not in arrays]:
            raise BadInput(f"the units lack {', '.join(missing)}; they need {', '.join(names)}")
        read = {name: _read(name, arrays[name]) for name in names}
        lengths = {name: len(values) for name, values in read.items()}
        if len(set(lengths.values())) > 1:
            raise BadInput(f"the units' arrays differ in length: {lengths}; give one row a visitor in each")
        if len(read["arm"]) and read["arm"].min() < 0:
            raise BadInput(f"arm {read['arm'].min()} is below 0; give the arm's place in the experiment")
        return cls(**read)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as `from_arrays` reads them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __len__(self) -> int:
        return len(self.arm)


def _read(name: str, values: Any) -> NDArray[Any]:
    array = np.asarray(values)
    wanted = _TYPES.get(name, np.int64)
    if array.ndim != 1 or (len(array) and array.dtype.kind not in "iub"):
        raise BadInput(f"{name} has shape {array.shape} and type {array.dtype}; give a row of whole numbers")
    return array.astype(wanted)
