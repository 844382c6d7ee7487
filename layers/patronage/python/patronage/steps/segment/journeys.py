"""Journeys: the shop's funnels and transitions, how customers come back, and each customer's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.queries import query
from patronage.logic.said import SENTENCES
from patronage.logic.segments.journeys_funnel import sliced_funnel
from patronage.logic.segments.journeys_items import instant_text
from patronage.logic.segments.journeys_moves import graph_of
from patronage.logic.segments.journeys_purchases import STAGES, WITHIN_DAYS, stage_graph, stages
from patronage.logic.segments.journeys_slices import FILTERS
from patronage.logic.segments.journeys_timeline import absences, timeline_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.journeys_slices import (
    CATEGORY_DEPTH,
    OfVisits,
    category_slices,
    funnel_slices,
    purchase_slices,
    session_slices,
    show_segments,
    slice_buyers,
)
from patronage.steps.segment.previous import HISTORY, show_file
from patronage.steps.segment.product_names import product_names
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

MAX_ITEMS = 50
"""First products, and pairs of a first and a next one, that are listed."""
MAX_ENTRIES = 200
"""A timeline keeps so many of a customer's entries, the latest, and the acquisition."""

_OF_THE_SHOP = (
    "journey_sessions",
    "journey_visitors",
    "journey_states",
    "journey_occasions",
    "journey_mains",
    "journey_firsts",
    "journey_pairs",
    "journey_units",
    "journey_channels",
    "journey_slices",
    "journey_moves",
    "first_channels",
    "funnel_events",
    "transition_states",
)
"""Tables that the timelines do not need."""
_NO_FILTERS: dict[str, Any] = {name: [] for name in FILTERS}
_NOTHING: dict[str, Any] = {"slices": [], **_NO_FILTERS}
_NO_VISITS = OfVisits(_NOTHING, {"months": [], **_NO_FILTERS})
NO_EVENTS = SENTENCES["no_events"]
NO_CATEGORIES = SENTENCES["no_categories"]


def journeys(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the funnels, the transition graphs, the repeat purchases and the timelines of a run.

    Funnels and graphs are also written by segment and channel, the segments being those that this run's
    `rfm` wrote before; those of visits by month, too. The timelines hold this run's own changes of segment
    where `stability` ran before.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake, "events", "products", "customers") as engine:
        _load(engine, manifest, lake)
        funnels, funnel_months = funnel_slices(engine)
        purchases, has_categories = _purchases(engine, manifest)
        sessions, session_months = session_slices(engine) if funnels["recorded"] else _NO_VISITS
        channels = slice_buyers(engine)
        slices = {
            "sessions": sessions,
            "purchases": purchase_slices(engine, channels),
            "categories": category_slices(engine, channels) if has_categories else _NOTHING,
        }
        for table in _OF_THE_SHOP:  # room for the timelines
            engine.drop(table)
        summary = _timelines(engine, manifest, lake)
    of_events = {"is_simulated": manifest.has_simulated_events}
    settings = {"session_minutes": manifest.options.session_minutes}
    written = {
        "funnels": _whole_funnels(funnels) | settings | of_events,
        "funnel_slices": funnels | of_events,
        "funnel_months": funnel_months | of_events,
        "transitions": _transitions(slices, purchases["stages"]) | settings | of_events,
        "session_slices": sessions | of_events,
        "session_months": session_months | of_events,
        "purchase_slices": slices["purchases"],
        "category_slices": slices["categories"],
        "purchases": purchases,
        "timelines": summary | of_events,
    }
    stated = {"as_of": manifest.as_of.isoformat(), "run_id": run_id}
    for name, found in written.items():
        write_json(lake.store, f"runs/{run_id}/journeys/{name}.json", found | stated)
    return {"customers": summary["customers"], "entries": summary["entries"]}


def _whole_funnels(slices: dict[str, Any]) -> dict[str, Any]:
    has_events = slices["recorded"] is not None
    return {
        **{
            f"{unit}s": sliced_funnel(slices, unit) if has_events else None for unit in ("session", "visitor")
        },
        "reason": None if has_events else NO_EVENTS,
        **{name: slices[name] for name in FILTERS},
    }


