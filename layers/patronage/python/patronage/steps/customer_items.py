"""The items of a generation that are of one customer each: scores and features, and the timeline."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.logic.segments.assigning import pack_features
from patronage.logic.segments.journeys_items import COUNTS, timeline_document
from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import item_key
from patronage.steps.features.publishing import packed_values
from patronage.steps.segment.gate import CUSTOMERS_PER_SHARD
from patronage.steps.segment.shard_bounds import FILES, in_shard
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore

_TIMELINES = (
    "SELECT customer_id, {names}, {counts} FROM (SELECT * REPLACE (EPOCH_US(occurred_at) AS occurred_at, "
    "CAST(day AS VARCHAR) AS day) FROM journeys WHERE {where}) ORDER BY customer_id, position"
)


def customer_items(store: ObjectStore, run_id: str, shop: Shop, shard: int) -> Iterator[dict[str, Any]]:
    """Build the items of a shard's customers: all that the run says of each, and their features' values."""
    with DuckEngine(shop) as engine:
        engine.scan("customers", [store.staged(f"runs/{run_id}/{FILES['customers']}")])
        where = in_shard(engine, store, run_id, "customers", shard, size=CUSTOMERS_PER_SHARD)
        if where is None:
            return
        names = sorted(set(engine.columns("customers")) - {"customer_id"})
        sql = f"SELECT customer_id, {', '.join(names)} FROM customers WHERE {where} ORDER BY customer_id"
        rows = [row for chunk in engine.chunks(sql) for row in chunk]
        features = _features(engine, store, run_id, where)
        online = packed_values(engine, store, run_id, where=where)
    for customer_id, *values in rows:
        known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        item = {
            "pk": item_key("customer", run_id, customer_id),
            "segment_id": known.get("segment_id", ""),
            "packed": pack_document(known)[0],
        }
        if customer_id in features:
            item["features"] = features[customer_id]
        if customer_id in online:
            item["online"] = online[customer_id]
        yield item


def _features(engine: DuckEngine, store: ObjectStore, run_id: str, where: str) -> dict[str, bytes]:
    """Return the packed features of those who bought, in the order that `clusters.json` names."""
    key = f"runs/{run_id}/features/customers.parquet"
    if not store.exists(key):
        return {}
    names = read_json(store, f"runs/{run_id}/segments/clusters.json")["features"]
    engine.scan("features", [store.staged(key)])
    rows = engine.chunks(f"SELECT customer_id, {', '.join(names)} FROM features WHERE {where}")
    return {customer_id: pack_features(values) for chunk in rows for customer_id, *values in chunk}


def journey_items(store: ObjectStore, run_id: str, shop: Shop, shard: int) -> Iterator[dict[str, Any]]:
    """Build the items of a shard's timelines."""
    with DuckEngine(shop) as engine:
        engine.scan("journeys", [store.staged(f"runs/{run_id}/{FILES['journeys']}")])
        where = in_shard(engine, store, run_id, "journeys", shard, size=CUSTOMERS_PER_SHARD)
        if where is None:
            return
        names = [name for name in engine.columns("journeys") if name not in {"customer_id", *COUNTS}]
        sql = _TIMELINES.format(names=", ".join(names), counts=", ".join(COUNTS), where=where)
        rows = (row for chunk in engine.chunks(sql) for row in chunk)
        for customer_id, entries in groupby(rows, key=itemgetter(0)):
            packed = b"".join(pack_document(timeline_document(names, list(entries))))
            yield {"pk": item_key("journey", run_id, customer_id), "packed": packed}
