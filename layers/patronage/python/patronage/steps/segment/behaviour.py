"""Behaviour: what customers do on their visits and when they buy, and the slices of any table of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.behaviour import Norms, behaviours, bounds
from patronage.logic.segments.behaviour_figures import seasonality, shop_figures
from patronage.logic.segments.methods import METHODS
from patronage.logic.segments.slices import SLICES, slice_label
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.slices import slice_customers
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake


def behaviour(run_id: str, lake: Lake) -> dict[str, Any]:
    """Cut the events into sessions and say of each customer, and of the shop, what they do and when they buy.

    Writes `segments/behaviour.parquet` (a customer a row), `segments/behaviour.json` (the shop's figures, the
    behaviours with their rules, the seasonality) and, where there are sessions, `features/sessions.parquet`.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake, "events", "products") as engine:
        gap_seconds = 60 * manifest.options.session_minutes
        engine.table("session_events", query("session_events"), gap_seconds=gap_seconds)
        engine.table("sessions", query("sessions"))
        engine.table("behaviour_shop", query("behaviour_shop"))
        sums = engine.row("FROM behaviour_shop")
        has_sessions = sums["sessions"] > 0
        shop = _shop(engine, sums) if has_sessions else None
        norms = _judge(engine, median_depth=shop["median_depth"] if shop else None)
        with lake.store.writing(f"runs/{run_id}/segments/behaviour.parquet") as path:
            engine.parquet("FROM customer_behaviour ORDER BY customer_id", path)
        if has_sessions:
            with lake.store.writing(f"runs/{run_id}/features/sessions.parquet") as path:
                engine.parquet("FROM sessions ORDER BY started_at, session_key", path)
        summary = {row["behaviour_id"]: row for row in engine.rows(query("behaviour_summary"))}
        found = {
            "as_of": manifest.as_of.isoformat(),
            "currency": manifest.shop.currency,
            "session_minutes": manifest.options.session_minutes,
            "is_simulated": manifest.has_simulated_events,
            "events": _events(engine, manifest, has_sessions=has_sessions),
            "shop": shop,
            "behaviours": _described(norms, summary) if has_sessions else None,
            "without_sessions": _size(summary.get(None)),
            "seasonality": seasonality(engine.rows(query("seasonality_shop")), today=manifest.today),
        }
    write_json(lake.store, f"runs/{run_id}/segments/behaviour.json", found)
    return {"sessions": sums["sessions"], "customers": sum(row["customers"] for row in summary.values())}


def _shop(engine: Engine, sums: dict[str, Any]) -> dict[str, Any]:
    depths = [(row["views"], row["sessions"]) for row in engine.rows(query("behaviour_depths"))]
    return shop_figures(sums, depths, engine.rows(query("behaviour_times")))


def _judge(engine: Engine, *, median_depth: float | None) -> Norms:
    """Keep `customer_behaviour` and return the norms that it was judged by."""
    engine.table("buyers", query("buyers"))
    for name in ("visits", "prices", "preferences", "bought", "purchases"):
        engine.table(f"behaviour_{name}", query(f"behaviour_{name}"))
    for name in ("seasonality_times", "seasonality_customers"):
        engine.table(name, query(name))
    engine.drop("behaviour_bought")
    norms = Norms(median_depth=median_depth, **engine.row(query("behaviour_norms")))
    engine.table(
        "customer_behaviour",
        query("behaviour_customers"),
        has_events=median_depth is not None,
        **bounds(norms),
    )
    return norms


def _events(engine: Engine, manifest: Manifest, *, has_sessions: bool) -> dict[str, Any]:
    read = engine.row("SELECT COUNT(*) AS n FROM events")["n"]
    used = engine.row("SELECT COUNT(*) AS n FROM session_events")["n"]
    return {
        "read": read,
        "in_sessions": used,
        "of_nobody": read - used,
        "reason": None if has_sessions else _absence(manifest, read),
    }


def _absence(manifest: Manifest, read: int) -> str:
    if "events" not in manifest.tables:
        return "the lake has no events; upload a tracker's export below raw/events/ or post events to the API"
    if not read:
        return f"no event says when it happened, before {manifest.as_of.isoformat()}"
    return "no event names a customer or a session, so that none can be told from another's"


def _described(norms: Norms, summary: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "behaviour_id": each.behaviour_id,
            "name": each.name,
            "description": each.description,
            "rule": each.rule,
            "limits": dict(each.limits),
            **_size(summary.get(each.behaviour_id)),
        }
        for each in behaviours(norms)
    ]


def _size(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"customers": 0, "net_minor": 0, "sessions": 0, "browse_depth": None}
    return {name: value for name, value in row.items() if name != "behaviour_id"}


def slices(run_id: str, lake: Lake) -> dict[str, Any]:
    """Slice the segments of each method by what is known of their customers.

    Reads `segments/customers.parquet` and writes `segments/slices.json`: by method and by what is sliced,
    each segment's customers and net in each slice. What is known of nobody is left out.
    """
    manifest = Manifest.load(lake.store, run_id)
    found: dict[str, dict[str, list[dict[str, Any]]]] = {method: {} for method in METHODS}
    with pinned_engine(manifest, lake, "customers") as engine:
        scan_objects("segmented", [f"runs/{run_id}/segments/customers.parquet"], lake.store, engine)
        for by in SLICES:
            values = slice_customers(engine, by)
            if not values:
                continue
            for method, tables in found.items():
                tables[by] = _sliced(engine, METHODS[method].column, values)
    write_json(lake.store, f"runs/{run_id}/segments/slices.json", found)
    return {"slices": sum(map(len, found.values()))}


def _sliced(engine: Engine, column: str, values: dict[int, str]) -> list[dict[str, Any]]:
    engine.view(
        "members",
        f"SELECT customer_id, {column} AS segment_id, net_minor FROM segmented WHERE {column} IS NOT NULL",
    )
    rows = engine.rows(query("behaviour_slices"))
    return [{**slice_label(row.pop("slice"), values), **row} for row in rows]
