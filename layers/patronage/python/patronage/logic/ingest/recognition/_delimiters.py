"""Choose the delimiter and the quote of a CSV file by trying them on a sample."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from patronage.logic.ingest.recognition._cells import BLANKS, ONE_CELL, Record, split_records

_DELIMITERS = (",", ";", "\t", "|", "::", "^", "~", "\x01", "\x1f")
_MOST_RECORDS = 500
_CONSISTENT_SHARE = 0.5  # below, a delimiter is only a character of the texts
_BLANKS_SHARE = 0.8  # prose has blanks too
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_MOSTLY = 0.9


@dataclass(frozen=True)
class Cut:
    """A way to cut the sample: `columns` is the commonest number of cells, `share` that of such records."""

    delimiter: str
    quote: str
    records: list[Record]
    columns: int
    share: float

    @property
    def first(self) -> int:
        """The place of the first record with that number of cells."""
        return next(at for at, record in enumerate(self.records) if len(record.cells) == self.columns)

    @property
    def share_from_first(self) -> float:
        """The share of such records after lines of a preamble."""
        return self.share * len(self.records) / (len(self.records) - self.first)


def choose_cut(
    lines: list[str], *, is_whole: bool, delimiter: str = "", quote: str | None = None
) -> Cut | None:
    """Choose how to cut a sample into cells.

    The delimiter that gives the steadiest number of cells above one wins, then the one that gives more
    columns; runs of blanks only where no other is steady; a comma where the lines have one cell only.

    Parameters
    ----------
    lines
        The sample's lines, complete, without their ends.
    is_whole
        Whether the sample is the whole file; else a record that the sample's end may have cut is left out.
    delimiter, quote
        What somebody states; empty and None where it is to be found.

    Returns
    -------
    Cut, or None where the lines cannot be cut as stated.
    """
    if delimiter:
        return _choose_quote(lines, delimiter, quote, is_whole=is_whole)
    cuts = [_choose_quote(lines, each, quote, is_whole=is_whole) for each in _present(lines)]
    steady = [cut for cut in cuts if cut and cut.columns > 1 and cut.share_from_first >= _CONSISTENT_SHARE]
    if len(steady) > 1 and _are_decimal_commas(lines):
        steady = [cut for cut in steady if cut.delimiter != ","]
    if steady:
        return max(steady, key=lambda cut: (cut.share, cut.columns))  # the first of equals
    blanks = _choose_quote(lines, BLANKS, quote, is_whole=is_whole)
    if blanks and blanks.columns > 1 and blanks.share >= _BLANKS_SHARE and len(blanks.records) > 1:
        return blanks
    return _choose_quote(lines, ",", quote, is_whole=is_whole)


def _present(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return [each for each in _DELIMITERS if each in text]


def _are_decimal_commas(lines: list[str]) -> bool:
    text = "\n".join(lines)
    return len(_DECIMAL_COMMA.findall(text)) >= _MOSTLY * text.count(",")


def _choose_quote(lines: list[str], delimiter: str, quote: str | None, *, is_whole: bool) -> Cut | None:
    if quote is not None or delimiter == ONE_CELL:
        return _cut(lines, delimiter, quote or "", is_whole=is_whole)
    plain = _cut(lines, delimiter, "", is_whole=is_whole)
    enclosed = {each: _enclosed_cells(plain, each) if plain else 0 for each in "\"'"}
    single = _cut(lines, delimiter, "'", is_whole=is_whole) if enclosed["'"] > enclosed['"'] else None
    double = _cut(lines, delimiter, '"', is_whole=is_whole)
    if single and (not double or single.share >= double.share):
        return single
    if plain and (not double or (not enclosed['"'] and plain.share > double.share)):
        return plain
    return double


def _enclosed_cells(plain: Cut, quote: str) -> int:
    """Count the cells that the quote opens and closes; one that holds the delimiter shows as its two ends."""
    cells = [cell for record in plain.records for cell in record.filled]
    opened = sum(cell.startswith(quote) for cell in cells)
    closed = sum(cell.endswith(quote) for cell in cells if cell != quote)
    return min(opened, closed)


def _cut(lines: list[str], delimiter: str, quote: str, *, is_whole: bool) -> Cut | None:
    records = split_records(lines, delimiter, quote, most=_MOST_RECORDS)
    if records and not is_whole and 1 < len(records) < _MOST_RECORDS:
        records = records[:-1]
    if not records:
        return None
    counts = Counter(len(record.cells) for record in records)
    columns = max(counts, key=lambda count: (count > 1, counts[count], count))
    return Cut(delimiter, quote, records, columns, counts[columns] / len(records))
