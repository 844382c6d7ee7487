"""Recommendation effectiveness: what was shown, clicked, put into the basket, bought; by what showed it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import NotFound
from patronage.logic.effectiveness.days import Days
from patronage.logic.effectiveness.ranged import DAYS, VALUED, beside_rows, day_documents, values_of
from patronage.logic.effectiveness.report import DIMENSIONS, MOST, coverage_notes, rows_by, rule_of, versions
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.queries import query
from patronage.logic.spans import beginning
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.judged import show_judged
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import show_live_segments
from patronage.stores.objects import read_json, write_json
from patronage.stores.registry import record_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from patronage.engines.base import Engine
    from patronage.logic.effectiveness.options import AttributionOptions
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

REPORT = "effectiveness"
_COUNTED_APART = {
    "without_visitor": ("effectiveness_nobody", "events"),
    "orders_of_nobody": ("effectiveness_ownerless", "orders"),
    "without_impression": ("effectiveness_unseen", "clicks"),
}
"""Counts of what is left out, each with its query and the column that has it."""


def effectiveness(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write a run's report, figures and rates by each dimension, and its sums by day; nobody's id is in them.

    Returns
    -------
    dict
        The ``impressions``, ``clicks``, ``purchases`` and ``revenue_minor`` of the report.
    """
    manifest = Manifest.load(lake.store, run_id)
    documents = measured(manifest, lake, MonitorOptions.from_mapping(manifest.monitor).attribution)
    for name, document in documents.items():
        write_json(lake.store, document_key(run_id, name), document)
    totals = documents[REPORT]["totals"]
    return {name: totals[name] for name in ("impressions", "clicks", "purchases", "revenue_minor")}


def measured(manifest: Manifest, lake: Lake, options: AttributionOptions) -> dict[str, dict[str, Any]]:
    """Return by name the report of what recommendations led to, and the documents of its sums by day.

    Parameters
    ----------
    manifest : Manifest
        What is read, and of which live run the segments are.
    lake : Lake
        Where it lies.
    options : AttributionOptions
        The rule.
    """
    today, zone = date.fromisoformat(manifest.today), ZoneInfo(manifest.shop.timezone)
    since = beginning(today - timedelta(days=options.report_days - 1), zone)
    whole = Days(since.astimezone(zone).date(), today)
    with pinned_engine(manifest, lake, "events") as engine:
        show_live_segments(manifest, lake.store, engine)
        attribute(engine, options, since=since)
        rows = {
            name: engine.rows(query("effectiveness_by"), by=name, most=MOST) for name in (*VALUED, "total")
        }
        shop = engine.rows(query("effectiveness_shop"), since=since.isoformat())
        coverage = _coverage(engine, since)
    by_day_of = day_documents(rows, shop, options, whole=whole)
    return {REPORT: _report(manifest, lake.store, options, by_day_of, coverage, whole), **by_day_of}


def _coverage(engine: Engine, since: datetime) -> dict[str, int]:
    """Count what the report leaves out."""
    found: dict[str, int] = engine.row(query("effectiveness_coverage"), since=since.isoformat())
    for name, (sql, counted) in _COUNTED_APART.items():
        found[name] = engine.row(query(sql), since=since.isoformat())[counted]
    return found


def _report(
    manifest: Manifest,
    store: ObjectStore,
    options: AttributionOptions,
    by_day_of: Mapping[str, Mapping[str, Any]],
    coverage: dict[str, int],
    whole: Days,
) -> dict[str, Any]:
    """Return the report of all days, which are those of its sums by day."""
    days = whole.numbers(whole.start)
    by = {name: values_of(by_day_of.__getitem__, name, days) for name in (*DIMENSIONS, "version")}
    offline = _offline(by["version"], store)
    coverage = {**coverage, "of_unknown_versions": _of_unknown_versions(by["version"], store)}
    return {
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        "is_simulated": manifest.has_simulated_events,
        "rule": {"text": rule_of(options), "click_days": options.click_days, "view_days": options.view_days},
        **beside_rows(by_day_of[DAYS], whole, options),
        "by": {name: rows_by(name, by[name], options) for name in DIMENSIONS},
        "versions": versions(by["version"], offline, options),
        "coverage": {**coverage, "notes": coverage_notes(coverage)},
    }


def attribute(engine: Engine, options: AttributionOptions, *, since: datetime) -> None:
    """Make `effectiveness_cells`: what was shown, and what came of it, in the smallest cells of the report.

    Parameters
    ----------
    engine : Engine
        Shows `events`, `orders` and `live_segments`.
    options : AttributionOptions
        The rule.
    since : datetime
        When the report begins; showings before count as far as the windows reach.
    """
    earlier = since - timedelta(days=max(options.click_days, options.view_days))
    show_judged(engine, since=earlier)
    engine.table("showings", query("effectiveness_showings"))
    engine.table("outcomes", query("effectiveness_outcomes"), since=since.isoformat())
    _credit(engine, "clicked", "click", options.click_days)
    viewed = "SELECT * FROM clicked WHERE FALSE"
    if options.view_days:
        _credit(engine, "seen", "view", options.view_days)
        is_clicked = "SELECT outcome FROM clicked WHERE kind = 'purchase'"
        viewed = f"SELECT * FROM seen WHERE kind = 'purchase' AND outcome NOT IN ({is_clicked})"
    engine.table("viewed", viewed)
    engine.table("effectiveness_cells", query("effectiveness_cells"), since=since.isoformat())


def _credit(engine: Engine, name: str, touch: str, window_days: int) -> None:
    """Make a table of the outcomes that are due to a click, or to having been seen."""
    engine.table("touches", query("effectiveness_touches"), touch=touch)
    engine.table(name, query("effectiveness_credits"), window_days=window_days)


def _offline(rows: Iterable[dict[str, Any]], store: ObjectStore) -> dict[tuple[str, str], Any]:
    """Return by model and generation what the registry says the model did on sales that it had not seen."""
    found = {}
    for row in rows:
        model, _, generation = (row["by_value"] or "").partition("~")
        if _is_name(model) and _is_name(generation):
            found[(model, generation)] = _record(store, model, generation)
    return found


def _record(store: ObjectStore, model: str, generation: str) -> Any:
    try:
        return (read_json(store, record_key(model, generation)).get("metrics") or {}).get("metrics")
    except NotFound:
        return None


def _is_name(text: str) -> bool:
    """Say whether a part of an id, which anyone may post, can be the name of a folder."""
    return bool(text.strip("."))


def _of_unknown_versions(rows: Iterable[dict[str, Any]], store: ObjectStore) -> int:
    """Count the impressions of runs that the lake does not have."""
    count = 0
    for row in rows:
        generation = (row["by_value"] or "").partition("~")[2]
        if row["is_rest"]:
            continue
        if not _is_name(generation) or not store.exists(f"runs/{generation}/manifest.json"):
            count += row["impressions"]
    return count
