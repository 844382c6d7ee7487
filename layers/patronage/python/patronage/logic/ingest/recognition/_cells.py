"""Split a sample's lines into cells, as the reader of the whole file will."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANKS = " "
"""The delimiter of a file whose cells are parted by runs of blanks."""
ONE_CELL = "\n"
"""The delimiter of a file of which each line is one cell."""
_STAND_IN = "\x1f"  # Python's reader takes delimiters of one character only
_BLANK_EDGES = re.compile(rb"[ \t]*(\r?\n)[ \t]*")
_BLANK_RUN = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Record:
    """One record of a sample: the line (from 0) that it begins on, and its cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that hold more than blanks, stripped."""
        return tuple(cell.strip() for cell in self.cells if cell.strip())


def split_records(lines: Iterable[str], delimiter: str, quote: str, *, most: int) -> list[Record] | None:
    """Split lines into records; those of blanks only are left out.

    Parameters
    ----------
    lines
        Lines without their ends.
    delimiter, quote
        As of a `Format`.
    most
        How many records to return at the most.

    Returns
    -------
    list of Record, or None where the lines cannot be split that way.
    """
    if delimiter == ONE_CELL:
        return [Record(at, (line,)) for at, line in enumerate(lines) if line.strip()][:most]
    if delimiter == BLANKS:
        lines = [tabs_for_blanks(line.encode(), quote.encode()).decode() for line in lines]
        delimiter = "\t"
    elif len(delimiter) > 1:
        lines = [line.replace(delimiter, _STAND_IN) for line in lines]
        delimiter = _STAND_IN
    records: list[Record] = []
    begin = 0
    try:
        reader = csv.reader(
            (line + "\n" for line in lines),
            delimiter=delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            skipinitialspace=True,
        )
        for cells in reader:
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                records.append(Record(begin, tuple(cells)))
            begin = reader.line_num
            if len(records) == most:
                break
    except csv.Error:
        return None
    return records


def tabs_for_blanks(content: bytes, quote: bytes) -> bytes:
    """Put one tab for each run of blanks between cells, none at the edges of lines.

    Parameters
    ----------
    content
        Complete lines.
    quote
        What may enclose cells, whose blanks stay; may be empty.
    """
    parts = content.split(quote) if quote and quote in content else [content]
    if len(parts) % 2 == 0:
        parts = [content]
    for place in range(0, len(parts), 2):
        part = _BLANK_EDGES.sub(rb"\1", parts[place])
        part = part.lstrip(b" \t") if place == 0 else part
        part = part.rstrip(b" \t") if place == len(parts) - 1 else part
        parts[place] = _BLANK_RUN.sub(b"\t", part)
    return quote.join(parts) if len(parts) > 1 else parts[0]
