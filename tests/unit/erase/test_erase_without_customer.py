"""Rows that name no customer and are one's all the same, by order or visit, and what reports quote of one."""

from __future__ import annotations

import json

import duckdb

from erase_support import ORDERS, ZOE, asked, cell, run_states, stores_of, taken_in
from patronage.steps.erase import states
from patronage.steps.erase.holdings import FIRST
from patronage.steps.erase.subject import load_subject


def test_an_order_is_the_customers_where_nobody_else_bought_in_it(lake, tmp_path):
    row = "{order},{whom},tea1,T,1,2.50,2025-12-01T12:00:00Z,{refers_to}\n".format
    header = ORDERS.replace("\n", ",refers_to\n")
    rows = [
        row(order="mine", whom="c1", refers_to=""),
        row(order="mine", whom="", refers_to=""),
        row(order="shared", whom="c1", refers_to=""),
        row(order="shared", whom="c2", refers_to=""),
        row(order="shared", whom="", refers_to=""),
        row(order="back-1", whom="", refers_to="mine"),
        row(order="back-2", whom="c2", refers_to="mine"),
        row(order="guest", whom="", refers_to=""),
    ]
    taken_in(lake, tmp_path, {"raw/orders/a.csv": header + "".join(rows)})
    stores = stores_of(lake)
    erasure_id = asked(stores, "c1")
    states.find(erasure_id, FIRST, stores)
    assert load_subject(lake.store, erasure_id).order_ids == {"mine"}
    run_states(erasure_id, stores)
    files = [str(file) for file in lake.snapshot("orders").files()]
    left = duckdb.sql(f"SELECT order_id, customer_id FROM read_parquet({files}) ORDER BY ALL").fetchall()
    assert left == [("back-2", "c2"), ("guest", None), ("shared", "c2"), ("shared", None)]


def test_refused_rows_go_with_the_visits_and_orders_that_they_name(lake, tmp_path):
    event = "{id},view,{whom},{visit},tea1,{at}\n".format
    good = "2025-12-01T10:00:00Z"
    events = [
        event(id="e1", whom="c1", visit="visit-one", at=good),
        event(id="e2", whom="", visit="visit-one", at="yesterday"),
        event(id="e3", whom="", visit="visit-two", at="yesterday"),
        *(event(id=f"e{n}", whom="c2", visit=f"visit-{n}", at=good) for n in range(4, 24)),
    ]
    header = "event_id,event_type,customer_id,session_id,product_id,occurred_at\n"
    (report,) = taken_in(lake, tmp_path, {"raw/events/e.csv": header + "".join(events)})
    assert report["refused"] == 2
    stores = stores_of(lake)
    run_states(asked(stores, "c1"), stores)
    (key,) = lake.store.keys("lake/quarantine/")
    assert [json.loads(line)["raw"][:2] for line in lake.store.read_bytes(key).splitlines()] == ["e3"]


def test_the_report_of_a_file_without_a_header_quotes_nothing_of_the_customer(lake, tmp_path):
    rows = [f"o{number},{cell(whom)},tea1,T,1,2.50,2025-12-01\n" for number, whom in enumerate([ZOE, "c1"])]
    reports = taken_in(
        lake, tmp_path, {"raw/orders/a.csv": "".join(rows), "raw/orders/b.csv": "".join(reversed(rows))}
    )
    assert all("no dialect fits the columns" in report["problem"] for report in reports)
    stores = stores_of(lake)
    run_states(asked(stores, ZOE), stores)
    kept = [json.loads(lake.store.read_bytes(key)) for key in lake.store.keys("lake/reports/ingest/")]
    assert {report["key"]: report["problem"] == "(erased)" for report in kept} == {
        "raw/orders/a.csv": True,
        "raw/orders/b.csv": False,
    }
