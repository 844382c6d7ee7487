"""No workbook makes the reader ask for more memory than its bounds, however it is written."""

from __future__ import annotations

import io
import zipfile

import pytest
from workbook_support import MAIN, RELATIONS, packed, row, workbook

from patronage.engines.reading import TextSource, recognise
from patronage.errors import BadInput

SHEET, LINKS = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"
ROWS = row(1, "order_id", "price") + row(2, 1, 2)
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
"""The last cell that a sheet has: room for 17 billion."""
FEW = 500_000
"""How many places a test allows where a bomb of as many as the bounds would take too long."""
BEGIN, END = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"


def parts_of(rows: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook({"A": rows}))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def far(written: str = 'r="XFD1048576"') -> dict[str, bytes]:
    return parts_of(ROWS + FAR.replace('r="XFD1048576"', written))


def moved(name: str, target: str) -> dict[str, bytes]:
    """Return a workbook whose sheet is a part of another name."""
    parts = far()
    parts[name] = parts.pop(SHEET)
    parts[LINKS] = parts[LINKS].replace(b"worksheets/sheet1.xml", target.encode())
    return parts


def with_texts(count: int) -> dict[str, bytes]:
    """Return a workbook whose sheets share so many texts."""
    link = f'<Relationship Id="t" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Rel'
    parts = parts_of(ROWS)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{"<si/>" * count}</sst>'.encode()
    return {**parts, LINKS: parts[LINKS].replace(b"</Rel", link.encode())}


def read(path, parts):
    path.write_bytes(packed(parts))
    return [chunk.content for chunk in TextSource(path, recognise(path))]


BOMBS = {
    "far": lambda: far(),
    "beside xl": lambda: moved("evil/sheet1.xml", "/evil/sheet1.xml"),
    "in another folder": lambda: moved("xl/evil/sheet1.xml", "evil/sheet1.xml"),
    "in capitals": lambda: moved("XL/Worksheets/SHEET1.xml", "worksheets/sheet1.xml"),
    "as the chain of formulas": lambda: moved("xl/calcChain.xml", "calcChain.xml"),
    "small letters": lambda: far('r="xfd1048576"'),
    "blanks": lambda: far('r = "XFD1048576"'),
    "line ends": lambda: far("r\n=\n'XFD1048576'"),
    "very many blanks": lambda: far("r" + " " * (1 << 20) + '="XFD1048576"'),
    "more letters": lambda: far('r="AAAAAA2"'),
    "another prefix": lambda: {
        **parts_of(ROWS),
        SHEET: f'<é-x:worksheet xmlns:é-x="{MAIN}"><é-x:sheetData><é-x:row r="1">{"<é-x:c/>" * 99}</é-x:row>'
        '<é-x:row r="1000000"/></é-x:sheetData></é-x:worksheet>'.encode(),
    },
    "rows without a number": lambda: parts_of(
        "<row>" + "<c/>" * 99 + "</row>" + "<row/>" * FEW + "<row><c><v>1</v></c></row>"
    ),
    "cells without a place, and places without a cell": lambda: parts_of(
        "<row>" + "<c/><x r='A1'/>" * 99 + "</row>" + "<row/>" * FEW + "<row><c><v>1</v></c></row>"
    ),
    "a row over many blocks": lambda: parts_of(
        "<row>" + f"<c{' ' * 100_000}/>" * 99 + "</row><row r='20000'><c><v>1</v></c></row>"
    ),
    "one place again and again": lambda: parts_of(
        ROWS + "<row r='3'>" + "<c r='A3'/>" * (FEW + 1) + "</row>"
    ),
    "shared texts": lambda: with_texts(FEW + 1),
    "a tag without an end": lambda: parts_of(ROWS + f"<c {' ' * (3 << 20)}/>"),
}


MANY = (
    "rows without a number",
    "cells without a place, and places without a cell",
    "a row over many blocks",
    "one place again and again",
    "shared texts",
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_workbook_that_would_take_all_memory_is_refused(tmp_path, monkeypatch, bomb):
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_object", pytest.fail)
    if bomb in MANY:
        monkeypatch.setattr("patronage.engines.reading._workbook._MOST_CELLS", FEW)
    with pytest.raises(BadInput, match="save the sheet as CSV and upload that"):
        read(tmp_path / "file", BOMBS[bomb]())


@pytest.mark.parametrize("part", ["xl/workbook.bin", "XL/Workbook.BIN", "xl\\workbook.bin", "content.xml"])
def test_a_workbook_of_a_kind_that_has_no_bounds_is_refused(tmp_path, part):
    """Calamine tells the kind by itself, and would go on to these where the first cannot be read."""
    with pytest.raises(BadInput, match=r"is a \.xlsb or \.ods file"):
        read(tmp_path / "file", {**parts_of(ROWS), "xl/workbook.xml": b"damaged", part: b"x"})


def test_pictures_formulas_and_wide_sheets_beside_long_ones_are_no_bombs(tmp_path):
    long_sheet = ROWS + "".join(row(number, number, 1) for number in range(3, 30_003))
    wide = "".join(f'<c r="{chr(65 + n // 26)}{chr(65 + n % 26)}1"><v>1</v></c>' for n in range(520))
    with zipfile.ZipFile(io.BytesIO(workbook({"A": long_sheet, "B": f'<row r="1">{wide}</row>'}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/media/image1.bmp"] = b"\0" * (3 << 20)
    parts["xl/calcChain.xml"] = b'<calcChain><c r="A30002" i="1"/><c r="TZ1" i="2"/></calcChain>'
    assert b"".join(read(tmp_path / "file", parts)).count(b"\n") == 30_001


def test_cells_are_counted_once_where_a_block_ends_within_one(tmp_path):
    """A megabyte is read at a time; each cell's place is wide, so that many blocks end inside a tag."""
    wide = "".join(f'<row r="{n}"><c{" " * 5_000}r="A{n}"><v>{n}</v></c></row>' for n in range(3, 1_003))
    assert b"".join(read(tmp_path / "file", parts_of(ROWS + wide))).count(b"\n") == 1_001
