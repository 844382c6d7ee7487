"""A stage of the lifecycle is not left for a livelier one without a purchase."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from patronage.steps.segment.lifecycle import lifecycle

pytestmark = pytest.mark.slow

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


@pytest.mark.parametrize(
    ("before", "now", "has_bought", "settled"),
    [
        ("at_risk", "active", False, "at_risk"),
        ("at_risk", "active", True, "active"),
        ("lost", "at_risk", False, "lost"),
        ("dormant", "lost", False, "lost"),
        ("active", "at_risk", False, "at_risk"),
        ("active", "won_back", False, "active"),
        ("won_back", "active", False, "active"),
        ("lost", "won_back", True, "won_back"),
        ("new", "new", False, "new"),
        (None, "dormant", False, "dormant"),
        ("prospect", "new", True, "new"),
    ],
)
def test_a_silence_only_grows(shop, before, now, has_bought, settled):
    with DuckEngine(shop) as engine:
        engine.run(
            f"CREATE TABLE lifecycle AS SELECT 'ann' AS customer_id, '{now}' AS lifecycle_id, "
            "3 AS purchases, DATE '2025-06-01' AS last_purchase, 9 AS days_since, "
            "1.0 AS expected_gap_days, 1.0 AS overdue, "
            "1.0 AS at_risk_after_days, 1.0 AS dormant_after_days, 1.0 AS lost_after_days, "
            "NULL AS won_back_on, 100 AS net_minor"
        )
        engine.run(
            f"CREATE TABLE lifecycle_before AS SELECT 'ann' AS customer_id, '{before}' AS lifecycle_id, "
            f"{2 if has_bought else 3} AS purchases, DATE '2025-06-01' AS last_purchase "
            f"WHERE {before is not None}"
        )
        (row,) = engine.rows(query("lifecycle_settled"))
    assert row["lifecycle_id"] == settled


def _stages(lake, shop, run_id):
    with DuckEngine(shop) as engine:
        engine.scan("staged", [lake.store.staged(f"runs/{run_id}/segments/lifecycle.parquet")])
        return {row["customer_id"]: row["lifecycle_id"] for row in engine.rows("FROM staged")}


def _day(first, days):
    return (first + timedelta(days=days)).date().isoformat()


def test_nobody_flaps_over_daily_runs_and_an_earlier_run_is_not_settled_by_a_later_one(
    ingest_text, lake, shop
):
    first = datetime(2025, 1, 1, 12, tzinfo=UTC)
    orders = [
        f"{customer}-{n},c{customer},p,1,10,{_day(first, n * (7 + customer % 9) + customer)}\n"
        for customer in range(40)
        for n in range(2 + customer % 5)
    ]
    last = max(row.rsplit(",", 1)[1].strip() for row in orders)
    ingest_text(HEADER + "".join(orders))
    now = datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(days=1)

    def run(run_id, as_of, previous):
        pin(run_id, "segments", lake, shop, now=now, live_runs={"segments": previous} if previous else {})
        replace(Manifest.load(lake.store, run_id), as_of=as_of).save(lake.store)
        lifecycle(run_id, lake)

    previous, seen = "", {}
    for day in range(20):
        run_id = f"run-{day}"
        run(run_id, now + timedelta(days=day), previous)
        for customer, stage in _stages(lake, shop, run_id).items():
            seen.setdefault(customer, []).append(stage)
        previous = run_id
    for stages in seen.values():
        changes = [stage for place, stage in enumerate(stages) if place == 0 or stage != stages[place - 1]]
        assert len(changes) == len(set(changes)), stages

    run("again", now, previous)
    assert _stages(lake, shop, "again") == _stages(lake, shop, "run-0")
