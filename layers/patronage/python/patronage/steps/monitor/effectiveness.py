"""Recommendation effectiveness: what was shown, clicked, put into the basket, bought; by what showed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import NotFound
from patronage.logic.effectiveness.report import (
    DIMENSIONS,
    MOST,
    coverage_notes,
    figures,
    rows_by,
    rule_of,
    versions,
)
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.judged import show_judged
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import show_live_segments
from patronage.stores.objects import read_json, write_json
from patronage.stores.registry import record_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.effectiveness.options import AttributionOptions
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

_NOTHING = (
    "no event names an answer of recommendations yet: let the storefront send back each answer's "
    "recommendation_id with impressions and clicks (docs/events.md)"
)
_TOO_FEW = "not enough data: {impressions:,} impressions, and rates are given from {least:,} on"


def effectiveness(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write `monitor/effectiveness.json` of a run: figures and rates by each dimension, without anybody's id.

    Returns
    -------
    dict
        The ``impressions``, ``clicks``, ``purchases`` and ``revenue_minor`` of the report.
    """
    manifest = Manifest.load(lake.store, run_id)
    document = measure(manifest, lake, MonitorOptions.from_mapping(manifest.monitor).attribution)
    write_json(lake.store, document_key(run_id, "effectiveness"), document)
    totals = document["totals"]
    return {name: totals[name] for name in ("impressions", "clicks", "purchases", "revenue_minor")}


def measure(manifest: Manifest, lake: Lake, options: AttributionOptions) -> dict[str, Any]:
    """Return the report of what recommendations led to.

    Parameters
    ----------
    manifest : Manifest
        What is read, and of which live run the segments are.
    lake : Lake
        Where it lies.
    options : AttributionOptions
        The rule.
    """
    since = _since(manifest, options)
    with pinned_engine(manifest, lake, "events") as engine:
        show_live_segments(manifest, lake.store, engine)
        attribute(engine, options, since=since)
        by = {name: _rows(engine, name, options) for name in (*DIMENSIONS, "version", "total")}
        coverage = engine.row(query("effectiveness_coverage"), since=since.isoformat())
        shop = engine.row(query("effectiveness_shop"), since=since.isoformat())
        nobody = engine.row(query("effectiveness_nobody"), since=since.isoformat())
        coverage["without_visitor"] = nobody["events"]
    offline = _offline(by["version"], lake.store)
    coverage["of_unknown_versions"] = _of_unknown_versions(by["version"], lake.store)
    coverage["orders_of_nobody"] = shop.pop("orders_of_nobody")
    totals = by["total"][0] if by["total"] else dict.fromkeys(_ALL_SUMS, 0)
    share = totals["revenue_minor"] / shop["revenue_minor"] if shop["revenue_minor"] else None
    return {
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        "since": since.astimezone(ZoneInfo(manifest.shop.timezone)).date().isoformat(),
        "until": manifest.today,
        "is_simulated": manifest.has_simulated_events,
        "rule": {"text": rule_of(options), "click_days": options.click_days, "view_days": options.view_days},
        "reason": _reason(totals, options),
        "totals": figures(totals, options),
        "shop": {**shop, "attributed_share": share},
        "by": {name: rows_by(name, by[name], options) for name in DIMENSIONS},
        "versions": versions(by["version"], offline, options),
        "coverage": {**coverage, "notes": coverage_notes(coverage, totals)},
    }


_ALL_SUMS = (
    "impressions",
    "clicks",
    "seen_clicks",
    "carts",
    "purchases",
    "revenue_minor",
    "viewed_purchases",
    "viewed_revenue_minor",
)


def attribute(engine: DuckEngine, options: AttributionOptions, *, since: datetime) -> None:
    """Make `effectiveness_cells`: what was shown, and what came of it, in the smallest cells of the report.

    Parameters
    ----------
    engine : DuckEngine
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


def _credit(engine: DuckEngine, name: str, touch: str, window_days: int) -> None:
    """Make a table of the outcomes that are due to a click, or to having been seen."""
    engine.table("touches", query("effectiveness_touches"), touch=touch)
    engine.table(name, query("effectiveness_credits"), window_days=window_days)


def _rows(engine: DuckEngine, by: str, options: AttributionOptions) -> list[dict[str, Any]]:
    most = options.report_days + 1 if by == "day" else MOST
    return engine.rows(query("effectiveness_by"), by=by, most=most)


def _since(manifest: Manifest, options: AttributionOptions) -> datetime:
    """Return the instant at which the first of the shop's days begins that the report covers."""
    zone = ZoneInfo(manifest.shop.timezone)
    first = datetime.fromisoformat(manifest.today) - timedelta(days=options.report_days - 1)
    return first.replace(tzinfo=zone).astimezone(UTC)


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


def _reason(totals: dict[str, Any], options: AttributionOptions) -> str | None:
    """Say why there are no rates; None where there are."""
    if not totals["impressions"] and not totals["clicks"]:
        return _NOTHING
    if totals["impressions"] < options.least_impressions:
        return _TOO_FEW.format(impressions=totals["impressions"], least=options.least_impressions)
    return None
