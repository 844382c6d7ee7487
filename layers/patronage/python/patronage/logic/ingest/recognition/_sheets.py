"""Choose the sheet of a workbook that is data, and write its cells as text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.ingest.recognition._cells import Record
from patronage.logic.ingest.recognition._header import header_place, looks_like_header
from patronage.logic.ingest.recognition._table import Table, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.ingest.recognition._given import Given

SAMPLE_ROWS = 200
"""How many rows of a sheet are looked at."""
Cell = str | int | float | bool | dt.time | dt.date | dt.datetime | dt.timedelta
"""What a workbook's cell holds; an empty one holds the empty text."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet of a workbook: its extent, and its first rows as texts (row numbers from 0)."""

    name: str
    cells: int
    rows: Sequence[Sequence[str]]
    is_visible: bool = True

    @property
    def records(self) -> list[Record]:
        """The rows that hold something."""
        found = (Record(at, tuple(cells)) for at, cells in enumerate(self.rows))
        return [record for record in found if record.filled]

    @property
    def is_table(self) -> bool:
        """Whether it has a header of two names or more, and rows under it."""
        records = self.records
        if not records:
            return False
        place = header_place(records, len(records[0].cells))
        header = records[place]
        return len(header.filled) > 1 and looks_like_header(header) and place + 1 < len(records)


def choose_sheet(sheets: Sequence[Sheet], *, given: str = "") -> tuple[Sheet, tuple[str, ...]]:
    """Return the sheet that is the data, and the doubts about it.

    The one with the most cells among those that look like tables wins; hidden ones only among themselves.

    Raises
    ------
    BadInput
        No sheet holds rows, or the stated one is missing or empty.
    """
    names = ", ".join(sheet.name for sheet in sheets)
    if given:
        chosen = next((sheet for sheet in sheets if sheet.name == given), None)
        if chosen is None or not chosen.records:
            rule = "has no sheet of that name" if chosen is None else "has no rows in it"
            raise BadInput(f"the setting sheet is {given!r}, but the workbook {rule}; its sheets are {names}")
        return chosen, ()
    filled = [sheet for sheet in sheets if sheet.records]
    if not filled:
        raise BadInput(f"no sheet of the workbook holds rows ({names}); save it with its data")
    best = max(filled, key=lambda sheet: (sheet.is_visible, sheet.is_table, sheet.cells))
    others = [each.name for each in filled if each.is_table and each is not best and each.is_visible]
    if not others:
        return best, ()
    return best, (
        f"the sheet {best.name!r} was read because it has the most cells, but {_quoted(others)} "
        f"also look{'s' if len(others) == 1 else ''} like data; state the setting sheet if another one "
        "was meant",
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


def recognise_sheet(sheet: Sheet, given: Given) -> Table:
    """Find the header of a sheet."""
    skipped = given.skip_lines or 0
    records = [record for record in sheet.records if record.line >= skipped]
    if not records:
        raise BadInput(f"the sheet {sheet.name!r} holds no row after the first {skipped}; check skip_lines")
    return table_of(records, len(records[0].cells), given)


def cell_text(cell: Cell) -> str:
    r"""Write a cell as text: dates in ISO form, whole numbers without a point, line breaks as ``\n``."""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return _to_the_millisecond(cell).isoformat(sep=" ")
    if isinstance(cell, dt.timedelta):
        return _hours(cell)
    return str(cell) if isinstance(cell, int) else cell.isoformat()


def _to_the_millisecond(moment: dt.datetime) -> dt.datetime:
    """Drop what a day's fraction, kept as a float, adds in microseconds."""
    rounded = round(moment.microsecond, -3)
    return moment.replace(microsecond=0) + dt.timedelta(microseconds=rounded)


def _hours(length: dt.timedelta) -> str:
    seconds = round(length.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
