"""No CSV that people open holds a text that their spreadsheet would calculate."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.engines.duckdb import DuckEngine
from patronage.logic.formulas import harmless, harmless_sql
from patronage.settings import Shop

SHOP = Shop(currency="GBP", timezone="Europe/London")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+44 (0)20 7946-0000", "+44 (0)20 7946-0000"),
        ("-12.50", "-12.50"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_a_formula_gets_an_apostrophe_and_a_number_none(text, written):
    assert harmless(text) == written


@given(st.text(st.sampled_from("=+-@\t\r\n'0 9.aé()"), max_size=6))
def test_sql_writes_what_python_does(text):
    with DuckEngine(SHOP) as engine:
        assert engine.row(f"SELECT {harmless_sql('$text')} AS found", text=text)["found"] == harmless(text)


def test_every_text_of_a_csv_file_is_harmless_and_nothing_else_changes(tmp_path):
    path = tmp_path / "found.csv"
    sql = (
        "SELECT * FROM (VALUES ('=1+1', -5, NULL), ('Tea', 7, '@x'), ('+441', -2, 'a\"=b'))"
        ' AS t("the ""id""", n, note)'
    )
    with DuckEngine(SHOP) as engine:
        engine.csv(sql, path)
        engine.csv("FROM range(3)", tmp_path / "numbers.csv")
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ['the "id"', "n", "note"],
            ["'=1+1", "-5", ""],
            ["Tea", "7", "'@x"],
            ["+441", "-2", 'a"=b'],
        ]
    assert (tmp_path / "numbers.csv").read_text().split() == ["range", "0", "1", "2"]
