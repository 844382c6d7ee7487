"""Find a table's header under the lines of a preamble, and name its columns."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from patronage.logic.ingest.recognition._cells import Record

_NUMBER_OR_DATE = re.compile(r"[-+(]?[\s$€£]*[-+]?\d[\d.,:/ eETZ+%)-]*")
_FEWEST_DISTINCT = 0.8
_FEWEST_FILLED = 0.8
_CONTRAST_SHARE = 0.6
_LONGEST_PREAMBLE = 50
_MOST_COLUMNS = 10_000


def header_place(records: Sequence[Record], columns: int) -> int:
    """Return the place of the record that is the header, or the first record where none looks like one.

    Records before it are a preamble: they have another number of cells than the rest, and few that are
    filled; a spreadsheet pads them to the full number.

    Parameters
    ----------
    records
        The sample's records, at least one of them with `columns` cells.
    columns
        The commonest number of cells.
    """
    first = next(at for at, record in enumerate(records) if len(record.cells) == columns)
    for place, record in enumerate(records[:first]):
        if len(record.filled) > max(1, columns // 2) and looks_like_header(record):
            return place  # a header that lacks a cell, over records of another length
    return _under_padded_preamble(records, first, columns)


def _under_padded_preamble(records: Sequence[Record], first: int, columns: int) -> int:
    for place in range(first, min(first + _LONGEST_PREAMBLE, len(records))):
        record = records[place]
        if len(record.filled) > max(1, columns // 2):
            above = records[first:place]
            is_full = len(record.filled) >= _FEWEST_FILLED * columns and looks_like_header(record)
            has_titles_only = columns > 2 and all(len(each.filled) <= 1 for each in above)
            return place if is_full and (has_titles_only or _has_contrast(records, place)) else first
    return first


def looks_like_header(record: Record) -> bool:
    """Say whether the cells are names: no numbers or dates, and mostly distinct."""
    names = record.filled
    if not names or any(_NUMBER_OR_DATE.fullmatch(name) for name in names):
        return False
    return len({name.casefold() for name in names}) >= _FEWEST_DISTINCT * len(names)


def _has_contrast(records: Sequence[Record], place: int) -> bool:
    """Say whether some column under the names holds numbers or dates."""
    below = records[place + 1 : place + 1 + _LONGEST_PREAMBLE]
    for column in range(len(records[place].cells)):
        cells = [each.cells[column].strip() for each in below if len(each.cells) > column]
        filled = [cell for cell in cells if cell]
        numbers = sum(_NUMBER_OR_DATE.fullmatch(cell) is not None for cell in filled)
        if filled and numbers >= _CONTRAST_SHARE * len(filled):
            return True
    return False


def repeated_names(cells: Iterable[str]) -> list[str]:
    """Return the names that a header has more than once, without regard to case."""
    spelled = {cell.strip().casefold(): cell.strip() for cell in cells}
    counts = Counter(cell.strip().casefold() for cell in cells)
    return [spelled[name] for name, count in counts.items() if name and count > 1]


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Name the columns: stripped, none empty or `record`, no two alike without regard to case.

    Raises
    ------
    BadInput
        There are more than 10,000.
    """
    cells = tuple(cells)
    if len(cells) > _MOST_COLUMNS:
        raise BadInput(
            f"the header has {len(cells):,} cells, more than {_MOST_COLUMNS:,}; "
            "export fewer columns, or state the delimiter"
        )
    names: list[str] = []
    taken = {"record"}
    counts: Counter[str] = Counter()
    for place, cell in enumerate(cells):
        name = first = cell.strip().removeprefix("\ufeff").strip() or f"column{place}"
        while name.casefold() in taken:
            counts[first] += 1
            name = f"{first}_{counts[first]}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
