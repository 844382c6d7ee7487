"""Show and start experiments: the lake keeps them, the serving table tells the hot path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import Conflict
from patronage.logic.experiments.definition import RUNNING, read_experiment
from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import EXPERIMENTS
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

KEPT = "settings/experiments.json"
_MOST = 200


def show(store: ObjectStore) -> dict[str, Any]:
    """Return all experiments, the newest first."""
    return {"experiments": _kept(store)}


def create(
    document: Mapping[str, Any], *, store: ObjectStore, table: ServingTable, now: datetime, by: str
) -> dict[str, Any]:
    """Start an experiment and return it; lookups follow within a minute.

    Raises
    ------
    BadField
        The document breaks a rule.
    Conflict
        There is one of that id, or one is running: two at once would blur what each has earned.
    """
    experiment = {**read_experiment(document), "state": RUNNING, "started_at": now.isoformat(), "by": by}
    kept = _kept(store)
    for each in kept:
        if each["experiment_id"] == experiment["experiment_id"]:
            raise Conflict(f"experiment {experiment['experiment_id']} exists; take another id")
        if each["state"] == RUNNING:
            raise Conflict(f"experiment {each['experiment_id']} is running; one at a time")
    if len(kept) >= _MOST:
        raise Conflict(f"there are {_MOST} experiments; archive some first")
    experiments = [experiment, *kept]
    write_json(store, KEPT, experiments)
    serve(experiments, table)
    return experiment


def serve(experiments: list[dict[str, Any]], table: ServingTable) -> None:
    """Tell the hot path which experiments run."""
    running = [each for each in experiments if each["state"] == RUNNING]
    table.put_all([{"pk": EXPERIMENTS, "packed": pack_document(running)[0]}])


def _kept(store: ObjectStore) -> list[dict[str, Any]]:
    experiments: list[dict[str, Any]] = read_json(store, KEPT) if store.exists(KEPT) else []
    return experiments
