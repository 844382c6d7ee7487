"""The part of drift that judges: counts in, a verdict with its reasons out, with NumPy and SciPy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, LacksData, NotFound
from patronage.logic.drift.columns import Column, judge_column
from patronage.logic.drift.decay import Measured, judge_decay
from patronage.logic.drift.judge import too_few
from patronage.logic.drift.report import put_together, section
from patronage.logic.drift.shares import (
    judge_catalogue,
    judge_lists,
    judge_migration,
    judge_mix,
    shares_of,
)
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.said import Said, said
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.drift_baseline import measure_at_gate
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.drift.options import DriftOptions
    from patronage.stores.objects import ObjectStore

_STABLE = ("rfm", "behaviour", "lifecycle")
"""The ways to segment whose segments mean the same in every run; a cluster is another one each time."""


def drift(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Judge what `drift_tables` counted, and write the report `monitor/drift.json`.

    Returns
    -------
    dict
        The ``verdict``, and how many ``reasons`` there are.
    """
    manifest = Manifest.load(store, run_id)
    options = MonitorOptions.from_mapping(manifest.monitor).drift
    inputs = read_json(store, document_key(run_id, "drift_inputs"))
    columns = len(inputs["features"]) + len(inputs["raw"])
    features, raw = (
        [judge_column(Column.from_mapping(each), options, columns=columns) for each in inputs[name]]
        for name in ("features", "raw")
    )
    report = put_together(
        {
            "run_id": run_id,
            "as_of": manifest.as_of.isoformat(),
            "created_at": manifest.created_at.isoformat(),
            "day": manifest.today,
            "is_simulated": manifest.has_simulated_events,
            "reference": inputs["reference"],
            "windows": inputs["windows"],
            "thresholds": manifest.monitor.get("drift", {}),
        }
        | {name: value for name, value in inputs.items() if name.startswith(("why", "raw_why"))},
        features,
        raw,
        {
            "segments": _segments(manifest, options, store),
            "catalogue": _catalogue(inputs["catalogue"], options),
            "diversity": _diversity(inputs["lists"], options),
            "decay": _decay(inputs["decay"], options, store),
        },
    )
    write_json(store, document_key(run_id, "drift"), report)
    return {"verdict": report["verdict"], "reasons": len(report["reasons"]) + report["more_reasons"]}


def _segments(manifest: Manifest, options: DriftOptions, store: ObjectStore) -> dict[str, Any]:
    """Judge the live run of segments against the run before it."""
    live = manifest.live_runs.get("segments", "")
    try:
        moved = read_json(store, f"runs/{live}/segments/migration.json")
    except NotFound:
        return _unknown("segment_mix", said("run_gone", run_id=live) if live else said("no_segments_live"))
    if moved["from_run"] is None:
        return _unknown("segment_mix", said("first_run", run_id=live))
    mixes = _mixes(moved["from_run"], live, store)
    judged = [judge_mix(mix[0], mix[1], options, of=method) for method, mix in mixes.items()]
    return section(
        [*judged, judge_migration(moved["totals"], options)],
        reference={"run_id": moved["from_run"], "day": moved["from_as_of"]},
        current={"run_id": live, "day": moved["to_as_of"]},
        mix={method: shares_of(mix[0], mix[1]) for method, mix in mixes.items()},
        migration=moved["totals"],
        **({} if mixes else said("profiles_gone", run_id=moved["from_run"]).fields("why")),
    )


def _mixes(before: str, live: str, store: ObjectStore) -> dict[str, list[dict[str, int]]]:
    """Return by method the customers of each segment, of both runs; nothing where a run is gone.

    A method that parts nobody, such as behaviour without events, is left out.
    """
    try:
        profiles = [read_json(store, f"runs/{run_id}/segments/profiles.json") for run_id in (before, live)]
    except NotFound:
        return {}
    mixes = {method: [_customers(each[method]) for each in profiles] for method in _STABLE}
    return {method: mix for method, mix in mixes.items() if any(mix)}


def _customers(profiles: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {str(each["segment_id"]): each["customers"] for each in profiles}


def _catalogue(found: Mapping[str, Any], options: DriftOptions) -> dict[str, Any]:
    if "why" in found:
        return _unknown("unknown_sales", Said.read(found, "why"))
    return section(judge_catalogue(found, options), **found)


def _diversity(found: Mapping[str, Any], options: DriftOptions) -> dict[str, Any]:
    if "why" in found:
        return _unknown("diversity", Said.read(found, "why"))
    return section(judge_lists(found["reference"], found["current"], options), **found)


def _decay(found: Mapping[str, Any], options: DriftOptions, store: ObjectStore) -> dict[str, Any]:
    if "why" in found:
        return _unknown("decay", Said.read(found, "why"))
    live = Measured.of_hits(found["hits"])
    days = _count_days(found["days"])
    about = {name: found[name] for name in ("run_id", "model", "days", "gate_days")}
    try:
        published = measure_at_gate(found["run_id"], found["model"], store, days=days)
    except (NotFound, LacksData, BadInput) as exc:
        return _unknown("decay", said("gate_unmeasured", detail=str(exc))) | about
    return section(
        [judge_decay(live, published, options)],
        **about,
        live=live.as_dict(),
        published=published.as_dict(),
        at_gate=_at_gate(found["run_id"], store),
    )


def _at_gate(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Return what the gate measured over its whole window, as it was published."""
    card = read_json(store, f"runs/{run_id}/recommendations/metrics.json")
    metrics = {
        name: card["metrics"][name] for name in ("ndcg_at_10", "hit_rate_at_10") if name in card["metrics"]
    }
    return {**metrics, "customers": card["customers"]}


def _count_days(days: Sequence[str]) -> int:
    first, last = map(date.fromisoformat, days)
    return (last - first).days + 1


def _unknown(measure: str, why: Said) -> dict[str, Any]:
    return section([too_few(measure, why)], **why.fields("why"))
