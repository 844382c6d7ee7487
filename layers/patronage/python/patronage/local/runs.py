"""The states of both machines, one after the other, on this machine."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound, RunFailed
from patronage.logic.recommenders.candidates import HYBRID
from patronage.logic.recommenders.threads import in_threads
from patronage.steps.generation import model_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin, pin_without_orders
from patronage.steps.segment import gate as segment_gate
from patronage.steps.segment.learning import LEARNT
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import gate
from patronage.steps.train.learnt import Learnt
from patronage.steps.train.lists import make_lists
from patronage.steps.train.parquet import to_parquet
from patronage.steps.train.plan import plan
from patronage.steps.train.ratings_tables import ratings
from patronage.steps.train.tables import interactions
from patronage.steps.wanted_variants import variants_kept
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from patronage.local.lakes import OpenLake
    from patronage.steps.train.windows import Split
    from patronage.stores.objects import ObjectStore


def run_segmentation(
    opened: OpenLake, *, until: str | None = None, on_step: Callable[[str], None] = lambda _: None
) -> str:
    """Segment the lake's customers and return the run's id; `RunFailed` where the gate is shut.

    Parameters
    ----------
    opened : OpenLake
        The lake.
    until : str, optional
        Day of the shop (``2026-01-31``) at whose end the run stops reading.
    on_step : callable, optional
        Told each step before it begins.
    """
    run_id = _pinned("segments", opened, until=until)
    for name, work in BRANCHED.items():
        on_step(name.replace("_", " "))
        work(run_id, opened.lake)
    for name, learn in LEARNT.items():
        on_step(name.replace("_", " "))
        learn(run_id, opened.lake.store)
    on_step("combine")
    for work in JOINED.values():
        work(run_id, opened.lake)
    answer = segment_gate.gate(run_id, opened.lake.store)
    if not answer["publish"]:
        raise RunFailed(f"run {run_id} was not published: {answer['reason']}")
    return run_id


def run_training(
    opened: OpenLake,
    *,
    promote: Mapping[str, str] | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[str, dict[str, Any]]:
    """Train on the lake's orders; return the run's id and the gate's answer.

    Parameters
    ----------
    opened : OpenLake
        The lake.
    promote : mapping, optional
        A recorded version to train again instead (`read_promotion`).
    on_step : callable, optional
        Told each step before it begins.
    """
    on_step("interactions")
    run_id = prepare_training(opened, promote=promote)
    store = opened.lake.store
    evaluate_all(run_id, store, on_step=on_step)
    answer = gate(run_id, store)
    for part in answer["parts"]:
        on_step(f"train {part['model']}")
        fit(run_id, part["model"], store)
    on_step("lists")
    planned = plan(run_id, answer["model"], store)
    learnt = Learnt(run_id, store)

    def make(entry: dict[str, str]) -> None:
        make_lists(run_id, entry["shard"], store, learnt=learnt)
        to_parquet(run_id, entry["shard"], store)

    in_threads(make, read_json(store, planned["lists_key"]))
    return run_id, answer


def evaluate_all(
    run_id: str,
    store: ObjectStore,
    *,
    split: Split = "cutoff",
    only: Sequence[str] = (),
    on_step: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Measure candidates, and unless `only` some are wanted their blend; return the names of those measured.

    Parameters
    ----------
    run_id, store
        The run, whose interactions are written.
    split : {"cutoff", "last"}
        What is held out.
    only : sequence of str
        The candidates; by default all that the data allow.
    on_step : callable, optional
        Told each step before it begins.
    """
    names = [each["model"] for each in candidates(run_id, store)["models"]]
    skipped = read_json(store, f"runs/{run_id}/metrics/candidates.json")["skipped"]
    for name in only:
        if name in skipped:
            raise BadInput(f"{name} cannot be measured: {skipped[name]}")
    for name in only or names:
        on_step(f"evaluate {name}")
        evaluate(run_id, name, store, split=split)
    if only:
        return list(only)
    on_step("blend")
    blend(run_id, store, split=split)
    return [*names, HYBRID]


def prepare_training(opened: OpenLake, *, promote: Mapping[str, str] | None = None) -> str:
    """Pin the orders and write their interactions; return the run's id."""
    run_id = _pinned("recommendations", opened, promote=promote)
    counts = interactions(run_id, opened.lake)
    if not counts["interactions"]:
        raise BadInput("no order line is the sale of a product, so there is nothing to learn from")
    return run_id


def run_of(opened: OpenLake, family: str) -> str:
    """Return the run of a family to read where none is named: the live one of a stack, else the newest."""
    return opened.live_runs.get(family) or newest_run(opened.lake.store, family)


def newest_run(store: ObjectStore, family: str) -> str:
    """Return the id of the run of a family that began last, of those that wrote their shards."""
    runs = finished_runs(store, family)
    if not runs:
        raise NotFound(f"there is no run with {family} yet; start one with: patronage run --orders FILE")
    return max(runs, key=lambda manifest: manifest.created_at).run_id


def finished_runs(store: ObjectStore, family: str) -> list[Manifest]:
    """Return what the runs of a family that wrote their shards were pinned to."""
    suffix = f"/publish/{family}/shards.json"
    return [Manifest.load(store, key.split("/")[1]) for key in store.keys("runs/") if key.endswith(suffix)]


def prepare_ratings(opened: OpenLake) -> str:
    """Pin the tables and write the ratings; return the run's id."""
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%S.%fZ}-ratings"
    pin_without_orders(run_id, "ratings", opened.lake, opened.shop, now=now)
    ratings(run_id, opened.lake)
    return run_id


def _pinned(
    family: str, opened: OpenLake, *, promote: Mapping[str, str] | None = None, until: str | None = None
) -> str:
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%S.%fZ}-{family}"
    live = live_runs(opened)
    store = opened.lake.store
    more: dict[str, Any] = {"in_functions": False, "until": until}
    if family == "recommendations":
        more |= {"variants": variants_kept(store), "promote": promote}
        if family in live:
            more["champion"] = model_of(store, live[family])
    answer = pin(run_id, family, opened.lake, opened.shop, now=now, live_runs=live, **more)
    if answer["engine"] != "duckdb":
        raise BadInput(answer["reason"])
    return run_id


def live_runs(
    opened: OpenLake, families: Sequence[str] = ("segments", "recommendations")
) -> Mapping[str, str]:
    """Return by family the run that holds so far: the live one of a stack, else the newest."""
    if opened.folder is None:
        return opened.live_runs
    found = {}
    for family in families:
        with contextlib.suppress(NotFound):
            found[family] = newest_run(opened.lake.store, family)
    return found
