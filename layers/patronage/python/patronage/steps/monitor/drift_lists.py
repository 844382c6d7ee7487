"""The live run of recommendations against what there is now: products, lists, and what was bought since."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.queries import query
from patronage.logic.said import said
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.drift_raw import days_of
from patronage.steps.recommendation_shards import ROWS_PER_SHARD, rows_of
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.previous import show_file
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.steps.monitor.drift_raw import Window
    from patronage.stores.objects import ObjectStore

MOST_SHARDS = 40
"""So many shards of lists are read of a run, of 5,000 customers each: the same ones every time."""
_PRODUCT = {"product_id": "VARCHAR", "buyers": "BIGINT"}
_ACTIVE = {"is_active": "BOOLEAN"}


def catalogue_of(
    engine: Engine, live: Manifest, manifest: Manifest, store: ObjectStore, window: Window | None
) -> dict[str, Any]:
    """Count the products that are new and gone since a run, and the sales of some days that are of new ones.

    What is gone is told where the shop has a catalogue, which says of a product that it is sold no more.
    """
    if not _show_products(engine, live.run_id, store):
        return _gone(live)
    engine.table("indexed_products", query("indexed_products"))
    found = engine.row(query("drift_catalogue"))
    if "products" not in manifest.tables:
        found["gone"] = None
    if window is None:
        return said("no_day_since_model", day=live.today).fields("why")
    engine.table("drift_lines", query("drift_lines"), **window.parameters)
    return {
        "run_id": live.run_id,
        "days": days_of(window),
        **found,
        **engine.row(query("drift_unknown_sales")),
    }


def lists_of(engine: Engine, live: Manifest, store: ObjectStore) -> dict[str, Any]:
    """Measure how the lists of a run and of the one before it spread over their products."""
    named = live.live_runs.get("recommendations", "")
    before = Manifest.find(store, named)
    if before is None:
        why = said("run_before_gone", run_id=named) if named else said("none_live_before")
        return why.fields("why")
    found = {side: _spread(engine, run, store) for side, run in (("reference", before), ("current", live))}
    for run, values in zip((before, live), found.values(), strict=True):
        if values is None:
            return _gone(run)
    return found


def hits_of(engine: Engine, live: Manifest, today: date, store: ObjectStore) -> dict[str, Any]:
    """Count where in the run's lists customers find what they bought since, as `drift_hits.sql` says.

    The days that are looked at are the newest ones, but no more than those on which the gate measured the
    model: the longer somebody is watched, the likelier something of the list is bought.
    """
    try:
        card = read_json(store, f"runs/{live.run_id}/recommendations/metrics.json")
    except NotFound:
        return _gone(live)
    known = date.fromisoformat(live.today)
    since = (today - known).days
    if card["cutoff"] is None:
        return said("no_common_days").fields("why")
    gate_days = (known - date.fromisoformat(card["cutoff"])).days + 1
    if since < 1 or gate_days < 1:
        return said("no_day_since_model", day=known.isoformat()).fields("why")
    if not _show_lists(engine, live.run_id, store):
        return _gone(live)
    days = min(since, gate_days)
    first = today - timedelta(days - 1)
    only_new = 0 if live.shop.recommend_bought else 1
    return {
        "run_id": live.run_id,
        "model": card["model"],
        "days": [first.isoformat(), today.isoformat()],
        "gate_days": gate_days,
        "hits": [
            list(row.values())
            for row in engine.rows(query("drift_hits"), first=first.isoformat(), only_new=only_new)
        ],
    }


def _gone(run: Manifest) -> dict[str, Any]:
    return said("run_incomplete", run_id=run.run_id).fields("why")


def _show_products(engine: Engine, run_id: str, store: ObjectStore) -> bool:
    """Show a run's products as `known_products`; runs of before the catalogue have no `is_active`."""
    key = f"runs/{run_id}/recommendations/products.parquet"
    if show_file("run_products", key, _PRODUCT | _ACTIVE, store, engine):
        engine.view("known_products", "FROM run_products")
        return True
    if not show_file("run_products", key, _PRODUCT, store, engine):
        return False
    engine.view("known_products", "SELECT *, TRUE AS is_active FROM run_products")
    return True


def _show_lists(engine: Engine, run_id: str, store: ObjectStore) -> bool:
    """Show as `listed` a run's lists, and as `measured_customers` whose they are: of shards spread evenly."""
    folder = f"runs/{run_id}/recommendations"
    keys = [key for key in store.keys(f"{folder}/users-") if key.endswith(".parquet")]
    if not keys or not store.exists(f"{folder}/customers.parquet"):
        return False
    step = -(-len(keys) // MOST_SHARDS)
    chosen = keys[::step]
    scan_objects("listed", chosen, store, engine)
    scan_objects("run_customers", [f"{folder}/customers.parquet"], store, engine)
    shards = ", ".join(str(rows_of(_shard_of(key))[1] // ROWS_PER_SHARD) for key in chosen)
    engine.view(
        "measured_customers",
        f"SELECT customer_id FROM run_customers WHERE idx // {ROWS_PER_SHARD} IN ({shards})",
    )
    return True


def _shard_of(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".parquet")


def _spread(engine: Engine, run: Manifest, store: ObjectStore) -> dict[str, Any] | None:
    """Return coverage, Gini index and novelty of a run's lists; None where they are gone."""
    if not _show_products(engine, run.run_id, store) or not _show_lists(engine, run.run_id, store):
        return None
    counted = engine.row(
        "SELECT (SELECT COUNT(*) FROM run_customers) AS customers, "
        "(SELECT COUNT(*) FROM measured_customers) AS measured"
    )
    found = engine.row(query("drift_lists"), customers=max(counted["customers"], 2))
    return {"run_id": run.run_id, **counted, **found}
