"""Read the sheets of an Excel workbook with calamine, which unpacks a sheet whole: hence the bounds."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from patronage.engines.reading._chunk import Chunk
from patronage.engines.reading._containers import HEAD_BYTES, damage_told, unpacked_blocks
from patronage.errors import BadInput
from patronage.logic.ingest.recognition import SAMPLE_ROWS, Sheet, cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from python_calamine import CalamineSheet, CalamineWorkbook

    from patronage.logic.ingest.recognition import Format

_MOST_PACKED_BYTES = 256 << 20
_MOST_XML_BYTES = 1 << 30
_MOST_CELLS = 10_000_000  # calamine takes about 70 bytes for each place of the rectangle, empty or not
_CELLS = b"sheetData"  # calamine reads cells after this word alone, whatever the part is called
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c[\s/>]")  # a cell may lack its reference: it follows the one before
_ROW = re.compile(rb"<(?:[^\s<>/:]+:)?row\b")  # so may a row
_STRING = re.compile(rb"<(?:[^\s<>/:]+:)?si[\s/>]")
_OTHER_KINDS = frozenset({"xl/workbook.bin", "content.xml"})  # calamine reads them too, and in no bounds
_CSV = "save the sheet as CSV and upload that"


@contextmanager
def opened_workbook(path: Path, compression: str, member: str) -> Iterator[CalamineWorkbook]:
    """Open a workbook that `check_workbook` has passed.

    Raises
    ------
    BadInput
        It is damaged.
    """
    # Here, for a cold start should not pay for it where no workbook comes.
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_object(_file(path, compression, member)) as workbook:
            yield workbook
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as exc:
        raise BadInput(f"the workbook is damaged ({exc}); save it again as .xlsx, or as CSV") from exc


def _file(path: Path, compression: str, member: str) -> str | IO[bytes]:
    return str(path) if compression == "none" else unpacked_workbook(path, compression, member)


def unpacked_workbook(path: Path, compression: str, member: str) -> IO[bytes]:
    """Unpack a workbook that came inside gzip or zip into memory."""
    content = io.BytesIO()
    for block in unpacked_blocks(path, compression, member, block_bytes=HEAD_BYTES):
        content.write(block)
        if content.tell() > _MOST_PACKED_BYTES:
            raise BadInput(f"the workbook is larger than {_MOST_PACKED_BYTES >> 20} MB; {_CSV}")
    content.seek(0)
    return content


def check_workbook(file: Path | IO[bytes]) -> None:
    """Unpack a workbook's parts once, keeping none, to know that it is sound and not too large.

    Raises
    ------
    BadInput
        It is damaged, encrypted or of another kind, exceeds 1 GiB unpacked, or holds too many cells or texts.
    """
    with damage_told("xlsx"), zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise BadInput("the workbook is encrypted; save it without a password")
        if any(part.filename.replace("\\", "/").lower() in _OTHER_KINDS for part in parts):
            raise BadInput("the workbook is a .xlsb or .ods file, not .xlsx; save it as .xlsx, or as CSV")
        total = sum(part.file_size for part in parts)
        if total > _MOST_XML_BYTES:
            raise BadInput(f"the workbook unpacks to {total:,} bytes, more than {_MOST_XML_BYTES:,}; {_CSV}")
        for part in parts:
            with archive.open(part) as content:
                _check_part(content, part.filename)


def _check_part(content: IO[bytes], name: str) -> None:
    """Read a part to its end, where zipfile checks its sum, by whole tags where it holds cells."""
    extent, rest = _Extent(name), b""
    while block := content.read(HEAD_BYTES):
        begun = rest + block
        end = max(begun.rfind(b"<"), 0)
        if len(begun) - end > HEAD_BYTES:
            end = extent.end_of_long_tag(begun)
        extent.take(begun[:end])
        rest = begun[end:]
    extent.take(rest)


@dataclass
class _Extent:
    """What calamine makes room for: the rectangle of a sheet's cells, and the texts that sheets share."""

    name: str
    columns: int = 1
    rows: int = 1
    _has_cells: bool = False
    _tags: int = 0
    _row_tags: int = 0
    _in_row: int = 0

    def end_of_long_tag(self, begun: bytes) -> int:
        """Return how much to take of what holds no `<` for very long: a picture may, no cell does."""
        if self._has_cells or _CELLS in begun:
            raise BadInput(f"{self.name} has more than {HEAD_BYTES:,} bytes without a '<'; {_CSV}")
        return len(begun) - len(_CELLS)

    def take(self, tags: bytes) -> None:
        """Go on by a block, and refuse the part where it is too much."""
        self._tags += len(_STRING.findall(tags))
        self._has_cells = self._has_cells or _CELLS in tags
        if self._has_cells:
            self._take_cells(tags)
        if self.columns * self.rows > _MOST_CELLS:
            raise BadInput(
                f"the cells of {self.name} spread over {self.rows:,} rows by {self.columns:,} columns, more "
                f"than {_MOST_CELLS:,} places; {_CSV}"
            )
        if self._tags > _MOST_CELLS:
            raise BadInput(f"{self.name} holds more than {_MOST_CELLS:,} cells or texts; {_CSV}")

    def _take_cells(self, tags: bytes) -> None:
        cells_of_rows = [len(_CELL.findall(row)) for row in _ROW.split(tags)]
        self._tags += sum(cells_of_rows)
        self._row_tags += len(cells_of_rows) - 1
        cells_of_rows[0] += self._in_row
        self._in_row = cells_of_rows[-1]
        self.columns = max(self.columns, *cells_of_rows)
        self.rows = max(self.rows, self._row_tags)
        if found := _REFERENCE.findall(tags):
            self.columns = max(self.columns, max(map(_column_number, {letters for letters, _ in found})))
            self.rows = max(self.rows, max(int(row) for _, row in found))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def sheets_of(path: Path, compression: str, member: str) -> list[Sheet]:
    """Return the workbook's sheets with their first rows."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    with opened_workbook(path, compression, member) as workbook:
        return [
            _look(workbook, meta.name, is_visible=meta.visible == SheetVisibleEnum.Visible)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]


def _look(workbook: CalamineWorkbook, name: str, *, is_visible: bool) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    rows = list(islice(_rows(sheet), SAMPLE_ROWS))
    return Sheet(name=name, cells=sheet.height * sheet.width, rows=rows, is_visible=is_visible)


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Yield the rows from the sheet's first on, as texts."""
    if sheet.start is None:
        return
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


