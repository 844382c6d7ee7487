"""The part of drift that reads the lake: tables in, counts of both sides out, without an id of anybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.logic.features import features_of
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.said import said
from patronage.steps.features.compute import compute_features
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.drift_counts import count_columns, held_together
from patronage.steps.monitor.drift_lists import catalogue_of, hits_of, lists_of
from patronage.steps.monitor.drift_raw import WATCHED, count_raw, days_of, windows
from patronage.steps.monitor.drift_reference import engine_of, reference_of
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.engines.base import Engine
    from patronage.logic.drift.options import DriftOptions
    from patronage.steps.monitor.drift_counts import Side
    from patronage.steps.monitor.drift_reference import Reference
    from patronage.stores.lake import Lake

NO_LIVE_RUN = said("nothing_live")

_KINDS = {"whole": "number", "number": "number", "text": "category", "flag": "category"}


def drift_tables(run_id: str, lake: Lake, *, reference: Reference | None = None) -> dict[str, Any]:
    """Count what the live runs saw and what there is now, and how their lists did.

    Writes `monitor/drift_inputs.json`; where no run is live it says so in ``why`` and has nothing else.

    Parameters
    ----------
    run_id, lake
        The run of monitoring, which is pinned, and the lake.
    reference : Reference, optional
        What the present is held against; by default the oldest live run.

    Returns
    -------
    dict
        How many ``columns`` were counted.
    """
    manifest = Manifest.load(lake.store, run_id)
    options = MonitorOptions.from_mapping(manifest.monitor).drift
    before = reference or reference_of(manifest, lake)
    found: dict[str, Any] = {"reference": None, "windows": None, "features": [], "raw": []}
    if before is None:
        found |= NO_LIVE_RUN.fields("why")
    else:
        found |= {"reference": before.as_dict(), **_columns(manifest, before, lake, options)}
    found |= _of_lists(manifest, lake, options)
    write_json(lake.store, document_key(run_id, "drift_inputs"), found)
    return {"columns": len(found["features"]) + len(found["raw"])}


def _columns(manifest: Manifest, before: Reference, lake: Lake, options: DriftOptions) -> dict[str, Any]:
    """Count the features and the watched columns of both sides."""
    days = windows(before.day, date.fromisoformat(manifest.today), options.raw_days)
    kinds = {feature.name: _KINDS[feature.kind] for feature in features_of("customer")}
    sides, raw = [], []
    for number, (side, known_at) in enumerate(
        ((before.manifest, before.known_at), (manifest, manifest.created_at))
    ):
        with engine_of(side, lake) as engine:
            sides.append(_features(engine, kinds, side, known_at))
            raw.append(count_raw(engine, days[number]) if days else {})
    found: dict[str, Any] = {"features": held_together(kinds, *sides), "raw": [], "windows": None}
    if days is None:
        return found | said("no_day_since_reference", day=before.day.isoformat()).fields("raw_why")
    for name, source in WATCHED.items():
        found["raw"] += held_together(source.kinds, raw[0][name], raw[1][name], prefix=f"{name}.")
    return found | {"windows": {"reference": days_of(days[0]), "current": days_of(days[1])}}


def _features(
    engine: Engine, kinds: dict[str, str], manifest: Manifest, known_at: datetime | None
) -> dict[str, Side]:
    compute_features(engine, as_of=manifest.as_of, known_at=known_at, into="drift_features")
    found = count_columns(engine, "drift_features", kinds)
    engine.drop("drift_features")
    return found


def _of_lists(manifest: Manifest, lake: Lake, options: DriftOptions) -> dict[str, Any]:
    """Return what the published lists and the catalogue are held against."""
    live = Manifest.find(lake.store, manifest.live_runs.get("recommendations", ""))
    if live is None:
        why = said("no_recommendations_live").fields("why")
        return {"catalogue": why, "lists": why, "decay": why}
    today = date.fromisoformat(manifest.today)
    days = windows(date.fromisoformat(live.today), today, options.raw_days)
    with engine_of(manifest, lake) as engine:
        return {
            "catalogue": catalogue_of(engine, live, manifest, lake.store, days[1] if days else None),
            "lists": lists_of(engine, live, lake.store),
            "decay": hits_of(engine, live, today, lake.store),
        }
