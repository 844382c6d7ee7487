"""Changes of segment in timelines: those of the run itself, else those of the run before."""

from __future__ import annotations

import duckdb

from patronage.steps.pin import pin
from patronage.steps.segment import journeys as step
from patronage.steps.segment.rfm import rfm
from patronage.steps.segment.stability import stability
from tests_support import NOW

ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def changes_of(customer_id, lake, run_id):
    entries = step.timeline(run_id, customer_id, lake.store)["entries"]
    return [(each["occurred_at"], each["detail"]) for each in entries if each["kind"] == "segment_change"]


def test_changes_of_segment_are_those_that_the_run_itself_found(ingest_text, lake, shop):
    ingest_text(ORDERS + "o1,a,p1,1,10,2025-01-05T10:00:00Z\no2,b,p1,1,10,2025-01-04T10:00:00Z\n")
    for run_id, previous in (("first", None), ("second", {"segments": "first"})):
        pin(run_id, "segments", lake, shop, now=NOW, live_runs=previous)
        rfm(run_id, lake)
        stability(run_id, lake)
        step.journeys(run_id, lake)
        ingest_text(
            ORDERS + "o3,a,p1,1,10,2026-01-09T10:00:00Z\no4,a,p1,1,90,2026-01-10T11:00:00Z\n",
            key="raw/orders/b.csv",
        )
    ((day, first),) = changes_of("a", lake, "first")
    assert day == "2025-01-05T23:59:59.999999Z"
    earlier, (found_at, second) = changes_of("a", lake, "second")
    assert earlier == (day, first)
    assert second != first
    assert found_at == "2026-01-10T11:59:59.999999Z"  # before as_of: the day is not over
    last = step.timeline("second", "a", lake.store)["entries"][-1]
    assert (last["kind"], last["detail"]) == ("segment_change", second)
    standing = duckdb.sql(
        f"SELECT segment_id FROM '{lake.store.staged('runs/second/segments/rfm.parquet')}' "
        "WHERE customer_id = 'a'"
    ).fetchall()
    assert standing == [(second,)]


def test_changes_of_segment_are_those_of_the_run_before_where_the_run_wrote_none(ingest_text, lake, shop):
    with lake.store.writing("runs/before/segments/history.parquet") as path:
        duckdb.sql(
            "SELECT * FROM (VALUES ('a', DATE '2026-01-05', 'new_customers'), ('a', DATE '2026-01-07', "
            "'promising'), ('a', DATE '2026-01-10', 'later')) AS history(customer_id, as_of, segment_id)"
        ).write_parquet(str(path))
    ingest_text(ORDERS + "o1,a,p1,1,10,2026-01-05T23:59:00Z\no9,zz,p9,1,1,2026-01-09T12:00:00Z\n")
    pin("run", "segments", lake, shop, now=NOW, live_runs={"segments": "before"})
    step.journeys("run", lake)
    assert changes_of("a", lake, "run") == [
        ("2026-01-05T23:59:59.999999Z", "new_customers"),
        ("2026-01-07T23:59:59.999999Z", "promising"),
    ]
    found = step.timeline("run", "a", lake.store)
    assert found["totals"]["segment_changes"] == 2
    assert "segment_change" not in found["absent"]


def test_a_run_without_any_history_says_so(ingest_text, lake, shop):
    ingest_text(ORDERS + "o1,a,p1,1,10,2026-01-05T23:59:00Z\n")
    pin("run", "segments", lake, shop, now=NOW)
    step.journeys("run", lake)
    found = step.timeline("run", "a", lake.store)
    assert found["totals"]["segment_changes"] is None
    assert "kept a history" in found["absent"]["segment_change"]