def sheet_chunks(path: Path, found: Format, *, chunk_bytes: int) -> Iterator[Chunk]:
    """Yield a sheet's rows as CSV; empty rows are left out, and counted."""
    member, _, sheet = found.member.rpartition("/") if found.compression == "zip" else ("", "", found.member)
    with opened_workbook(path, found.compression, member) as workbook:
        filled = (
            (at, row)
            for at, row in enumerate(_rows(workbook.get_sheet_by_name(sheet)), 1)
            if at > found.skipped_lines and any(cell.strip() for cell in row)
        )
        if found.has_header:
            next(filled, None)
        yield from _written(filled, chunk_bytes)


def _written(rows: Iterator[tuple[int, list[str]]], chunk_bytes: int) -> Iterator[Chunk]:
    number = 0
    while True:
        lines: list[int] = []
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for at, row in rows:
            writer.writerow(row)
            lines.append(at)
            if text.tell() >= chunk_bytes:
                break
        if not lines:
            return
        yield _chunk(number, lines, text.getvalue())
        number += 1


def _chunk(number: int, lines: list[int], text: str) -> Chunk:
    are_consecutive = lines[-1] - lines[0] + 1 == len(lines) == text.count("\n")
    return Chunk(
        number=number,
        first_line=lines[0],
        content=text.encode(),
        has_quotes='"' in text,
        lines=None if are_consecutive else tuple(lines),
    )
