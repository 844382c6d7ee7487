"""The offset that holds at a time, as SQL: a binary tree over the changes of a zone's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


def offset_sql(
    column: str, changes: Sequence[tuple[int, int]], *, make: Literal["make_timestamp", "make_timestamptz"]
) -> str:
    """Write the offset, in microseconds, that holds at a column's time.

    Parameters
    ----------
    column : str
        The name of a TIMESTAMP or TIMESTAMPTZ column; it is repeated at each level of the tree.
    changes : sequence of (int, int)
        From which microsecond on which offset holds, in the order of time; the first holds before, too.
    make : str
        What makes a value of the column's type of these microseconds.
    """
    if len(changes) == 1:
        return str(changes[0][1])
    middle = len(changes) // 2
    early, late = (offset_sql(column, part, make=make) for part in (changes[:middle], changes[middle:]))
    return f"CASE WHEN {column} < {make}({changes[middle][0]}) THEN {early} ELSE {late} END"
