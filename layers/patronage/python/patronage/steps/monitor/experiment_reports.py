"""What experiments and exports of segments found, from the arrays of their visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.statistics.report import analyse
from patronage.logic.experiments.statistics.segment_effect import segment_effect
from patronage.logic.experiments.statistics.units import Units
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.said import SENTENCES
from patronage.steps.learn_arrays import load_arrays
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.stores.objects import ObjectStore

_LEFT_OUT = ("fell_back", "fallback_impressions")
NOBODY_HELD_OUT = SENTENCES["nobody_held_out"]


def experiment_reports(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Write `monitor/experiments.json`: by id the report of each experiment, and a list of those of exports.

    Returns
    -------
    dict
        How many ``experiments`` and ``segments`` have a report.
    """
    manifest = Manifest.load(store, run_id)
    options = MonitorOptions.from_mapping(manifest.monitor).experiments
    head = {"as_of": manifest.as_of.isoformat(), "currency": manifest.shop.currency}
    simulated = {"is_simulated": manifest.has_simulated_events}
    experiments = {
        told["experiment"]["experiment_id"]: _experiment(told, units, options) | simulated
        for told, units in _read(store, run_id, "experiment-")
    }
    segments = [_segment(told, units, options) for told, units in _read(store, run_id, "audience-")]
    segments.sort(key=lambda each: str(each["exported_at"]), reverse=True)
    document = {**head, "experiments": experiments, "segments": segments}
    write_json(store, document_key(run_id, "experiments"), document)
    return {"experiments": len(experiments), "segments": len(segments)}


def _read(store: ObjectStore, run_id: str, prefix: str) -> Iterator[tuple[dict[str, Any], Units]]:
    for key in sorted(store.keys(f"runs/{run_id}/monitor/{prefix}")):
        if key.endswith(".json"):
            arrays = load_arrays(store, f"{key.removesuffix('.json')}.npz")
            yield read_json(store, key), Units.from_arrays(arrays)


def _experiment(told: dict[str, Any], units: Units, options: AnalysisOptions) -> dict[str, Any]:
    experiment = told["experiment"]
    report = analyse(
        experiment, units, options=options, crossovers=told["crossovers"], unexpected=told["unexpected"]
    )
    about = {
        name: experiment[name] for name in ("state", "hypothesis", "begins", "ends") if name in experiment
    }
    return {**report, **about, **{name: told[name] for name in _LEFT_OUT}}


def _segment(told: dict[str, Any], units: Units, options: AnalysisOptions) -> dict[str, Any]:
    share = float(told["held_out_share"])
    if share == 0:
        return {**told, "stopped": "nobody_held_out", "verdict": NOBODY_HELD_OUT}
    report = segment_effect(
        told["segment_id"], units, held_out_share=share, options=options, crossovers=told["crossovers"]
    )
    return {**told, **report}
