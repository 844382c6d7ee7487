"""The items of a generation that are of one customer each: scores and features, and the timeline."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import literal
from patronage.logic.segments.assigning import pack_features
from patronage.logic.segments.journeys_items import timeline_document
from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import item_key
from patronage.steps.features.publishing import packed_values
from patronage.steps.segment.gate import CUSTOMERS_PER_SHARD
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore

_TIMELINES = (
    "SELECT * REPLACE (EPOCH_US(occurred_at) AS occurred_at, CAST(day AS VARCHAR) AS day) FROM timelines "
    "WHERE customer_id {between} ORDER BY customer_id, position"
)
_BOUNDS = (
    "SELECT MIN(customer_id) AS first, MAX(customer_id) AS last FROM ("
    "SELECT {distinct} customer_id FROM {table} ORDER BY customer_id LIMIT $limit OFFSET $start)"
)


def customer_items(store: ObjectStore, run_id: str, shop: Shop, shard: int) -> Iterator[dict[str, Any]]:
    """Build the items of a shard's customers: all that the run says of each, and their features' values."""
    with DuckEngine(shop) as engine:
        engine.scan("customers", [store.staged(f"runs/{run_id}/segments/customers.parquet")])
        bounds = _bounds(engine, "customers", shard)
        if bounds["first"] is None:
            return
        # By constants, so that only the part of the file is read that holds them.
        sql = f"FROM customers WHERE customer_id {_between(bounds)} ORDER BY customer_id"
        rows = engine.rows(sql)
        features = _features(engine, store, run_id, bounds)
    online = packed_values(store, run_id, shop, **bounds)
    for row in rows:
        customer_id, segment_id = row.pop("customer_id"), row.get("segment_id") or ""
        known = {name: value for name, value in row.items() if value is not None}
        item = {
            "pk": item_key("customer", run_id, customer_id),
            "segment_id": segment_id,
            "packed": pack_document(known)[0],
        }
        of_clusters = {"features": features[customer_id]} if customer_id in features else {}
        of_store = {"online": online[customer_id]} if customer_id in online else {}
        yield item | of_clusters | of_store


def _bounds(engine: DuckEngine, table: str, shard: int, *, distinct: str = "") -> dict[str, Any]:
    """Return the first and the last customer of a shard; None for one behind the last customer."""
    sql = _BOUNDS.format(table=table, distinct=distinct)
    return engine.row(sql, limit=CUSTOMERS_PER_SHARD, start=shard * CUSTOMERS_PER_SHARD)


def _between(bounds: dict[str, Any]) -> str:
    return f"BETWEEN {literal(bounds['first'])} AND {literal(bounds['last'])}"


def _features(
    engine: DuckEngine, store: ObjectStore, run_id: str, bounds: dict[str, Any]
) -> dict[str, bytes]:
    """Return the packed features of those who bought, in the order that `clusters.json` names."""
    key = f"runs/{run_id}/features/customers.parquet"
    if not store.exists(key):
        return {}
    names = read_json(store, f"runs/{run_id}/segments/clusters.json")["features"]
    engine.scan("features", [store.staged(key)])
    found = engine.rows(
        f"SELECT customer_id, [{', '.join(names)}] AS features FROM features "
        f"WHERE customer_id {_between(bounds)}"
    )
    return {row["customer_id"]: pack_features(row["features"]) for row in found}


def journey_items(store: ObjectStore, run_id: str, shop: Shop, shard: int) -> Iterator[dict[str, Any]]:
    """Build the items of a shard's timelines."""
    with DuckEngine(shop) as engine:
        engine.scan("timelines", [store.staged(f"runs/{run_id}/journeys/timelines.parquet")])
        bounds = _bounds(engine, "timelines", shard, distinct="DISTINCT")
        if bounds["first"] is None:
            return
        names = list(engine.columns("timelines"))
        rows = (row for chunk in engine.chunks(_TIMELINES.format(between=_between(bounds))) for row in chunk)
        for customer_id, entries in groupby(rows, key=itemgetter(names.index("customer_id"))):
            document = timeline_document(names, list(entries))
            packed = b"".join(pack_document(document))
            yield {"pk": item_key("journey", run_id, customer_id), "packed": packed}
