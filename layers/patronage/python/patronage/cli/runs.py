"""The states of both machines, one after the other, on this machine."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound, RunFailed
from patronage.steps import train
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin
from patronage.steps.segment import clusters, gate, lifetime
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.steps.train_tables import interactions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.cli.lakes import OpenLake
    from patronage.stores.objects import ObjectStore


LEARNT: Mapping[str, Callable[[str, ObjectStore], dict[str, Any]]] = {
    "lifetime": lifetime.lifetime,
    "clusters": clusters.clusters,
}


def run_segmentation(opened: OpenLake, *, on_step: Callable[[str], None] = lambda _: None) -> str:
    """Segment the lake's customers and return the run's id; `RunFailed` where the gate is shut.

    Parameters
    ----------
    opened : OpenLake
        The lake.
    on_step : callable, optional
        Told each step before it begins.
    """
    run_id = _pinned("segments", opened)
    for name, work in BRANCHED.items():
        on_step(name.replace("_", " "))
        work(run_id, opened.lake)
    for name, learn in LEARNT.items():
        on_step(name.replace("_", " "))
        learn(run_id, opened.lake.store)
    on_step("combine")
    for work in JOINED.values():
        work(run_id, opened.lake)
    answer = gate.gate(run_id, opened.lake.store)
    if not answer["publish"]:
        raise RunFailed(f"run {run_id} was not published: {answer['reason']}")
    return run_id


def run_training(opened: OpenLake) -> tuple[str, dict[str, Any]]:
    """Train on the lake's orders; return the run's id and the gate's answer."""
    run_id = prepare_training(opened)
    for candidate in train.candidates()["models"]:
        train.evaluate(run_id, candidate["model"], opened.lake.store)
    answer = train.gate(run_id, opened.lake.store)
    train.recommend(run_id, answer["model"], opened.lake.store)
    return run_id, answer


def prepare_training(opened: OpenLake) -> str:
    """Pin the orders and write their interactions; return the run's id."""
    run_id = _pinned("recommendations", opened)
    counts = interactions(run_id, opened.lake)
    if not counts["interactions"]:
        raise BadInput("no order line is the sale of a product, so there is nothing to learn from")
    return run_id


def run_of(opened: OpenLake, family: str) -> str:
    """Return the run of a family to read where none is named: the live one of a stack, else the newest."""
    return opened.live_runs.get(family) or newest_run(opened.lake.store, family)


def newest_run(store: ObjectStore, family: str) -> str:
    """Return the id of the run of a family that began last, of those that wrote their shards."""
    suffix = f"/publish/{family}/shards.json"
    runs = [key.split("/")[1] for key in store.keys("runs/") if key.endswith(suffix)]
    if not runs:
        raise NotFound(f"there is no run with {family} yet; start one with: patronage run --orders FILE")
    return max(runs, key=lambda run_id: Manifest.load(store, run_id).created_at)


def _pinned(family: str, opened: OpenLake) -> str:
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%S.%fZ}-{family}"
    answer = pin(run_id, family, opened.lake, opened.shop, now=now, live_runs=_live_runs(opened))
    if answer["engine"] != "duckdb":
        raise BadInput(answer["reason"])
    return run_id


def _live_runs(opened: OpenLake) -> Mapping[str, str]:
    """Return by family the run that holds so far: the live one of a stack, else the newest."""
    if opened.folder is None:
        return opened.live_runs
    found = {}
    for family in ("segments", "recommendations"):
        with contextlib.suppress(NotFound):
            found[family] = newest_run(opened.lake.store, family)
    return found
