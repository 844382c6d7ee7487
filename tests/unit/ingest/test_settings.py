"""What people write beside their files: settings, sidecars and dialects, right and wrong."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.ingest.dialects import Dialect, parse_dialect
from patronage.logic.ingest.options import Options
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest, load_options
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, adds_up, examples

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
GOOD = HEADER + "o1,c1,p1,1,2.50,2025-01-02\n"
EITHER = HEADER + "o1,c1,p1,1,2.50,01/02/2025\n"
TILL = """
name = "till"
table = "orders"
[columns]
order_id = "Receipt"
product_id = "Article"
quantity = "Pcs"
unit_price = "Price"
ordered_at = "Booked"
"""
TILL_FILE = "Receipt,Article,Pcs,Price,Booked\nT1,tea,1,2.50,2025-01-02\n"


@pytest.fixture
def take(lake, shop, upload_text):
    """Ingest a text with what is given for it."""

    def take(content: str = GOOD, *, key: str = "raw/orders/a.csv", **given: Any) -> dict[str, Any]:
        for place in ("settings/ingest.toml", "settings/dialects/till.toml"):
            if (text := given.get(Path(place).stem)) is not None:
                lake.store.write_bytes(place, text if isinstance(text, bytes) else text.encode())
        upload = replace(
            upload_text(content, key=key),
            sidecar=given.get("sidecar", ""),
            options=given.get("options", {}),
        )
        return ingest(upload, lake, given.get("shop", shop), now=NOW)

    return take


SAVED = {"latin-1": "byte 3 is no UTF-8", "utf-16": "UTF-16"}


@pytest.mark.parametrize("encoding", SAVED)
@pytest.mark.parametrize(("given", "place"), [("sidecar", "its sidecar"), ("ingest", "settings/ingest.toml")])
def test_settings_in_another_encoding_are_named_and_no_fault_of_ours(take, encoding, given, place):
    report = take(**{given: "#für März\n".encode(encoding)})

    assert (report["state"], report["fault_in"]) == ("unreadable", place)
    assert "is not written in UTF-8" in report["problem"]
    assert f"({SAVED[encoding]})" in report["problem"]


def test_a_mark_of_utf_8_at_the_beginning_is_no_part_of_the_text(take):
    mark = b"\xef\xbb\xbf"

    report = take(
        TILL_FILE,
        sidecar=mark + b"split_orders = true",
        ingest=mark + b"[[files]]\nmatch = '*'\n",
        till=mark + TILL.encode(),
    )

    assert (report["state"], report["detected"]["dialect"]) == ("done", "till")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("files = 3", ", line 1, column 1: files = 3 must be tables, each begun by a line [[files]]"),
        ('files = ["a"]', ", line 1, column 1: files = ['a'] must be tables, each begun by a line [[files]]"),
        ("strict = true", ", line 1, column 1: 'strict' stands outside [[files]]"),
        ("[[file]]\nmatch = '*'", ", line 1, column 3: 'file' stands outside [[files]]"),
        ("[[files]]\nmatch = '*'\n[[files]]\nmatch = 3", ", line 3, column 1: each [[files]] needs match"),
        (
            "[[files]]\nmatch = '*'\nstrict = true\n[[files]]\nmatch = '*'\nstrct = true",
            ", line 6, column 1, [[files]] of match = '*': option 'strct' is unknown",
        ),
        (
            "[[files]]\nmatch = '*'\n[files.times]\nordered_at = 3",
            ", line 4, column 1, [[files]] of match = '*': times.ordered_at = 3 must be a text or a list",
        ),
        (
            "files = [\n{ match = '*' },\n{ match = '*', skip_lines = -1 }]",
            ", line 3, column 16, [[files]] of match = '*': the format setting skip_lines is -1",
        ),
    ],
)
def test_settings_that_would_count_for_no_file_are_refused(take, text, says):
    report = take(ingest=text)

    assert (report["state"], report["fault_in"]) == ("unreadable", "settings/ingest.toml")
    assert report["problem"].startswith(f"settings/ingest.toml{says}")


@pytest.mark.parametrize("currency", ["euro", "eur", "ZZZ", ""])
def test_a_currency_that_is_none_refuses_the_sidecar_and_not_each_row(take, currency):
    report = take(sidecar=f'currency = "{currency}"')

    assert report["state"] == "unreadable"
    assert report["problem"] == (
        f"the sidecar of raw/orders/a.csv, line 1, column 1: currency = '{currency}' is no ISO 4217 code; "
        "write it as in 'EUR'"
    )


def test_an_option_that_such_a_file_has_not_is_a_doubt(take):
    report = take(sidecar='sheet = "Orders"')

    assert report["kept"] == 1
    assert report["doubts"] == ["the sidecar states sheet, which says nothing of a CSV file; it was not used"]
    assert "doubts" not in take(key="raw/orders/b.csv", ingest="[[files]]\nmatch = '*'\nsheet = 'Orders'")


def test_what_a_call_states_goes_before_the_sidecar_and_is_no_repeat(take):
    assert take(EITHER, sidecar="strict = false")["state"] == "done"

    refused = take(EITHER, sidecar="strict = false", options={"strict": True})
    assert refused["state"] == "unreadable"
    assert "strict is set" in refused["problem"]

    stated = take(EITHER, sidecar="strict = true\nday_first = true", options={"day_first": False})
    assert stated["detected"]["times"]["ordered_at"] == "month/day/year"
    assert len({refused["rules_number"], stated["rules_number"], take(EITHER)["rules_number"]}) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("name = 3", "name = 3 must be a text"),
        ("columns = 3", "columns = 3 must be a table of texts"),
        ("header = 'customer_id'", "header = 'customer_id' must be a list of texts"),
        ("values = 3", "values = 3 must be a table of tables"),
        ("also = 3", "also = 3 must be tables"),
        ("defaults = { quantity = 1 }", "defaults = {'quantity': 1} must be a table of texts"),
        ("cells = { Receipt = '(' }", "cells.Receipt = '(' is no regular expression"),
        ("key = '*'", "key = '*' is no regular expression"),
        ("fee_product_id = '('", "fee_product_id = '(' is no regular expression"),
        ("fee_product_id = '(?!POST)'", "holds '(?!'"),
        ("fill_down = { by = 'nosuch', columns = ['Booked'] }", "fill_down names 'nosuch'"),
        ("fill_down = { by = 'Receipt' }", "must be a table of by, a text, and columns"),
        ("unfloat = ['customer']", "unfloat names 'customer', which is no id column of orders"),
        ("format = { delimiter = 3 }", "the format setting delimiter is 3"),
        ("format = { sheet = 'a' }", "format.sheet is no key of format"),
        ("times = { ordered_at = '%Q' }", "'%Q' holds %Q"),
        ("times = { quantity = 'iso' }", "times names 'quantity'"),
        ("rest = 'nosuch'", "rest names 'nosuch'"),
        ("decimal = ';'", "decimal = ';' must be '.' or ','"),
        ("prices_exclude_tax = 'yes'", "prices_exclude_tax = 'yes' must be true or false"),
    ],
)
def test_a_dialect_that_no_file_could_be_read_by_is_refused(wrong, says):
    key = wrong.partition(" ")[0]
    table = "[columns]" if key == "columns" else "\0"
    good = TILL.partition(table)[0] if key == "columns" else TILL
    text = wrong + "\n" + "\n".join(line for line in good.splitlines() if not line.startswith(f"{key} ="))

    with pytest.raises(BadInput) as failed:
        parse_dialect(text, "settings/dialects/till.toml")

    assert re.match(r"settings/dialects/till\.toml, line 1, column \d+: ", str(failed.value))
    assert says in str(failed.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("prise = 'Price'", "line 10, column 1: 'prise' is no column of orders; it has channel"),
        ("[[also]]\n[also.columns]\nprise = 'Price'", "line 12, column 1: 'prise' is no column of orders"),
        ("[[also]]\nwhere = 'TRUE'\n[[also]]\nwere = 'TRUE'", "line 13, column 1: 'were' is no key"),
        ("[cells]\nNr = '.'\n'Best.-Nr.' = '('", "line 12, column 2: cells.Best.-Nr. = '(' is no regular"),
        ("[times]\nordered_at = 'iso'\nordred = 'iso'", "line 12, column 1: times names 'ordred'"),
        ("[times]\nordered_at = '%Q'", "line 11, column 1: the date format '%Q' holds %Q"),
        ("[format]\ndelimiter = 3", "line 11, column 1: the format setting delimiter is 3"),
        ("[cells]\nReceipt = '('", "line 11, column 1: cells.Receipt = '(' is no regular expression"),
    ],
)
def test_what_a_dialect_says_wrong_is_told_with_its_line(more, says):
    with pytest.raises(BadInput) as failed:
        parse_dialect(TILL + more, "till.toml")

    assert str(failed.value).startswith(f"till.toml, {says}")


@pytest.mark.parametrize("text", ["", "name = 'till'"])
def test_a_dialect_without_its_table_is_told(text):
    with pytest.raises(BadInput) as failed:
        parse_dialect(text, "till.toml")

    assert str(failed.value) == "till.toml, line 1, column 1: a dialect needs name and table"


@pytest.mark.parametrize("depth", range(480, 500))
def test_what_is_nested_about_as_deep_as_can_be_read_is_told(take, depth):
    report = take(sidecar="strict = " + "[" * depth + "]" * depth)

    assert report["state"] == "unreadable"
    assert report["fault_in"] == "its sidecar"


def test_a_pattern_that_duckdb_alone_refuses_is_told_as_the_dialects(take):
    report = take(TILL_FILE, till='fee_product_id = "(?:P){1001}"' + TILL)

    assert report["state"] == "unreadable"
    assert "the SQL of the dialect 'till' fails on this file" in report["problem"]


@pytest.mark.parametrize(
    "given",
    [
        {"sidecar": "delimiter = '\"'"},
        {"sidecar": "quote = ','"},
        {"sidecar": "quote = ','\ndelimiter = ','"},
        {"till": "format = { quote = ',' }\n" + TILL},
    ],
)
def test_a_quote_that_is_the_delimiter_is_told(take, given):
    report = take(TILL_FILE, **given)

    assert report["state"] == "unreadable"
    assert "holds the quote" in report["problem"]


def test_a_faulty_dialect_is_left_out_with_a_doubt_and_an_alarm(take):
    report = take(till=TILL + "colour = 'red'\n")

    assert report["kept"] == 1
    (doubt,) = report["doubts"]
    assert doubt.startswith(
        "a dialect was left out: settings/dialects/till.toml, line 10, column 1: 'colour' is no column"
    )
    (breach,) = (each for each in report["quality"]["breaches"] if each["rule"] == "dialect-settings")
    assert breach["severity"] == "alarm"
    assert breach["says"].startswith("settings/dialects/till.toml, line 10, column 1 is at fault")


def test_a_file_that_only_a_faulty_dialect_would_fit_is_told_of_it(take):
    report = take(TILL_FILE, till="colour = 'red'\n" + TILL)

    assert report["problem"].startswith(
        "settings/dialects/till.toml, line 1, column 1: 'colour' is no key of a dialect"
    )
    assert "no dialect fits" in report["problem"]


@pytest.mark.parametrize("place", ["sidecar", "ingest"])
def test_a_faulty_dialect_that_is_asked_for_is_the_files_problem(take, place):
    says = {"sidecar": "dialect = 'till'", "ingest": "[[files]]\nmatch = '*'\ndialect = 'till'"}[place]

    report = take(till="colour = 'red'\n" + TILL, **{place: says})

    assert (report["state"], report["fault_in"]) == ("unreadable", "settings/dialects/till.toml")


def test_rules_of_quality_may_begin_with_a_mark_of_utf_8(lake, take):
    lake.store.write_bytes("settings/quality.toml", b"\xef\xbb\xbfleast_rows = 5\n")

    assert [each["rule"] for each in take()["quality"]["breaches"]] == ["old-orders"]


SMALL = [
    "",
    "a",
    "(",
    "%Y",
    "*",
    "orders",
    "é",
    ",",
    ";",
    " ",
    "::",
    "'",
    "\\u0000",
    "utf-16",
    "json",
    "xlsx",
]
ODD = st.recursive(
    st.none() | st.booleans() | st.sampled_from([-1, 0, 1, 3, 10**18]) | st.floats() | st.sampled_from(SMALL),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


def as_toml(value: Any) -> str:
    """Write a value inline; there is no null in TOML."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {as_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def texts_of(names: list[str], begin: str = "") -> st.SearchStrategy[bytes]:
    said = st.dictionaries(st.sampled_from(names), ODD, max_size=2)
    written = said.map(lambda values: "".join(f"{name} = {as_toml(each)}\n" for name, each in values.items()))
    return st.binary(max_size=8) | written.map(lambda text: (text + begin).encode())


