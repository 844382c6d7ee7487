"""The quarantine keeps a refused row as the file has it."""

from __future__ import annotations

import json

import pytest
from workbook_support import row, workbook

from patronage.logic.upload_keys import quarantine_key

NAMES = ["order_id", "customer_id", "product_id", "quantity", "unit_price", "ordered_at"]
GOOD = [["o1", "c", "p", "1", "2.50", "2026-01-02"], ["o2", "c", "p", "2", "2.50", "2026-01-03"]] * 10
BAD = ["bad", "c", "p", "two", "2.50", "2026-01-02"]


def table(delimiter: str, end: str = "\n") -> str:
    return "".join(delimiter.join(cells) + end for cells in [NAMES, *GOOD])


def kept(lake, report):
    lines = lake.store.read_bytes(quarantine_key(report["object"])).decode().splitlines()
    return [(each["line"], each["rule"], each["raw"]) for each in map(json.loads, lines)]


@pytest.mark.parametrize(
    ("delimiter", "end", "text"),
    [
        (",", "\n", 'bad,"c ""1""","p,q", two ,2.50,2026-01-02'),
        (",", "\n", '"bad","c",p,"two","2.50","2026-01-02"'),
        (",", "\r\n", 'bad,c,"p\r\nq",two,2.50,2026-01-02'),
        (",", "\r\n", 'bad,c,"p\nq\n",two,2.50,2026-01-02'),
        (",", "\n", "bad,c\rc,p,two,2.50,2026-01-02"),
        (",", "\r", 'bad,c,"p\nq",two,2.50,2026-01-02'),
        (",", "\n", '["bad",c,p,two,2.50,"2026-01-02"]'),
        (";", "\n", "bad;c;p;two;2,50;2026-01-02"),
        ("\t", "\n", "bad\tc\t\ttwo\t2.50\t2026-01-02"),
        ("::", "\n", "bad::c::p::two::2.50::2026-01-02"),
        ("  ", "\n", '  bad   c    p  two "2.50"  2026-01-02 '),
        ("  ", "\r\n", 'bad  c  "p  q\r\n  r"  two  2.50  2026-01-02'),
    ],
)
def test_raw_is_the_text_of_the_file(ingest_text, lake, delimiter, end, text):
    report = ingest_text((table(delimiter, end) + text + end + end + delimiter.join(BAD) + end).encode())

    first, second = kept(lake, report)
    assert (first[0], first[2]) == (22, text)
    assert second == (24 + text.count("\n"), "quantity-not-a-number", delimiter.join(BAD))


def test_raw_has_the_lines_between_which_the_ends_were_made_even(ingest_text, lake):
    odd = 'bad,"two\r\nlines",p,two,2.50,2026-01-02'
    text = table(",", "\r\n") + f"{odd}\n" + ",".join(GOOD[0]) + "\r\r\n" + f"{odd}\r\n"

    assert kept(lake, ingest_text(text.encode())) == [
        (22, "quantity-not-a-number", odd),
        (25, "quantity-not-a-number", odd),
    ]


def test_raw_is_decoded(ingest_text, lake):
    text = table(",") + "bad,Zoë,€,two,2.50,2026-01-02\n"

    assert kept(lake, ingest_text(text.encode("windows-1252")))[0][2] == "bad,Zoë,€,two,2.50,2026-01-02"


@pytest.mark.parametrize(
    "odd", ["bad,c,p,1", 'bad,"c"c",p,1,2.50,2026-01-02', "bad,c,p,1,2.50,2026-01-02,,x"]
)
def test_raw_of_a_row_that_cannot_be_cut_is_its_text_too(ingest_text, lake, odd):
    report = ingest_text(table(",", "\r\n") + f"{odd}\r\n" + table(",", "\r\n").partition("\n")[2])

    assert [(line, raw) for line, _, raw in kept(lake, report)] == [(22, odd)]


def test_raw_of_a_sheet_is_the_list_of_its_cells(ingest_text, lake):
    odd = ["bad", "Lamps, \"big\"\nand small", "p", "two", "2.50", "2026-01-02"]  # fmt: skip
    after = ["worse", "c", "p", "few", "2.50", "2026-01-02"]
    rows = [NAMES, GOOD[0], odd, *GOOD, after]

    report = ingest_text(workbook({"Orders": "".join(row(at, *each) for at, each in enumerate(rows, 1))}))

    assert [(line, json.loads(raw)) for line, _, raw in kept(lake, report)] == [(3, odd), (24, after)]
