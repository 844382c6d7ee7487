"""Bring a lake of an earlier version of Patronage to today's layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import TryAgain
from patronage.logic.layout import LAKE
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.stores.lake import Lake

_TRIES = 50


def migrate(lake: Lake) -> list[int]:
    """Bring a lake up to date, layout by layout, and return those that it was brought to.

    Each layout is said once it is there, so that whoever comes after a worker that died goes on with the one
    that was being made. Two workers at once do the same; what the later one finds done, it leaves.

    Raises
    ------
    UnknownLayout
        The lake is newer than this code.
    TryAgain
        Other writers came first, again and again.
    """
    made = []
    for layout in range(lake.layout() + 1, LAKE + 1):
        MIGRATIONS[layout](lake)
        lake.say_layout(layout)
        made.append(layout)
    return made


def gain_columns(lake: Lake) -> None:
    """Give each table that there is the columns that it lacks; rows from before are null there."""
    for table in TABLES:
        _gain_columns(lake, table)


def _gain_columns(lake: Lake, table: str) -> None:
    for _ in range(_TRIES):
        try:
            lake.snapshot(table).gain_columns()
        except TryAgain:  # by its own commit or another; the next look finds nothing to do
            continue
        return
    raise TryAgain(f"lake/{table} was written to {_TRIES} times while it was migrated; the same call goes on")


MIGRATIONS: Mapping[int, Callable[[Lake], None]] = {2: gain_columns}
"""By layout, what makes it of the one before. Each may be repeated, and begun anew where it stopped."""
