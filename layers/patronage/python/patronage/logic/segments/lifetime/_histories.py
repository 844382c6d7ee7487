"""What lifetime value learns from: one purchase history and one record of spending a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """When customers bought: three aligned arrays of float, each of shape (n,), checked on creation.

    All times are in one unit, days or weeks, which is also the unit of every horizon that is asked for
    later and of the scale `alpha`.

    Parameters
    ----------
    frequency : array, shape (n,)
        Purchase occasions after the first one: whole numbers from 0.
    recency : array, shape (n,)
        Time from the first purchase to the last one; 0 where frequency is 0.
    age : array, shape (n,)
        Time from the first purchase to the end of the observation, T in the papers.
    """

    frequency: Numbers
    recency: Numbers
    age: Numbers

    def __post_init__(self) -> None:
        for name in ("frequency", "recency", "age"):
            object.__setattr__(self, name, _column(name, getattr(self, name)))
        _refuse_unless_aligned({"frequency": self.frequency, "recency": self.recency, "age": self.age})
        _refuse_rows(self.frequency != np.floor(self.frequency), "frequency", self.frequency, "be whole")
        _refuse_rows(self.recency > self.age, "recency", self.recency, "not exceed the customer's age")
        odd = (self.frequency == 0) & (self.recency > 0)
        _refuse_rows(odd, "recency", self.recency, "be 0 for a customer of one purchase")
        odd = (self.frequency > 0) & (self.recency == 0)
        _refuse_rows(odd, "recency", self.recency, "be above 0 for a customer who bought again")

    def __len__(self) -> int:
        return len(self.frequency)

    @classmethod
    def unchecked(cls, frequency: Numbers, recency: Numbers, age: Numbers) -> Histories:
        """Make histories of columns that were checked before, of any shape."""
        histories = object.__new__(cls)
        for name, column in (("frequency", frequency), ("recency", recency), ("age", age)):
            object.__setattr__(histories, name, column)
        return histories


@dataclass(frozen=True)
class Spending:
    """What customers spent: two aligned arrays of float, each of shape (n,), checked on creation.

    Parameters
    ----------
    occasions : array, shape (n,)
        How many purchase occasions the mean is over: whole numbers from 0. The papers leave the first
        purchase out, which makes this the frequency.
    mean_value : array, shape (n,)
        Net money of an average occasion, in any one unit; ignored where occasions is 0. Where it is not
        above 0, the customer is left out of the model of spending.
    """

    occasions: Numbers
    mean_value: Numbers

    def __post_init__(self) -> None:
        object.__setattr__(self, "occasions", _column("occasions", self.occasions))
        object.__setattr__(self, "mean_value", _column("mean_value", self.mean_value, signed=True))
        _refuse_unless_aligned({"occasions": self.occasions, "mean_value": self.mean_value})
        _refuse_rows(self.occasions != np.floor(self.occasions), "occasions", self.occasions, "be whole")

    def __len__(self) -> int:
        return len(self.occasions)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Customers whose spending teaches something: an occasion and money above 0, shape (n,)."""
        return (self.occasions > 0) & (self.mean_value > 0)

    @property
    def left_out(self) -> NDArray[np.bool_]:
        """Customers with occasions that brought no money: no value is said of them, shape (n,)."""
        return (self.occasions > 0) & (self.mean_value <= 0)


def distinct_rows(*columns: Numbers) -> tuple[list[Numbers], NDArray[np.int64], NDArray[np.int64]]:
    """Return the different rows of aligned columns, the row that each one is, and how often each occurs.

    Returns
    -------
    rows : list of array, shape (m,)
        The columns of the different rows.
    index : array, shape (n,)
        ``rows[c][index]`` is column c again.
    counts : array, shape (m,)
        How many rows are equal to each.
    """
    key = _whole_key(columns)
    if key is None:
        key = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            values, codes = np.unique(column, return_inverse=True)
            # Numbered anew after each column, so that the product stays below n squared and fits 64 bits.
            _, key = np.unique(key * len(values) + codes, return_inverse=True)
    _, first, index, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return [column[first] for column in columns], index, counts


def _whole_key(columns: tuple[Numbers, ...]) -> NDArray[np.int64] | None:
    """Give rows of whole numbers, days as a rule, a number by arithmetic: sorted once, not once a column.

    It keeps the order of the rows; None where a column is not whole or the numbers would not fit.
    """
    key = np.zeros(len(columns[0]), dtype=np.int64)
    room = 1.0
    for column in columns:
        width = float(column.max(initial=0)) + 1
        room *= width
        if room >= 2**62 or column.min(initial=0) < 0 or (column != np.floor(column)).any():
            return None
        key = key * int(width) + column.astype(np.int64)
    return key


def _column(name: str, values: ArrayLike, *, signed: bool = False) -> Numbers:
    column: Numbers = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise BadInput(f"{name} has shape {column.shape}; give one number a customer, shape (n,)")
    _refuse_rows(~np.isfinite(column), name, column, "be a finite number")
    if not signed:
        _refuse_rows(column < 0, name, column, "not be negative")
    return column


def _refuse_unless_aligned(columns: dict[str, Numbers]) -> None:
    if len({len(column) for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        raise BadInput(f"the columns differ in length ({lengths}); give one number a customer in each")


def _refuse_rows(broken: NDArray[np.bool_], name: str, column: Numbers, rule: str) -> None:
    if broken.any():
        row = int(np.argmax(broken))
        raise BadInput(
            f"{name}={column[row]:g} of customer number {row} must {rule}; "
            f"{int(broken.sum())} of {len(column)} customers break this rule"
        )