def _transitions(slices: dict[str, Any], repeats: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the graphs of the whole shop, why one is absent, and what each may be filtered by."""
    sessions, categories = slices["sessions"], slices["categories"]
    return {
        "sessions": graph_of(sessions) if sessions["slices"] else None,
        "purchases": stage_graph(repeats),
        "categories": graph_of(categories) if categories["slices"] else None,
        "reasons": {
            "sessions": None if sessions["slices"] else NO_EVENTS,
            "categories": None if categories["slices"] else NO_CATEGORIES,
        },
        "filters": {of: {name: each[name] for name in FILTERS} for of, each in slices.items()},
    }


def _load(engine: Engine, manifest: Manifest, lake: Lake) -> None:
    gap_seconds = manifest.options.session_minutes * 60
    engine.table("session_events", query("session_events"), gap_seconds=gap_seconds)
    engine.table("journey_sessions", query("journey_sessions"))
    engine.table("journey_states", query("journey_states"))
    engine.table("journey_occasions", query("journey_occasions"))
    engine.table("journey_mains", query("journey_mains"), depth=CATEGORY_DEPTH)
    show_segments(manifest.run_id, lake.store, engine)
    _load_history(engine, manifest, lake)


def _load_history(engine: Engine, manifest: Manifest, lake: Lake) -> None:
    """Show the changes of segment that this run or, where it wrote none, the one before knew of."""
    for run_id in filter(None, (manifest.run_id, manifest.previous)):
        key = f"runs/{run_id}/segments/history.parquet"
        if show_file("earlier_history", key, HISTORY, lake.store, engine):
            stated = {"today": manifest.today, "as_of": manifest.as_of.isoformat()}
            engine.table("segment_history", query("timeline_history"), **stated)
            return
    engine.show_none(
        "segment_history",
        {"customer_id": "VARCHAR", "occurred_at": "TIMESTAMPTZ", "segment_id": "VARCHAR"},
    )


def _purchases(engine: Engine, manifest: Manifest) -> tuple[dict[str, Any], bool]:
    """Describe the repeat purchases, and say whether their products have categories."""
    gaps = engine.rows(query("journey_gaps"), stages=STAGES)
    within = {
        days: engine.rows(query("journey_within"), stages=STAGES, days=days, today=manifest.today)
        for days in WITHIN_DAYS
    }
    has_categories = bool(
        engine.row("SELECT COUNT(*) AS n FROM journey_mains WHERE category IS NOT NULL")["n"]
    )
    found = {
        "stages": stages(gaps, within),
        "first_products": _named(engine, _firsts(engine, "product_id")),
        "first_categories": _firsts(engine, "category") if has_categories else None,
        "reasons": {"first_categories": None if has_categories else NO_CATEGORIES},
    }
    return found, has_categories


def _firsts(engine: Engine, item: str) -> dict[str, Any]:
    """Describe what was bought first, and what next, by the main product or category of a purchase."""
    engine.table(
        "journey_firsts",
        f"SELECT customer_id, {item} AS item, days_to_next FROM journey_mains WHERE number = 1",
    )
    engine.table(
        "journey_pairs",
        f"SELECT firsts.item, nexts.{item} AS next_item FROM journey_firsts AS firsts "
        "INNER JOIN journey_mains AS nexts ON firsts.customer_id = nexts.customer_id AND nexts.number = 2",
    )
    firsts = engine.rows(query("journey_firsts"), items=MAX_ITEMS)
    for row in firsts:
        row["repeat_rate"] = row["returned"] / row["customers"]
    return {"items": firsts, "next": engine.rows(query("journey_next"), items=MAX_ITEMS)}


def _named(engine: Engine, found: dict[str, Any]) -> dict[str, Any]:
    """Add to the products of `_firsts` what they are called."""
    named = (
        row[column]
        for rows in found.values()
        for row in rows
        for column in ("item", "next_item")
        if column in row
    )
    names = product_names(engine, named)
    for row in (*found["items"], *found["next"]):
        row["name"] = names[row["item"]]
    for row in found["next"]:
        row["next_name"] = names[row["next_item"]]
    return found


def _timelines(engine: Engine, manifest: Manifest, lake: Lake) -> dict[str, Any]:
    """Write the timelines; return their totals, and why some kinds of entry are absent."""
    engine.table("timeline_events", query("timeline_events"))
    engine.table("timeline_acquired", query("timeline_acquired"), as_of=manifest.as_of.isoformat())
    engine.view("timeline_entries", query("timeline_entries"))
    engine.table("timeline_sizes", query("timeline_sizes"), entries=MAX_ENTRIES)
    with lake.store.writing(f"runs/{manifest.run_id}/journeys/timelines.parquet") as path:
        engine.parquet(f"{query('timeline_positions')} ORDER BY customer_id, position", path)
    kinds = engine.rows("SELECT kind, COUNT(*) AS entries FROM timeline_entries GROUP BY kind ORDER BY kind")
    by_kind = {row["kind"]: row["entries"] for row in kinds}
    totals = engine.row(query("timeline_totals"))
    has_sessions = bool(engine.row("SELECT COUNT(*) AS n FROM session_events")["n"])
    has_history = bool(engine.row("SELECT COUNT(*) AS n FROM segment_history")["n"])
    return {
        **totals,
        "by_kind": by_kind,
        "max_entries": MAX_ENTRIES,
        "absent": absences(by_kind, no_events=None if has_sessions else NO_EVENTS, has_history=has_history),
    }


_OF_CUSTOMER = (
    "SELECT * EXCLUDE (occurred_at, day), EPOCH_US(occurred_at) AS instant, CAST(day AS VARCHAR) AS day "
    "FROM timelines WHERE customer_id = $customer_id ORDER BY position"
)


def timeline(run_id: str, customer_id: str, store: ObjectStore) -> dict[str, Any]:
    """Read one customer's timeline, the oldest entry first.

    Returns
    -------
    dict
        As `timeline_of`, with the run, its ``as_of`` and the shop's ``currency`` and ``timezone``. Instants
        are UTC, days the shop's, money is in the currency's minor unit.

    Raises
    ------
    NotFound
        The run wrote no timelines, or has none of this customer.
    """
    manifest = Manifest.load(store, run_id)
    folder = f"runs/{run_id}/journeys"
    if not store.exists(f"{folder}/timelines.json"):
        raise NotFound(f"run {run_id} has no timelines; start a new one with: patronage segment")
    with DuckEngine(manifest.shop) as engine:
        engine.scan("timelines", [store.staged(f"{folder}/timelines.parquet")])
        rows = engine.rows(_OF_CUSTOMER, customer_id=customer_id)
    if not rows:
        raise NotFound(f"run {run_id} knows no customer {customer_id!r}; ids are compared letter by letter")
    for row in rows:
        row["occurred_at"] = instant_text(row.pop("instant"))
    return {
        "run_id": run_id,
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        "timezone": manifest.shop.timezone,
        **timeline_of(rows, read_json(store, f"{folder}/timelines.json")["absent"]),
    }
