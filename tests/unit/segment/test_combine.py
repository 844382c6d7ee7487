"""The whole run of segments: every branch, what they give together, and shops that say little."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.errors import RunFailed
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation, run_training
from patronage.logic.segments.methods import METHODS
from patronage.settings import Shop
from patronage.steps.figures import ANALYTICS
from patronage.steps.generation import RunOutputs
from patronage.steps.ingest import Upload, ingest
from patronage.steps.segment.gate import gate
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at\n"


def _orders(customers: int) -> str:
    """Give each customer orders of tea or of coffee, some of them one only; and one guest."""
    rows = []
    for customer in range(customers):
        kind = "tea" if customer % 2 else "coffee"
        for order in range(1 + customer % 4):
            day = 1 + (customer + 6 * order) % 28
            for product in range(3):
                chosen = f"{kind}-{(customer + order + product) % 5}"
                rows.append(
                    f"o{customer}-{order},{product},c{customer:03d},{chosen},2,{3 + product}.50,"
                    f"2025-{1 + order * 2:02d}-{day:02d} 10:00:00"
                )
    rows.append("guest,1,,tea-1,1,9.99,2025-03-01 10:00:00")
    return HEADER + "\n".join(rows) + "\n"


def _customers(lake: Lake, shop: Shop, run_id: str) -> list[dict]:
    with DuckEngine(shop) as engine:
        engine.scan("customers", [lake.store.staged(f"runs/{run_id}/segments/customers.parquet")])
        return engine.rows("FROM customers")


@pytest.fixture(scope="module")
def segmented(tmp_path_factory) -> tuple[Path, str]:
    """Segment a shop once; return its folder and the run."""
    folder = tmp_path_factory.mktemp("shop")
    path = folder / "orders.csv"
    path.write_text(_orders(60), encoding="utf-8")
    shop = Shop(currency="GBP", timezone="Europe/London")
    lake = Lake(FolderStore(folder / "lake"))
    ingest(Upload(path=path, key="raw/orders/a.csv", version="1", last_modified=NOW), lake, shop, now=NOW)
    return lake.store.root, run_segmentation(OpenLake(lake, shop))


@pytest.fixture
def run_id(segmented: tuple[Path, str], lake: Lake) -> str:
    """Copy the shop into the lake."""
    folder, run_id = segmented
    shutil.copytree(folder, lake.store.root, dirs_exist_ok=True)
    return run_id


def test_a_run_says_everything_of_each_customer_and_the_methods_add_up(run_id, lake, shop):
    rows = _customers(lake, shop, run_id)
    assert [row["customer_id"] for row in rows] == [f"c{number:03d}" for number in range(60)]
    for name in ("segment_id", "cluster_id", "lifecycle_id", "probability_alive", "expected_value_12m_minor"):
        assert all(row[name] is not None for row in rows), name
    assert all(row["behaviour_id"] is None and row["sessions"] is None for row in rows)  # there are no events
    assert all(
        row["expected_value_12m_low_minor"]
        <= row["expected_value_12m_minor"]
        <= row["expected_value_12m_high_minor"]
        for row in rows
    )

    profiles = read_json(lake.store, f"runs/{run_id}/segments/profiles.json")
    net = sum(row["net_minor"] for row in rows)
    for method in ("rfm", "kmeans", "lifecycle"):
        column = METHODS[method].column
        for profile in profiles[method]:
            members = [row for row in rows if row[column] == profile["segment_id"]]
            assert profile["customers"] == len(members)
            assert profile["net_minor"] == sum(row["net_minor"] for row in members)
            for name in ("probability_alive", "churn_probability"):
                mean = sum(row[name] for row in members) / len(members)
                assert profile[f"mean_{name}"] == pytest.approx(mean)
            assert profile["expected_value_12m_minor"] == pytest.approx(
                sum(row["expected_value_12m_minor"] for row in members), abs=len(members)
            )
            assert (
                profile["expected_value_12m_low_minor"]
                <= profile["expected_value_12m_minor"]
                <= profile["expected_value_12m_high_minor"]
            )
            assert profile["name"]
        assert sum(profile["net_minor"] for profile in profiles[method]) == net
    assert profiles["behaviour"] == []


def test_every_figure_of_a_run_is_served(run_id, lake, shop):
    shards = [
        entry["shard"] for entry in read_json(lake.store, f"runs/{run_id}/publish/segments/shards.json")
    ]
    outputs = RunOutputs(lake.store, run_id, shop)
    keys = {item["pk"] for shard in shards for item in outputs.items("segments", shard)}
    for name in ANALYTICS:
        assert f"analytics#{run_id}#{name}#0" in keys
    assert {f"customer#{run_id}#c{number:03d}" for number in range(60)} <= keys
    assert any(key.startswith(f"members#{run_id}#rfm#") for key in keys)


def test_the_gate_says_where_each_shard_begins(run_id, lake, monkeypatch):
    monkeypatch.setattr("patronage.steps.segment.gate.CUSTOMERS_PER_SHARD", 25)
    gate(run_id, lake.store)
    firsts = ["c000", "c025", "c050"]
    assert read_json(lake.store, f"runs/{run_id}/publish/segments/bounds.json") == {
        "customers": firsts,
        "journeys": firsts,
    }


def test_segments_name_what_the_live_recommendations_say_their_customers_buy_next(run_id, lake, shop):
    assert not any(
        profile["next_products"]
        for profile in read_json(lake.store, f"runs/{run_id}/segments/profiles.json")["rfm"]
    )
    training, _ = run_training(OpenLake(lake, shop))

    later = run_segmentation(OpenLake(lake, shop, {"recommendations": training}))

    profiles = read_json(lake.store, f"runs/{later}/segments/profiles.json")["rfm"]
    named = [product for profile in profiles for product in profile["next_products"]]
    assert named
    assert all(product["product_id"].partition("-")[0] in {"tea", "coffee"} for product in named)
    assert all(0 < product["share_of_customers"] <= 1 for product in named)


@pytest.mark.slow
def test_one_customer_is_a_shop_too(lake, shop, ingest_text):
    ingest_text(HEADER + "1,1,ann,tea,1,2.50,2025-03-01 10:00:00\n")

    run_id = run_segmentation(OpenLake(lake, shop))

    (row,) = _customers(lake, shop, run_id)
    assert (row["customer_id"], row["net_minor"], row["cluster_id"]) == ("ann", 250, "0")
    summary = read_json(lake.store, f"runs/{run_id}/segments/summary.json")
    assert summary["low_data"]


@pytest.mark.slow
def test_a_shop_of_guests_has_nobody_to_segment(lake, shop, ingest_text):
    ingest_text(HEADER + "1,1,,tea,1,2.50,2025-03-01 10:00:00\n")

    with pytest.raises(RunFailed, match="nobody to segment"):
        run_segmentation(OpenLake(lake, shop))


@pytest.mark.slow
def test_customers_who_only_sent_things_back_are_no_buyers(lake, shop, ingest_text):
    ingest_text(
        HEADER + "1,1,ann,tea,1,2.50,2025-03-01 10:00:00\n" + "2,1,bob,tea,-1,2.50,2025-03-02 10:00:00\n"
    )

    run_id = run_segmentation(OpenLake(lake, shop))

    ann, bob = _customers(lake, shop, run_id)
    assert (bob["net_minor"], bob["segment_id"], bob["cluster_id"]) == (-250, "no_purchase", None)
    assert bob["probability_alive"] is None
    assert ann["probability_alive"] is not None


def test_the_gate_holds_the_segments_against_the_order_lines(run_id, lake):
    summary = read_json(lake.store, f"runs/{run_id}/segments/summary.json")
    totals = read_json(lake.store, f"runs/{run_id}/metrics/totals.json")

    assert summary["net_minor"] == totals["net_minor"] == summary["customer_net_minor"] + 999
    assert sum(segment["net_minor"] for segment in summary["segments"]) == summary["customer_net_minor"]
    assert sum(segment["customer_share"] for segment in summary["segments"]) == pytest.approx(1)
    assert sum(segment["revenue_share"] for segment in summary["segments"]) == pytest.approx(1)
    assert set(summary["other_methods"]) == set(METHODS) - {"rfm"}

    wrong = totals | {"customer_net_minor": totals["customer_net_minor"] + 1}
    write_json(lake.store, f"runs/{run_id}/metrics/totals.json", wrong)
    answer = gate(run_id, lake.store)
    assert not answer["publish"]
    assert f"the order lines to {wrong['customer_net_minor']}" in answer["reason"]
