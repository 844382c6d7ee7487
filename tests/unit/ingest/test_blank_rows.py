"""Rows without a single filled cell, as a spreadsheet leaves them below a table, are no rows."""

from __future__ import annotations

import json

import duckdb
import pytest

from patronage.logic.ingest.options import Options
from patronage.logic.upload_keys import quarantine_key
from patronage.settings import Shop
from patronage.steps.ingest.inspection import inspect
from tests_support import NOW, adds_up

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
ROWS = "".join(f"o{n},c,p,1,2.50,2026-01-02\n" for n in range(5))
SAID = "10 rows without a single filled cell were taken for blank lines"


@pytest.mark.parametrize("blank", [",,,,,", " , ,,,,", '"","","","","",""', ",,,", ",,,,,,,,", "\t,,,,, "])
def test_blank_rows_are_counted_as_blank_and_not_as_read(ingest_text, blank):
    report = ingest_text(HEADER + ROWS + f"{blank}\n" * 10)

    assert adds_up(report)
    assert (report["read"], report["kept"], report["refused_by_rule"]) == (5, 5, {})
    assert (report["blank_rows"], report["doubts"]) == (10, [SAID])


def test_blank_rows_among_refused_ones_leave_those_at_their_lines(ingest_text, lake):
    report = ingest_text(f"{HEADER},,,,,\n{ROWS},,,,,\n,c,p,1,2.50,2026-01-02\n,,,,,\n")

    assert (report["read"], report["refused_by_rule"]) == (6, {"order-id-missing": 1})
    lines = lake.store.read_bytes(quarantine_key(report["object"])).decode().splitlines()
    assert [json.loads(line)["line"] for line in lines] == [9]


def test_a_few_blank_rows_are_counted_without_a_word(ingest_text):
    report = ingest_text(HEADER + ROWS * 3 + ",,,,,\n")

    assert report["blank_rows"] == 1
    assert "doubts" not in report


def test_a_row_with_one_filled_cell_is_a_row(ingest_text):
    report = ingest_text(HEADER + ROWS + ",,,,,2026-01-02\n")

    assert report["refused_by_rule"] == {"order-id-missing": 1}
    assert "blank_rows" not in report


@pytest.mark.parametrize("blank", ['""," ","\n"," ","",""', '"\r\n",,,,,', "\u2003,,,,,", '" ","\u00a0",,,,'])
def test_rows_of_quoted_blanks_and_line_breaks_are_blank(ingest_text, blank):
    report = ingest_text(HEADER + ROWS + f"{blank}\n" * 10)

    assert adds_up(report)
    assert (report["read"], report["kept"], report["blank_rows"]) == (5, 5, 10)


@pytest.mark.parametrize("filled", ['"""",,,,,', '",",,,,,', ',"\n.",,,,', "[],,,,,"])
def test_a_cell_that_holds_marks_is_filled(ingest_text, filled):
    report = ingest_text(HEADER + ROWS + f"{filled}\n")

    assert (report["read"], report["refused"]) == (6, 1)
    assert "blank_rows" not in report


@pytest.mark.parametrize("blank", ["", ",,,,,\n" * 10])
def test_a_file_without_rows_says_so(ingest_text, blank):
    report = ingest_text(HEADER + blank)

    assert (report["read"], report["doubts"][-1]) == (0, "the file holds no rows")


MISSING = "the order id is empty; every row of orders must have one"


@pytest.mark.parametrize("blank", [",,,,,", " , ,,,,", '"","","","","",""', ",,,", "\u00a0,\t,,,,"])
def test_an_inspection_leaves_blank_rows_out_as_ingest_does(upload_text, blank):
    upload = upload_text(f"{HEADER}{blank}\n{ROWS},c,p,1,2.50,2026-01-02\n" + f"{blank}\n" * 10)

    found = inspect(upload, Shop(), Options(), now=NOW, rows=7)

    assert found.refused == {MISSING: 1}
    assert found.doubts == ["11 rows without a single filled cell were taken for blank lines"]
    assert [row.get("order_id") for row in found.rows] == ["o0", "o1", "o2", "o3", "o4", None]


def test_an_inspection_shows_a_row_of_which_a_cell_is_odd(upload_text):
    upload = upload_text(HEADER + "o9,c,p,many,2.50,2026-01-02\n" + ROWS)

    found = inspect(upload, Shop(), Options(), now=NOW)

    assert (found.rows[0]["rule"], found.rows[0]["order_id"]) == ("quantity-not-a-number", "o9")
    assert "quantity" not in found.rows[0]
    assert found.refused == {"the quantity is no decimal number such as 3, -1.5 or 1234.50": 1}


def test_an_inspection_of_a_file_without_rows_says_so(upload_text):
    assert inspect(upload_text(HEADER), Shop(), Options(), now=NOW).doubts == ["the file holds no rows"]


def test_an_inspection_leaves_the_blank_rows_of_parquet_out(upload_text, tmp_path):
    path = tmp_path / "a.parquet"
    row = "'o1' AS order_id, 'c' AS customer_id, 'p' AS product_id, 1 AS quantity, 2.5 AS unit_price, "
    row += "TIMESTAMP '2026-01-02' AS ordered_at, [1, 2] AS tags"
    duckdb.sql(f"SELECT * FROM (SELECT {row}) RIGHT JOIN range(3) AS t(n) ON n = 1").project(
        "* EXCLUDE n"
    ).write_parquet(str(path))

    found = inspect(upload_text(path.read_bytes(), key="raw/orders/a.parquet"), Shop(), Options(), now=NOW)

    assert found.refused == {}
    assert [row["order_id"] for row in found.rows] == ["o1"]