OPTION_NAMES = sorted({*Options.__dataclass_fields__} - {"known_dialects", "faults", "own"})
DIALECT_NAMES = sorted({*Dialect.__dataclass_fields__, "also"} - {"name", "table", "columns"})


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sidecar=texts_of(OPTION_NAMES),
    lake_settings=texts_of(["files", "strict"], "[[files]]\nmatch = '*'\n"),
    dialect=texts_of(DIALECT_NAMES, TILL),
    pinned=st.booleans(),
)
def test_whatever_is_written_beside_a_file_ends_with_a_report(sidecar, lake_settings, dialect, pinned):
    with tempfile.TemporaryDirectory() as name:
        lake = Lake(FolderStore(Path(name) / "lake"))
        lake.store.write_bytes("settings/ingest.toml", lake_settings)
        lake.store.write_bytes("settings/dialects/till.toml", dialect)
        path = Path(name) / "file"
        path.write_text(TILL_FILE)
        options = {"dialect": "till"} if pinned else {}
        upload = Upload(
            path=path, key="raw/a.csv", version="1", last_modified=NOW, sidecar=sidecar, options=options
        )

        report = ingest(upload, lake, Shop(currency="GBP", timezone="UTC"), now=NOW, workers=1)

        assert (report["state"] == "unreadable" and report["problem"]) or adds_up(report)


def test_options_are_read_from_the_lake_and_the_sidecar(lake, upload_text):
    lake.store.write_bytes("settings/ingest.toml", b"[[files]]\nmatch = 'raw/orders/*'\nstrict = true\n")

    found = load_options(replace(upload_text(GOOD), sidecar="day_first = true"), lake)

    assert (found.strict, found.day_first) == (True, True)
