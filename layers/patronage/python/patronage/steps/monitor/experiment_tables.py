"""The visitors of each experiment, from their first exposure on, as arrays that hold nobody's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import Array, gather, write_npz
from patronage.logic.experiments.confirmed import (
    CROSSOVER,
    FELL_BACK,
    OTHERS,
    UNEXPECTED,
    holdout_experiment,
    places,
    variants_text,
)
from patronage.logic.experiments.document import COPY, HOLDOUT, read_experiments
from patronage.logic.experiments.lifecycle import ARCHIVED
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.judged import show_judged
from patronage.steps.pin import pinned_engine
from patronage.steps.scanning import scan_objects
from patronage.steps.segment.audiences import audiences, members_key
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

EXPERIMENT, AUDIENCE = "experiment", "audience"
_COLUMNS = {
    "arm": "i",
    "exposed_day": "i",
    "impressions": "q",
    "clicks": "q",
    "carts": "q",
    "orders": "q",
    "revenue_minor": "q",
    "prior_revenue_minor": "q",
    "has_prior": "i",
}
_TOLD = (
    "experiment_id",
    "name",
    "hypothesis",
    "state",
    "arms",
    "coverage",
    "segments",
    "namespace",
    "control",
    "primary_metric",
)
_OF_ARM = ("arm", "kind", "weight", "model", "weights")


def experiment_tables(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write `monitor/experiment-<id>.npz` and `.json` of each experiment, `audience-<n>` of each export.

    Analysed is what has started and is not archived, and the permanent holdout against everybody else. The
    arrays are those of `Units`, one row a visitor; the JSON has the definition and what was left out.

    Returns
    -------
    dict
        How many ``experiments`` and ``audiences`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    options = MonitorOptions.from_mapping(manifest.monitor)
    prior_days, segment_days = options.experiments.prior_days, options.attribution.segment_days
    trials = [_Trial.of(each, manifest) for each in _started(lake.store, manifest)]
    acted = _acted(lake.store, manifest)
    if not trials and not acted:
        return {"experiments": 0, "audiences": 0}
    with pinned_engine(manifest, lake, "events") as engine:
        show_judged(engine, since=min((each.begins for each in trials), default=manifest.as_of))
        engine.table("bought_orders", query("experiment_orders"))
        for trial in trials:
            _write(
                run_id,
                lake.store,
                f"{EXPERIMENT}-{trial.experiment_id}",
                *_of_trial(engine, trial, prior_days),
            )
        for number, record in enumerate(acted):
            found = _of_audience(engine, lake.store, record, acted, manifest, segment_days, prior_days)
            _write(run_id, lake.store, f"{AUDIENCE}-{number}", *found)
    return {"experiments": len(trials), "audiences": len(acted)}


@dataclass(frozen=True)
class _Trial:
    """An experiment and the time in which it is analysed."""

    definition: dict[str, Any]
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, experiment: dict[str, Any], manifest: Manifest) -> _Trial:
        stopped = experiment.get("stopped_at")
        ends = min(datetime.fromisoformat(stopped), manifest.as_of) if stopped else manifest.as_of
        return cls(experiment, datetime.fromisoformat(experiment["started_at"]), ends)

    @property
    def experiment_id(self) -> str:
        return str(self.definition["experiment_id"])

    @property
    def told(self) -> dict[str, Any]:
        """What of the definition a report needs."""
        arms = [{name: arm[name] for name in _OF_ARM if name in arm} for arm in self.definition["arms"]]
        known = {name: self.definition[name] for name in _TOLD if name in self.definition}
        return {**known, "arms": arms, "begins": self.begins.isoformat(), "ends": self.ends.isoformat()}


def _started(store: ObjectStore, manifest: Manifest) -> list[dict[str, Any]]:
    """Return the experiments to analyse, and the permanent holdout as one of them."""
    if not store.exists(COPY):
        return []
    kept = read_experiments(read_json(store, COPY))
    every = [each for each in kept.experiments if each["state"] != ARCHIVED]
    every += [holdout_experiment(kept.holdout)] if kept.holdout else []
    as_of = manifest.as_of
    return [
        each
        for each in every
        if each.get("started_at") and datetime.fromisoformat(each["started_at"]) < as_of
    ]


def _of_trial(engine: Engine, trial: _Trial, prior_days: int) -> tuple[dict[str, array[Any]], dict[str, Any]]:
    """Return the arrays of an experiment's visitors, and what is told of it beside."""
    engine.table(
        "shown_units",
        query("experiment_units"),
        experiment_id=trial.experiment_id,
        others=OTHERS if trial.experiment_id == HOLDOUT else "",
        variants=variants_text(trial.definition),
        begins=trial.begins.isoformat(),
        ends=trial.ends.isoformat(),
    )
    rows = engine.chunks("SELECT unit_id, arm, arms FROM shown_units ORDER BY unit")
    found, counts = places(trial.definition, rows)
    engine.arrays("unit_places", {"place": Array((len(found),), memoryview(found))})
    engine.table(
        "units",
        "SELECT shown_units.*, unit_places.place FROM shown_units "
        "INNER JOIN unit_places ON shown_units.unit = unit_places.idx WHERE unit_places.place >= 0",
    )
    fallback = engine.row(
        "SELECT CAST(COALESCE(SUM(fallback_impressions), 0) AS BIGINT) AS n FROM shown_units"
    )
    told = {
        "experiment": trial.told,
        "crossovers": counts[CROSSOVER],
        "unexpected": counts[UNEXPECTED],
        "fell_back": counts[FELL_BACK],
        "fallback_impressions": fallback["n"],
    }
    return _arrays(engine, trial.ends, prior_days), told


