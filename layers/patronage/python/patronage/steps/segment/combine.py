"""Bring together what the branches of a run found: a row a customer, a profile a segment of each method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import read_npz
from patronage.logic.queries import query
from patronage.logic.segments.assigning import assigning_of
from patronage.logic.segments.lifetime_totals import INTERVAL_Z
from patronage.logic.segments.methods import METHODS, described
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.best_products import best_products
from patronage.steps.segment.next_products import hold_picks
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

_OF_PROFILES = "customer_id, net_minor, recency_days, frequency, probability_alive, churn_probability"
PER_CUSTOMER = ("rfm", "lifecycle", "behaviour")
"""The branches that write a Parquet file of a row a customer."""


def combine(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write `segments/customers.parquet` and `profiles.json`, and what assigns a segment outside of a run.

    A customer of any branch has a row; what a branch does not know of a customer is null there. A profile is
    of one segment of one method: its size, its net, its future value with the 80 % interval, in minor units,
    and the products that its customers may buy next; `segments/best_products.json` has those that they bought
    for the most money. `segments/assigning.json` holds cut points, scalings
    and centres, `features/customers.parquet` what the clusters know of each buyer.
    """
    store = lake.store
    manifest = Manifest.load(store, run_id)
    folder = f"runs/{run_id}"
    with pinned_engine(manifest, lake, "products") as engine:
        engine.table("buyers", query("buyers"))
        for name in PER_CUSTOMER:
            scan_objects(name, [f"{folder}/segments/{name}.parquet"], store, engine)
        engine.arrays("lifetime_rows", read_npz(store.read_bytes(f"{folder}/clv/lifetime.npz")))
        engine.arrays("cluster_rows", read_npz(store.read_bytes(f"{folder}/segments/clusters.npz")))
        engine.table("customers_combined", query("segment_customers"))
        with store.writing(f"{folder}/segments/customers.parquet") as path:
            engine.parquet("FROM customers_combined ORDER BY customer_id", path)
        has_picks = hold_picks(engine, store, manifest)
        profiles = {
            method: _profiles(method, engine, store, run_id, has_picks=has_picks) for method in METHODS
        }
        best = best_products(engine)
        counted = engine.row("SELECT COUNT(*) AS customers FROM customers_combined")
        _write_features(engine, store, folder)
    write_json(store, f"{folder}/segments/profiles.json", profiles)
    write_json(store, f"{folder}/segments/best_products.json", best)
    rule, clusters = (read_json(store, f"{folder}/segments/{name}.json") for name in ("rfm_rule", "clusters"))
    write_json(store, f"{folder}/segments/assigning.json", assigning_of(rule, clusters))
    return {"customers": counted["customers"], **{method: len(found) for method, found in profiles.items()}}


def _write_features(engine: Engine, store: ObjectStore, folder: str) -> None:
    engine.arrays("feature_rows", read_npz(store.read_bytes(f"{folder}/features/clusters.npz")))
    with store.writing(f"{folder}/features/customers.parquet") as path:
        engine.parquet(
            "SELECT buyers.customer_id, feature_rows.* EXCLUDE (idx) "
            "FROM buyers INNER JOIN feature_rows ON buyers.idx = feature_rows.idx "
            "ORDER BY buyers.customer_id",
            path,
        )


def _profiles(
    method: str, engine: Engine, store: ObjectStore, run_id: str, *, has_picks: bool
) -> list[dict[str, Any]]:
    """Describe each segment of a method, the one with the most money first."""
    column = METHODS[method].column
    of_group = (
        f"SELECT {_OF_PROFILES}, {column} AS group_id FROM customers_combined WHERE {column} IS NOT NULL"
    )
    engine.table("segmented", of_group)
    engine.view("lifetime_members", query("segment_futures"))
    futures = {row.pop("group_id"): row for row in engine.rows(query("lifetime_totals"), z=INTERVAL_Z)}
    words = described(method, read_json(store, f"runs/{run_id}/segments/{METHODS[method].file}.json"))
    products = _next_products(engine) if has_picks else {}
    return [
        {
            **words[row["segment_id"]],
            **row,
            **_future(futures.get(row["segment_id"])),
            "next_products": products.get(row["segment_id"], []),
        }
        for row in engine.rows(query("segment_profiles"))
    ]


def _future(found: dict[str, Any] | None) -> dict[str, Any]:
    """Return the expected 12-month value in whole minor units; null where nobody has bought."""
    names = ("value_12m", "value_12m_low", "value_12m_high")
    values = {name: None if found is None or found[name] is None else round(found[name]) for name in names}
    return {f"expected_{name}_minor": value for name, value in values.items()}


def _next_products(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    products: dict[str, list[dict[str, Any]]] = {}
    for row in engine.rows(query("segment_next_products")):
        products.setdefault(row.pop("segment_id"), []).append(row)
    return products
