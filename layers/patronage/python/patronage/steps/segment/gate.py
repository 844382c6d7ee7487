"""The gate: hold the segments against the order lines, to the minor unit, and list the shards to publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.opening import open_engine
from patronage.logic.said import said
from patronage.logic.segments.methods import METHODS
from patronage.steps.manifest import Manifest
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.shard_bounds import BOUNDS, FILES, first_customers
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.logic.said import Said
    from patronage.stores.objects import ObjectStore

CUSTOMERS_PER_SHARD = 5_000


def gate(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Hold the segments against the totals, to the minor unit, and list the shards to publish.

    Returns
    -------
    dict
        ``publish``, the ``reason``, and ``shards_key``: where the list of shards lies.
    """
    manifest = Manifest.load(store, run_id)
    money = read_json(store, f"runs/{run_id}/metrics/totals.json")
    with open_engine(manifest.shop) as engine:
        scan_objects("customers", [f"runs/{run_id}/{FILES['customers']}"], store, engine)
        counted = engine.row(
            "SELECT COUNT(*) AS customers, COUNT(DISTINCT customer_id) AS distinct_customers, "
            "CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor FROM customers"
        )
        problem = _problem(counted, money)
        if problem is None:
            _write_bounds(engine, store, run_id)
    shards_key = f"runs/{run_id}/publish/segments/shards.json"
    if problem is None:
        write_json(store, f"runs/{run_id}/segments/summary.json", _summary(manifest, store, money))
        names = ["summary", "analytics", *(f"members-{method}" for method in METHODS)]
        names += _numbered("customers", counted["customers"])
        names += _numbered("journeys", _timelines(run_id, store))
        write_json(store, shards_key, [{"shard": name} for name in names])
    return {
        "publish": problem is None,
        **(problem or said("segments_agree")).fields(),
        "shards_key": shards_key,
    }


def _write_bounds(engine: Engine, store: ObjectStore, run_id: str) -> None:
    """Write the first customer of each shard, of the kinds of shards that the run has."""
    firsts = {"customers": first_customers(engine, "customers", size=CUSTOMERS_PER_SHARD)}
    timelines = f"runs/{run_id}/{FILES['journeys']}"
    if store.exists(timelines):
        scan_objects("journeys", [timelines], store, engine)
        firsts["journeys"] = first_customers(engine, "journeys", size=CUSTOMERS_PER_SHARD)
    write_json(store, f"runs/{run_id}/{BOUNDS}", firsts)


def _numbered(kind: str, customers: int) -> list[str]:
    return [f"{kind}-{shard:05d}" for shard in range(-(-customers // CUSTOMERS_PER_SHARD))]


def _timelines(run_id: str, store: ObjectStore) -> int:
    key = f"runs/{run_id}/journeys/timelines.json"
    return int(read_json(store, key)["customers"]) if store.exists(key) else 0


def _problem(counted: dict[str, int], money: dict[str, int]) -> Said | None:
    if counted["customers"] == 0:
        return said("nobody_to_segment")
    if counted["customers"] != counted["distinct_customers"]:
        return said("customer_twice")
    if counted["net_minor"] != money["customer_net_minor"]:
        return said("sums_differ", segments=counted["net_minor"], lines=money["customer_net_minor"])
    return None


def _summary(manifest: Manifest, store: ObjectStore, money: dict[str, int]) -> dict[str, Any]:
    folder = f"runs/{manifest.run_id}"
    scored = read_json(store, f"{folder}/segments/rfm.json")
    profiles = read_json(store, f"{folder}/segments/profiles.json")
    lifetime = read_json(store, f"{folder}/clv/lifetime.json")
    return {
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        "customers": money["customers"],
        "orders": money["orders"],
        "net_minor": money["net_minor"],
        "customer_net_minor": money["customer_net_minor"],
        "guest_net_minor": money["guest_net_minor"],
        "distinct_scores": scored["bins"],
        "kept_customers": scored["kept"],
        "low_data": lifetime["low_data"],
        "has_simulated_events": manifest.has_simulated_events,
        "segments": _with_shares(profiles["rfm"]),
        "other_methods": {
            method: _with_shares(found) for method, found in profiles.items() if method != "rfm"
        },
    }


def _with_shares(profiles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add each segment's share of all customers whom its method knows, and of their net."""
    customers = sum(profile["customers"] for profile in profiles)
    net = sum(profile["net_minor"] for profile in profiles)
    return [
        {
            **profile,
            "customer_share": profile["customers"] / customers,
            "revenue_share": profile["net_minor"] / net if net else None,
        }
        for profile in profiles
    ]