def _acted(store: ObjectStore, manifest: Manifest) -> list[dict[str, Any]]:
    """Return the exports that were written before the run's instant."""
    return [each for each in audiences(store) if datetime.fromisoformat(each["exported_at"]) < manifest.as_of]


def _of_audience(
    engine: Engine,
    store: ObjectStore,
    record: dict[str, Any],
    others: Sequence[dict[str, Any]],
    manifest: Manifest,
    days: int,
    prior_days: int,
) -> tuple[dict[str, array[Any]], dict[str, Any]]:
    """Return the arrays of an export's customers, and what is told of it beside."""
    begins = datetime.fromisoformat(record["exported_at"])
    ends = min(begins + timedelta(days=days), manifest.as_of)
    near = [
        each
        for each in others
        if each["export"] != record["export"]
        and abs(datetime.fromisoformat(each["exported_at"]) - begins) < timedelta(days=days)
    ]
    scan_objects("audience", [members_key(record["export"])], store, engine)
    engine.table("crossovers", _crossovers(engine, store, near))
    engine.table("units", query("experiment_audience"), begins=begins.isoformat())
    crossed = engine.row("SELECT COUNT(*) AS n FROM audience SEMI JOIN crossovers USING (customer_id)")["n"]
    told = {
        **record,
        "days": days,
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "crossovers": crossed,
    }
    return _arrays(engine, ends, prior_days), told


def _crossovers(engine: Engine, store: ObjectStore, near: Sequence[dict[str, Any]]) -> str:
    """Write the query for customers whom an export at about the same time put on the other side."""
    if not near:
        return "SELECT customer_id FROM audience WHERE FALSE"
    scan_objects("other_audiences", [members_key(each["export"]) for each in near], store, engine)
    return (
        "SELECT DISTINCT audience.customer_id FROM audience INNER JOIN other_audiences AS other "
        'ON audience.customer_id = other.customer_id AND audience."group" <> other."group"'
    )


def _arrays(engine: Engine, ends: datetime, prior_days: int) -> dict[str, array[Any]]:
    """Return what `units` saw, did and bought, a row each."""
    engine.table("unit_did", query("experiment_did"), ends=ends.isoformat())
    engine.table("unit_bought", query("experiment_bought"), ends=ends.isoformat())
    engine.table("unit_prior", query("experiment_prior"), prior_days=prior_days)
    return gather(_COLUMNS, engine.chunks(query("experiment_rows")))


def _write(
    run_id: str, store: ObjectStore, name: str, arrays: dict[str, array[Any]], told: dict[str, Any]
) -> None:
    key = document_key(run_id, name)
    store.write_bytes(f"{key.removesuffix('.json')}.npz", write_npz(arrays))
    write_json(store, key, {**told, "units": len(arrays["arm"])})
