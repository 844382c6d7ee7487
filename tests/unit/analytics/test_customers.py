"""One customer: what a run says, in full and in pages."""

from __future__ import annotations

import shutil

import pytest
from analytics_support import AS_OF, MemoryTable, summary_of

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadField, NotFound, RunFailed
from patronage.logic.serve.documents import unpack_document
from patronage.settings import Shop
from patronage.steps import analytics
from patronage.steps.generation import RunOutputs
from patronage.steps.segment.gate import gate
from patronage.steps.segment.journeys import timeline
from patronage.steps.segment.shard_bounds import BOUNDS
from patronage.stores.objects import FolderStore, read_json, write_json
from tests_support import NOW

ANN = "c/04#é"


def rows_of(published, file: str) -> list[dict]:
    with DuckEngine(Shop(currency="GBP", timezone="Europe/London")) as engine:
        engine.scan("found", [published.store.staged(f"runs/{published.live}/{file}")])
        return engine.rows("FROM found ORDER BY customer_id")


def test_a_customer_is_what_the_run_wrote(published):
    features = {row.pop("customer_id"): row for row in rows_of(published, "features/customers.parquet")}
    rows = rows_of(published, "segments/customers.parquet")
    assert len(rows) == 71
    reader = published.table.reader()
    for row in rows:
        answer = analytics.customer(reader, row["customer_id"], now=NOW)
        assert answer.pop("generation") == published.live
        assert (answer.pop("as_of"), answer.pop("currency"), answer.pop("age_seconds")) == (
            AS_OF,
            "GBP",
            3600,
        )
        assert answer.pop("features", None) == features.get(row["customer_id"])
        assert answer.pop("is_simulated") is False
        assert answer == {name: value for name, value in row.items() if value is not None}
    assert len(features) == 70


def test_a_customer_of_a_run_with_simulated_events_says_so(published):
    table = MemoryTable()
    table.items = dict(published.table.items)
    for summary, expected in (({"has_simulated_events": True}, True), ({}, False)):
        table.put(summary_of(published.live, **summary))
        assert analytics.customer(table.reader(), ANN, now=NOW)["is_simulated"] is expected


def test_a_customer_fits_one_write_unit_with_the_features(published):
    items = [item for key, item in published.table.items.items() if key.startswith("customer#")]
    sizes = [len(item["packed"]) + len(item["pk"]) + len(item.get("features", b"")) + 40 for item in items]
    assert max(sizes) < 1024


def test_an_unknown_customer_is_not_found(published):
    for ask in (analytics.customer, analytics.journey):
        with pytest.raises(NotFound, match="knows no customer 'c/04#E'"):
            ask(published.table.reader(), "c/04#E", now=NOW)


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_of_a_journey_are_the_timeline_newest_first(published, limit):
    reader, found, cursor = published.table.reader(), [], None
    whole = timeline(published.live, ANN, published.store)
    while True:
        answer = analytics.journey(reader, ANN, limit=limit, cursor=cursor, now=NOW)
        assert answer["events"]  # no page is empty
        found += answer["events"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        assert len(answer["events"]) == limit
    assert len(whole["entries"]) > 5
    assert found == whole["entries"][::-1]
    for name in ("total", "totals", "is_cut", "absent", "customer_id"):
        assert answer[name] == whole[name]
    assert answer["generation"] == published.live


def test_a_journey_s_money_is_the_customer_s(published):
    reader = published.table.reader()
    for key in [key for key in published.table.items if key.startswith(f"journey#{published.live}#")]:
        customer_id = key.split("#", 2)[2]
        entries = analytics.journey(reader, customer_id, limit=1000, now=NOW)["events"]
        known = analytics.customer(reader, customer_id, now=NOW)
        assert sum(entry["net_minor"] or 0 for entry in entries) == known["net_minor"]


def test_a_journey_goes_on_in_its_generation(published):
    table = MemoryTable()
    table.items = dict(published.table.items)
    table.flip(published.first)
    first = analytics.journey(table.reader(), ANN, limit=1, now=NOW)
    table.flip(published.live)
    second = analytics.journey(table.reader(), ANN, limit=1, cursor=first["next_cursor"], now=NOW)
    assert second["generation"] == published.first
    assert second["events"][0]["position"] == first["events"][0]["position"] - 1
    with pytest.raises(BadField, match="another question"):
        analytics.journey(table.reader(), "c/03#é", cursor=first["next_cursor"], now=NOW)
    table.forget(published.first)
    with pytest.raises(BadField) as refused:
        analytics.journey(table.reader(), ANN, cursor=first["next_cursor"], now=NOW)
    assert refused.value.rule == "cursor-expired"


@pytest.mark.parametrize("release", ["this", "earlier"])
def test_timelines_are_published_shard_by_shard(published, tmp_path, monkeypatch, release):
    """Where shards begin is written by the gate; the runs of earlier releases do not say."""
    store = FolderStore(tmp_path / "lake")
    shutil.copytree(published.store.root, store.root)
    outputs = RunOutputs(store, published.live, Shop(currency="GBP", timezone="Europe/London"))
    whole = {item["pk"]: item for item in outputs.items("segments", "journeys-00000")}
    assert len(whole) == 71
    if release == "this":
        monkeypatch.setattr("patronage.steps.segment.gate.CUSTOMERS_PER_SHARD", 20)
        assert gate(published.live, store)["publish"]
    else:
        monkeypatch.setattr("patronage.steps.customer_items.CUSTOMERS_PER_SHARD", 20)
        store.delete(f"runs/{published.live}/{BOUNDS}")
    parts = [list(outputs.items("segments", f"journeys-0000{shard}")) for shard in range(5)]
    assert [len(part) for part in parts] == [20, 20, 20, 11, 0]
    assert {item["pk"]: item for part in parts for item in part} == whole
    customers = [list(outputs.items("segments", f"customers-0000{shard}")) for shard in range(5)]
    assert [len(part) for part in customers] == [20, 20, 20, 11, 0]
    live = {
        key: item
        for key, item in published.table.items.items()
        if key.startswith(f"customer#{published.live}#")
    }
    assert {item["pk"]: item for part in customers for item in part} == live


def test_a_kind_of_which_the_gate_found_no_shard_is_told(published, tmp_path):
    store = FolderStore(tmp_path / "lake")
    shutil.copytree(published.store.root, store.root)
    key = f"runs/{published.live}/{BOUNDS}"
    bounds = read_json(store, key)
    write_json(store, key, {"customers": bounds["customers"]})
    outputs = RunOutputs(store, published.live, Shop(currency="GBP", timezone="Europe/London"))
    assert list(outputs.items("segments", "customers-00000"))
    with pytest.raises(RunFailed, match="no shards of journeys"):
        list(outputs.items("segments", "journeys-00000"))


def test_a_timeline_is_kept_with_its_names_once(published):
    item = published.table.items[f"journey#{published.live}#{ANN}"]
    document = unpack_document([item["packed"]])
    assert all(len(row) == len(document["names"]) for row in document["rows"])
    assert "customer_id" not in document["names"]
