"""An id column that a spreadsheet or a data frame wrote as floats is read as whole numbers, by one rule."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import guessing, ingest
from tests_support import NOW, some

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
DIALECT = """
name = "till"
table = "orders"
{unfloat}
[columns]
order_id = "Receipt"
customer_id = "Card"
product_id = "Article"
quantity = "Pcs"
unit_price = "Price"
ordered_at = "Booked"
"""


def rows(lake, columns, table="orders"):
    files = [str(path) for path in lake.snapshot(table).files()]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall()


def test_every_id_column_of_a_canonical_file_is_unfloated_and_named(ingest_text, lake):
    report = ingest_text(
        "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at\n"
        "1.0,1.0,13085.0,7.0,1.0,2.0,2026-01-02\n1.0,2.0,,8.0,1.0,2.0,2026-01-02\n"
    )

    assert report["detected"]["unfloated"] == ["customer_id", "line", "order_id", "product_id"]
    assert rows(lake, "order_id, line, customer_id, product_id") == [
        ("1", "1", "13085", "7"),
        ("1", "2", None, "8"),
    ]


@pytest.mark.parametrize(
    "odd", some(["13085", "13085.5", "A1.0", "007.0", " 1.0", "1e5", "1.", "1.0.0"], every=2)
)
def test_one_cell_that_is_no_whole_float_leaves_its_column_byte_for_byte(ingest_text, lake, odd):
    report = ingest_text(HEADER + f"o1,1.0,p,1,1,2026-01-02\no2,{odd},p,1,1,2026-01-02\n")

    assert "unfloated" not in report["detected"]
    assert rows(lake, "order_id, customer_id") == [("o1", "1.0"), ("o2", odd)]


@pytest.mark.parametrize("odd", ["13085", "007.0"])
def test_a_cell_that_only_the_whole_file_shows_counts_too(ingest_text, lake, odd, monkeypatch):
    monkeypatch.setattr("patronage.steps.ingest.source.CHUNK_BYTES", 1 << 10)
    body = "".join(f"o{n:03},{n}.0,p,1,1,2026-01-02\n" for n in range(1, 200))

    report = ingest_text(HEADER + body + f"o200,{odd},p,1,1,2026-01-02\n")

    assert "unfloated" not in report["detected"]
    assert rows(lake, "MIN(customer_id), MAX(order_id)") == [(min("1.0", odd), "o200")]


def test_a_line_id_that_some_rows_lack_is_judged_by_the_rows_that_have_it(ingest_text, lake):
    report = ingest_text(
        "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at\n"
        "o1,5.0,c,p,1,2,2026-01-02\no2,,c,p,1,2,2026-01-02\n"
    )

    assert report["detected"]["unfloated"] == ["line"]
    assert rows(lake, "order_id, line, has_line_id") == [("o1", "5", True), ("o2", "2", False)]


def test_events_and_json_follow_the_same_rule(ingest_text, lake):
    text = (
        '{"event_id": 1.0, "event_type": "view", "product_id": 42.0, "occurred_at": "2026-01-02"}\n'
        '{"event_id": 2.0, "event_type": "view", "product_id": null, "occurred_at": "2026-01-02"}\n'
    )

    report = ingest_text(text, key="raw/events/e.jsonl")

    assert report["detected"]["unfloated"] == ["event_id", "product_id"]
    assert rows(lake, "event_id, product_id", "events") == [("1", "42"), ("2", None)]


@pytest.mark.parametrize(
    ("unfloat", "customer", "order"),
    [("", "7", "1"), ('unfloat = ["customer_id"]', "7", "1.0"), ("unfloat = []", "7.0", "1.0")],
)
def test_a_dialect_says_which_columns_the_rule_is_for(ingest_text, lake, unfloat, customer, order):
    lake.store.write_bytes("settings/dialects/till.toml", DIALECT.format(unfloat=unfloat).encode())

    ingest_text("Receipt,Card,Article,Pcs,Price,Booked\n1.0,7.0,p,1,1,2026-01-02\n")

    assert rows(lake, "customer_id, order_id") == [(customer, order)]


def test_a_sidecar_keeps_the_floats(upload_text, lake):
    upload = replace(upload_text(HEADER + "1.0,7.0,p,1,1,2026-01-02\n"), sidecar="unfloat = false")

    report = ingest(upload, lake, Shop(), now=NOW)

    assert "unfloated" not in report["detected"]
    assert rows(lake, "order_id, customer_id") == [("1.0", "7.0")]


@pytest.mark.parametrize(("customer", "passes"), [("c1", 0), ("1.0", 1)])
def test_only_a_column_of_floats_costs_another_pass(ingest_text, monkeypatch, customer, passes):
    made = []
    counted = guessing._count_evidence
    monkeypatch.setattr(
        guessing, "_count_evidence", lambda *args, **given: made.append(1) or counted(*args, **given)
    )

    report = ingest_text(HEADER + f"o1,{customer},p,1,1,2026-01-02\n")

    assert (report["kept"], len(made)) == (1, passes)
