"""Show, start and stop experiments: the serving table tells the hot path, the lake keeps a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import Conflict, NotFound, TryAgain
from patronage.logic.experiments.definition import RUNNING, STOPPED, read_experiment
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.serve.keys import EXPERIMENTS
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

COPY = "settings/experiments.json"
_MOST = 200


def show(table: ServingTable) -> dict[str, Any]:
    """Return all experiments, the newest first."""
    return {"experiments": _kept(table)[0]}


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
    TryAgain
        Somebody else changed the experiments meanwhile.
    """
    experiment = {**read_experiment(document), "state": RUNNING, "started_at": now.isoformat(), "by": by}
    kept, version = _kept(table)
    for each in kept:
        if each["experiment_id"] == experiment["experiment_id"]:
            raise Conflict(f"experiment {experiment['experiment_id']} exists; take another id")
        if each["state"] == RUNNING:
            raise Conflict(f"experiment {each['experiment_id']} is running; stop it first")
    _keep([experiment, *kept][:_MOST], version, table, store)
    return experiment


def stop(experiment_id: str, *, store: ObjectStore, table: ServingTable, now: datetime) -> dict[str, Any]:
    """Stop an experiment and return it; one that was stopped before stays as it was.

    Raises
    ------
    NotFound
        There is none of that id.
    TryAgain
        Somebody else changed the experiments meanwhile.
    """
    kept, version = _kept(table)
    for place, each in enumerate(kept):
        if each["experiment_id"] != experiment_id:
            continue
        if each["state"] != RUNNING:
            return each
        stopped = {**each, "state": STOPPED, "stopped_at": now.isoformat()}
        _keep([*kept[:place], stopped, *kept[place + 1 :]], version, table, store)
        return stopped
    known = ", ".join(each["experiment_id"] for each in kept) or "none"
    raise NotFound(f"there is no experiment {experiment_id!r}; known: {known}")


def _kept(table: ServingTable) -> tuple[list[dict[str, Any]], int]:
    """Return the experiments and the version under which they stand; 0 for none yet."""
    item = table.get_all([EXPERIMENTS]).get(EXPERIMENTS)
    if item is None:
        return [], 0
    experiments: list[dict[str, Any]] = unpack_document([item["packed"]])
    return experiments, item["version"]


def _keep(experiments: list[dict[str, Any]], version: int, table: ServingTable, store: ObjectStore) -> None:
    item = {"pk": EXPERIMENTS, "packed": pack_document(experiments)[0], "version": version + 1}
    if not table.put_if(item, version=version):
        raise TryAgain("somebody else changed the experiments just now; look at them, then ask again")
    write_json(store, COPY, experiments)
