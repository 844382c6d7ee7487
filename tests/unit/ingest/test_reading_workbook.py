"""Excel workbooks."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
import zipfile

import pytest
from workbook_support import DATE, DATE_TIME, packed, row, workbook

from patronage.engines.reading import TextSource, recognise
from patronage.errors import BadInput
from patronage.logic.ingest.recognition import cell_text

ORDERS = row(1, "order_id", "at", "price") + row(2, 13085.0, (46024.4375, DATE_TIME), 2.5)
ORDERS += row(3, "00123", (46024, DATE), 0.1)
NOTES = row(1, "These are the orders of the shop")


@pytest.fixture
def read(tmp_path):
    def run(content: bytes, *, chunk_bytes: int = 1 << 20, **given):
        path = tmp_path / "file"
        path.write_bytes(content)
        found = recognise(path, given=given)
        return found, list(TextSource(path, found, chunk_bytes=chunk_bytes))

    return run


def test_a_sheet_becomes_csv(read):
    found, chunks = read(workbook({"Notes": NOTES, "Orders": ORDERS}))

    assert (found.kind, found.member, found.header) == ("xlsx", "Orders", ("order_id", "at", "price"))
    assert (found.delimiter, found.quote, found.doubts) == (",", '"', ())
    assert [(chunk.first_line, chunk.lines, chunk.has_quotes) for chunk in chunks] == [(2, None, False)]
    assert chunks[0].content == b"13085,2026-01-02 10:30:00,2.5\n00123,2026-01-02,0.1\n"


def test_rows_keep_their_numbers_over_gaps_and_line_breaks(read):
    sheet = (
        row(2, "Orders of the shop") + row(4, "id", "text") + row(6, 1, 'a "b", c') + row(7, 2, "two\nlines")
    )
    sheet += row(9, 3, True)

    found, chunks = read(workbook({"S": sheet}))

    assert (found.header, found.skipped_lines) == (("id", "text"), 3)
    assert found.doubts == ("line 4 was read as the first of the table; those before it were left out",)
    assert chunks[0].content == b'1,"a ""b"", c"\n2,"two\nlines"\n3,true\n'
    assert (chunks[0].first_line, chunks[0].lines, chunks[0].has_quotes) == (6, (6, 7, 9), True)


def test_chunks_of_a_sheet(read):
    rows = row(1, "id", "price") + "".join(row(number, number, 1) for number in range(2, 502))

    _, chunks = read(workbook({"S": rows}), chunk_bytes=100)

    assert len(chunks) > 10
    content = b"".join(chunk.content for chunk in chunks)
    assert content == b"".join(b"%d,1\n" % number for number in range(2, 502))
    line = 2
    for chunk in chunks:
        assert (chunk.first_line, chunk.lines) == (line, None)
        line += chunk.content.count(b"\n")


def test_the_sheet_with_the_most_cells_is_read_and_others_are_a_doubt(read):
    small = row(1, "id", "name") + row(2, 1, "lamp")
    book = workbook(
        {"Products": small, "Orders": ORDERS, "Hidden": ORDERS + row(4, 1, 2, 3)}, hidden=("Hidden",)
    )

    found, _ = read(book)
    assert found.member == "Orders"
    assert found.doubts == (
        "the sheet 'Orders' was read because it has the most cells, but 'Products' also looks like data; "
        "state the setting sheet if another one was meant",
    )

    found, chunks = read(book, sheet="Products")
    assert (found.member, found.doubts, chunks[0].content) == ("Products", (), b"1,lamp\n")


def test_settings_of_a_sheet(read):
    found, chunks = read(
        workbook({"S": NOTES + row(2, 1, 2) + row(3, 3, 4)}), header=["a", "b"], skip_lines=1
    )

    assert (found.header, found.has_header) == (("a", "b"), False)
    assert [(chunk.first_line, chunk.content) for chunk in chunks] == [(2, b"1,2\n3,4\n")]


@pytest.mark.parametrize("compression", ["gzip", "zip"])
def test_a_workbook_inside_a_container(read, compression):
    book = workbook({"Orders": ORDERS})
    content = gzip.compress(book) if compression == "gzip" else packed({"a/shop.xlsx": book})

    found, chunks = read(content)

    assert (found.kind, found.compression) == ("xlsx", compression)
    assert found.member == ("Orders" if compression == "gzip" else "a/shop.xlsx/Orders")
    assert chunks[0].content.startswith(b"13085,")


@pytest.mark.parametrize(
    ("content", "given", "message"),
    [
        (workbook({"A": "", "B": ""}), {}, r"no sheet of the workbook holds rows \(A, B\)"),
        (workbook({"A": ORDERS}), {"sheet": "B"}, "has no sheet of that name; its sheets are A"),
        (workbook({"A": ORDERS, "B": ""}), {"sheet": "B"}, "has no rows in it"),
        (workbook({"A": ORDERS}), {"skip_lines": 9}, "the sheet 'A' holds no row after the first 9"),
        (workbook({"A": ORDERS})[:-100], {}, "the zip file is damaged"),
        (packed({"xl/workbook.xml": "<a"}), {}, "the workbook is damaged"),
        (workbook({"A": row(1, 1) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'}), {},
         "spread over 1,048,576 rows by 16,384 columns"),
        (workbook({"A": "<row r='1'>" + "<c><v>1</v></c>" * 99 + "</row><row r='1000000'/>"}), {},
         "spread over 1,000,000 rows by 99 columns"),
    ],
)  # fmt: skip
def test_workbooks_that_cannot_be_read(read, content, given, message):
    with pytest.raises(BadInput, match=message):
        read(content, **given)


def test_a_workbook_that_unpacks_to_too_much_is_refused(read):
    book = bytearray(workbook({"A": ORDERS}))
    at = book.index(b"PK\x01\x02", book.rindex(b"PK\x03\x04"))
    for _ in range(5):
        at = book.index(b"PK\x01\x02", at + 1)
    book[at + 24 : at + 28] = (2 << 30).to_bytes(4, "little")

    with pytest.raises(BadInput, match=r"unpacks to 2,147,4\d\d,\d+ bytes, more than 1,073,741,824"):
        read(bytes(book))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", ""),
        ("a\r\nb\rc", "a\nb\nc"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (13085.0, "13085"),
        (1e20, "100000000000000000000"),
        (0.1, "0.1"),
        (-2.50, "-2.5"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 10, 30), "2026-01-02 10:30:00"),
        (dt.datetime(2026, 1, 2, 10, 29, 59, 999_990), "2026-01-02 10:30:00"),
        (dt.datetime(2026, 1, 2, 10, 30, 0, 250_000), "2026-01-02 10:30:00.250000"),
        (dt.time(10, 30), "10:30:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (dt.timedelta(hours=-1), "-1:00:00"),
    ],
)  # fmt: skip
def test_cells_as_text(cell, text):
    assert cell_text(cell) == text


def test_any_damage_to_a_workbook_ends_with_chunks_or_bad_input(tmp_path):
    chance = random.Random(7)  # noqa: S311  damage need not be secret
    with zipfile.ZipFile(io.BytesIO(workbook({"A": ORDERS, "B": NOTES}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    refused = 0
    for _ in range(300):
        path = tmp_path / "file"
        path.write_bytes(packed(damaged(parts, chance)))
        try:
            assert all(chunk.content for chunk in TextSource(path, recognise(path)))
        except BadInput:
            refused += 1
    assert 50 < refused < 300


def damaged(parts: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    name = chance.choice([each for each in parts if each.startswith("xl/")])
    content, at = parts[name], chance.randrange(len(parts[name]))
    change = chance.choice([b"", b"<", b'"', b"999999999", b"-5", b'r="A0"', b't="s"', b"</row>", b"&lt"])
    return {**parts, name: content[:at] + change + content[at + chance.randrange(12) :]}
