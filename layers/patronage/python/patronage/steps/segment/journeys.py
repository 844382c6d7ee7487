"""Journeys: the shop's funnels and transitions, how customers come back, and each customer's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.queries import query
from patronage.logic.segments.journeys_funnel import STEPS, funnel
from patronage.logic.segments.journeys_graph import graph
from patronage.logic.segments.journeys_items import instant_text
from patronage.logic.segments.journeys_purchases import STAGES, WITHIN_DAYS, stage_graph, stages
from patronage.logic.segments.journeys_timeline import absences, timeline_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import HISTORY, show_file
from patronage.steps.segment.product_names import product_names
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

SESSION_DEPTH = 8
"""Steps of a session that the transition graph shows; what follows is one tail."""
CATEGORY_DEPTH = 4
"""Purchases whose main categories the transition graph shows."""
MAX_CATEGORIES = 10
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
    "funnel_units",
    "funnel_events",
    "transition_states",
)
NO_EVENTS = "the lake has no event of a known time and visitor; upload an event file below raw/events/"
NO_CATEGORIES = "no product that was bought has a category; upload the catalogue below raw/products/"


def journeys(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the funnels, the transition graphs, the repeat purchases and the timelines of a run.

    The timelines hold this run's own changes of segment where `stability` ran before.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake, "events", "products", "customers") as engine:
        _load(engine, manifest, lake)
        purchases, categories = _purchases(engine, manifest)
        shop_funnels = funnels(engine)
        transitions = {
            "sessions": session_graph(engine) if shop_funnels["sessions"] else None,
            "purchases": stage_graph(purchases["stages"]),
            "categories": categories,
            "reasons": {
                "sessions": shop_funnels["reason"],
                "categories": None if categories else NO_CATEGORIES,
            },
        }
        for table in _OF_THE_SHOP:  # room for the timelines
            engine.run(f"DROP TABLE IF EXISTS {table}")
        summary = _timelines(engine, manifest, lake)
    stated = {"as_of": manifest.as_of.isoformat(), "run_id": run_id}
    settings = {"session_minutes": manifest.options.session_minutes}
    for name, found in (
        ("funnels", shop_funnels | settings),
        ("transitions", transitions | settings),
        ("purchases", purchases),
        ("timelines", summary),
    ):
        write_json(lake.store, f"runs/{run_id}/journeys/{name}.json", found | stated)
    return {"customers": summary["customers"], "entries": summary["entries"]}


def _load(engine: DuckEngine, manifest: Manifest, lake: Lake) -> None:
    gap_seconds = manifest.options.session_minutes * 60
    engine.table("session_events", query("session_events"), gap_seconds=gap_seconds)
    engine.table("journey_sessions", query("journey_sessions"))
    engine.table("journey_states", query("journey_states"))
    engine.table("journey_occasions", query("journey_occasions"))
    engine.table("journey_mains", query("journey_mains"), depth=CATEGORY_DEPTH)
    _load_history(engine, manifest, lake)


def _load_history(engine: DuckEngine, manifest: Manifest, lake: Lake) -> None:
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


def funnels(engine: DuckEngine) -> dict[str, Any]:
    """Count how far sessions and visitors came; reads `journey_sessions` and `journey_states`."""
    if not engine.row("SELECT COUNT(*) AS n FROM journey_sessions")["n"]:
        return {"sessions": None, "visitors": None, "reason": NO_EVENTS}
    found = {row["state"] for row in engine.rows("SELECT DISTINCT state FROM journey_states")}
    recorded = {step: step in found for step in STEPS}
    engine.table("journey_visitors", query("journey_visitors"))
    return {
        "sessions": _funnel(engine, recorded, "session", "session_key", "journey_sessions"),
        "visitors": _funnel(engine, recorded, "visitor", "visitor_id", "journey_visitors"),
        "reason": None,
    }


def _funnel(
    engine: DuckEngine, recorded: dict[str, bool], unit: str, column: str, table: str
) -> dict[str, Any]:
    engine.table("funnel_units", f"SELECT {column} AS unit, channel FROM {table}")
    engine.table("funnel_events", f"SELECT {column} AS unit, state, occurred_at FROM journey_states")
    rows = engine.rows(
        query("funnel_counts"),
        has_product_view=recorded["product_view"],
        has_cart_add=recorded["cart_add"],
    )
    return funnel(rows, recorded, unit=unit)


def session_graph(engine: DuckEngine) -> dict[str, Any]:
    """Build the graph of what visitors do after what; reads `journey_sessions` and `journey_states`."""
    engine.table("transition_states", query("transition_session_states"))
    return graph(engine.rows(query("transition_links"), depth=SESSION_DEPTH), depth=SESSION_DEPTH)


def _purchases(engine: DuckEngine, manifest: Manifest) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Describe the repeat purchases, and the graph of their categories where products have any."""
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
    return found, _category_graph(engine) if has_categories else None


def _firsts(engine: DuckEngine, item: str) -> dict[str, Any]:
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


def _named(engine: DuckEngine, found: dict[str, Any]) -> dict[str, Any]:
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


def _category_graph(engine: DuckEngine) -> dict[str, Any]:
    engine.table("transition_states", query("transition_category_states"), categories=MAX_CATEGORIES)
    rows = engine.rows(query("transition_links"), depth=CATEGORY_DEPTH)
    return graph(rows, depth=CATEGORY_DEPTH, end="no further purchase")


def _timelines(engine: DuckEngine, manifest: Manifest, lake: Lake) -> dict[str, Any]:
    """Write the timelines; return their totals, and why some kinds of entry are absent."""
    engine.table("timeline_entries", query("timeline_entries"), as_of=manifest.as_of.isoformat())
    engine.table("timelines", query("timeline_positions"), entries=MAX_ENTRIES)
    with lake.store.writing(f"runs/{manifest.run_id}/journeys/timelines.parquet") as path:
        engine.parquet("FROM timelines ORDER BY customer_id, position", path)
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
