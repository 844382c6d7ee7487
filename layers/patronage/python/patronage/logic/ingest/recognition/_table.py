"""Recognise how a text, or the rows of a sheet, form a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.ingest.recognition._cells import Record
from patronage.logic.ingest.recognition._delimiters import choose_cut
from patronage.logic.ingest.recognition._header import column_names, header_place, repeated_names
from patronage.logic.ingest.recognition._line_ends import with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.ingest.recognition._given import Given

_LOOKED_AT = 1 << 17  # characters: enough for many records, quick to cut in every way


@dataclass(frozen=True, kw_only=True)
class Table:
    """How a text or a sheet forms a table; see `Format`."""

    delimiter: str
    quote: str
    header: tuple[str, ...]
    has_header: bool
    skipped_lines: int
    doubts: tuple[str, ...]


def recognise_csv(text: str, given: Given, *, is_whole: bool) -> Table:
    """Recognise a CSV text by its beginning.

    Raises
    ------
    BadInput
        The header is longer than the text, or nothing is left after the lines to skip.
    """
    lines, is_whole = _whole_lines(with_line_feeds(text, given.quote), is_whole=is_whole)
    skipped = given.skip_lines or 0
    cut = choose_cut(lines[skipped:], is_whole=is_whole, delimiter=given.delimiter, quote=given.quote)
    if cut is None:
        raise BadInput(
            f"no record was found after the first {skipped:,} lines"
            + (f" with the delimiter {given.delimiter!r}" if given.delimiter else "")
            + "; check the format settings skip_lines, delimiter and quote"
        )
    table = table_of(cut.records, cut.columns, given, delimiter=cut.delimiter, quote=cut.quote)
    doubts = table.doubts
    if not cut.quote and given.quote is None:
        doubts += _open_quotes(cut.records, skipped)
    return replace(table, skipped_lines=table.skipped_lines + skipped, doubts=doubts)


def _open_quotes(records: Sequence[Record], skipped: int) -> tuple[str, ...]:
    """Return what should be known of a file without quotes in which a cell begins with one."""
    for record in records:
        for cell in record.filled:
            if cell.startswith('"') and cell.count('"') == 1:
                return (
                    f"line {record.line + skipped + 1} has a cell that opens a quote and does not close it; "
                    "no cell of the file is in quotes, so that one was read as text",
                )
    return ()


def _whole_lines(text: str, *, is_whole: bool) -> tuple[list[str], bool]:
    if len(text) > _LOOKED_AT and "\n" in text[:_LOOKED_AT]:
        text, is_whole = text[:_LOOKED_AT], False
    lines = text.split("\n")
    if not is_whole:
        if len(lines) == 1:
            raise BadInput(
                f"the first line is longer than {len(text):,} characters, too long for a header; "
                "export the file with line breaks between its rows"
            )
        lines.pop()
    return lines, is_whole


def _says_the_delimiter(record: Record) -> bool:
    """Say whether this is the line that Excel writes above a table: ``sep=;``."""
    return [cell.strip() for cell in record.cells] == ["sep=", ""]


def table_of(
    records: Sequence[Record], columns: int, given: Given, *, delimiter: str = ",", quote: str = '"'
) -> Table:
    """Find the header among records, and name the columns.

    Parameters
    ----------
    records
        The sample's records in order, at least one with `columns` cells.
    columns
        The commonest number of cells.
    given
        What somebody states.
    delimiter, quote
        How the records were cut.
    """
    place = 0 if given.skip_lines is not None else header_place(records, columns)
    record = records[place]
    cells: Sequence[str] = record.cells if given.expects_header else [""] * columns
    doubts = []
    if given.header and len(given.header) != columns:
        doubts.append(f"the settings name {len(given.header)} columns, but most records have {columns} cells")
    if given.expects_header and not given.header and (twice := repeated_names(cells)):
        doubts.append(
            f"the header has {', '.join(map(repr, twice))} more than once; the first was read under its name"
        )
    if any(not _says_the_delimiter(each) for each in records[:place]):
        doubts.append(
            f"line {record.line + 1} was read as the first of the table; those before it were left out"
        )
    return Table(
        delimiter=delimiter,
        quote=quote,
        header=column_names(given.header or cells),
        has_header=given.expects_header,
        skipped_lines=record.line,
        doubts=tuple(doubts),
    )
