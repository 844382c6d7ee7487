"""Define, start, stop and archive experiments: the serving table tells lookups, the lake keeps a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField, Conflict, NotFound, TryAgain
from patronage.logic.experiments.arms import bad, share
from patronage.logic.experiments.definition import read_experiment
from patronage.logic.experiments.document import COPY, Experiments, read_experiments
from patronage.logic.experiments.lifecycle import (
    ARCHIVED,
    DRAFT,
    RUNNING,
    STOPPED,
    check_alone,
    check_served,
    moved,
)
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.serve.keys import EXPERIMENTS, POINTER
from patronage.logic.serve.pointer import entries_of
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.logic.serve.pointer import Entry
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

_COPY_TRIES = 6
MOST = 200
"""So many are kept; beyond them the archived ones that are oldest go."""


class _Kept(NamedTuple):
    """What stands in the table: experiments and holdout, their version (0 for none), and what is live."""

    experiments: list[dict[str, Any]]
    holdout: dict[str, Any] | None
    version: int
    live: dict[str, Entry]


def show(table: ServingTable) -> dict[str, Any]:
    """Return all experiments, the newest first, and the permanent holdout, None for none."""
    kept = _kept(table)
    return {"experiments": kept.experiments, "holdout": kept.holdout}


def show_one(experiment_id: str, table: ServingTable) -> dict[str, Any]:
    """Return an experiment; `NotFound` where there is none of that id."""
    return _one(_kept(table), experiment_id)[1]


def create(
    document: Mapping[str, Any], *, store: ObjectStore, table: ServingTable, now: datetime, by: str
) -> dict[str, Any]:
    """Keep an experiment as a draft, or with ``"start": true`` in its document start it at once.

    A draft of the same id is replaced.

    Raises
    ------
    BadField
        The document breaks a rule.
    Conflict
        One of that id has started already, or this one cannot start.
    TryAgain
        Somebody else changed the experiments meanwhile.
    """
    wanted = dict(document)
    starts = wanted.pop("start", False)
    if not isinstance(starts, bool):
        raise bad("start", "boolean", "must be true or false")
    experiment = {**read_experiment(wanted), "state": DRAFT, "created_at": now.isoformat(), "by": by}
    kept = _kept(table)
    others = []
    for each in kept.experiments:
        if each["experiment_id"] != experiment["experiment_id"]:
            others.append(each)
        elif each["state"] != DRAFT:
            raise Conflict(
                f"experiment {each['experiment_id']} exists and is {each['state']}: what has started keeps "
                "its arms and weights, so that visitors keep their arms; take another id"
            )
    if starts:
        experiment = _started(experiment, kept, now)
    _keep([experiment, *others], kept.holdout, kept.version, table, store)
    return experiment


def start(experiment_id: str, *, store: ObjectStore, table: ServingTable, now: datetime) -> dict[str, Any]:
    """Start a draft and return it; lookups follow within a minute.

    Raises
    ------
    NotFound
        There is none of that id.
    Conflict
        It is no draft; or another runs with visitors in common; or what is live lacks what its arms show.
    TryAgain
        Somebody else changed the experiments meanwhile.
    """
    return _move(experiment_id, RUNNING, store, table, now)


def stop(experiment_id: str, *, store: ObjectStore, table: ServingTable, now: datetime) -> dict[str, Any]:
    """Stop an experiment and return it, for good: its visitors get what everybody gets within a minute."""
    return _move(experiment_id, STOPPED, store, table, now)


def archive(experiment_id: str, *, store: ObjectStore, table: ServingTable, now: datetime) -> dict[str, Any]:
    """Archive a draft or a stopped experiment and return it: it is analysed no more."""
    return _move(experiment_id, ARCHIVED, store, table, now)


def hold_out(
    document: Mapping[str, Any], *, store: ObjectStore, table: ServingTable, now: datetime, by: str
) -> dict[str, Any]:
    """Set the share of all visitors who get no recommendations at all, and return what is kept of it.

    A greater share keeps those who were held out before, and a share of 0 ends the holdout.

    Raises
    ------
    BadField
        The document is not ``{"share": …}`` with a number from 0 to 1.
    TryAgain
        Somebody else changed the experiments meanwhile.
    """
    if set(document) != {"share"}:
        raise bad("share", "fields", 'is what to send, and nothing else, as in {"share": 0.05}')
    wanted = share(document["share"], "share")
    kept = _kept(table)
    since = kept.holdout["since"] if kept.holdout else now.isoformat()
    holdout = {"share": wanted, "since": since, "changed_at": now.isoformat(), "by": by} if wanted else None
    if holdout and kept.holdout and kept.holdout["share"] == wanted:
        holdout = kept.holdout
    _keep(kept.experiments, holdout, kept.version, table, store)
    return holdout or {"share": 0.0, "since": None}


def _move(
    experiment_id: str, state: str, store: ObjectStore, table: ServingTable, now: datetime
) -> dict[str, Any]:
    kept = _kept(table)
    place, before = _one(kept, experiment_id)
    after = _started(before, kept, now) if state == RUNNING else moved(before, state, now)
    experiments = [*kept.experiments[:place], after, *kept.experiments[place + 1 :]]
    _keep(experiments, kept.holdout, kept.version, table, store)
    return after


def _started(experiment: dict[str, Any], kept: _Kept, now: datetime) -> dict[str, Any]:
    started = moved(experiment, RUNNING, now)
    if started != experiment:
        check_alone(started, kept.experiments)
        check_served(started, kept.live)
    return started


def _one(kept: _Kept, experiment_id: str) -> tuple[int, dict[str, Any]]:
    for place, each in enumerate(kept.experiments):
        if each["experiment_id"] == experiment_id:
            return place, each
    known = ", ".join(each["experiment_id"] for each in kept.experiments) or "none"
    raise NotFound(f"there is no experiment {experiment_id!r}; known: {known}")


def _kept(table: ServingTable) -> _Kept:
    found = table.get_all([EXPERIMENTS, POINTER])
    live = entries_of(found.get(POINTER, {}))
    item = found.get(EXPERIMENTS)
    if item is None:
        return _Kept([], None, 0, live)
    return _Kept(*read_experiments(unpack_document([item["packed"]])), item["version"], live)


def _keep(
    experiments: list[dict[str, Any]],
    holdout: dict[str, Any] | None,
    version: int,
    table: ServingTable,
    store: ObjectStore,
) -> None:
    document = Experiments(_fewer(experiments), holdout).to_document()
    packed = pack_document(document)
    if len(packed) > 1:
        raise BadField(
            "the experiments are larger than an item can hold; let rules name categories instead of products",
            field="arms",
            rule="size",
        )
    if not table.put_if({"pk": EXPERIMENTS, "packed": packed[0], "version": version + 1}, version=version):
        raise TryAgain("somebody else changed the experiments just now; look at them, then ask again")
    _copy(document, version + 1, table, store)


def _copy(document: dict[str, Any], version: int, table: ServingTable, store: ObjectStore) -> None:
    """Write the copy, and again while the table is newer: another change's copy may have been overwritten.

    Whoever writes a copy last reads the table after it, so that an old copy does not stay.
    """
    for _ in range(_COPY_TRIES):
        write_json(store, COPY, {**document, "version": version})
        newest = _kept(table)
        if newest.version <= version:
            return
        version = newest.version
        document = Experiments(newest.experiments, newest.holdout).to_document()


def _fewer(experiments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the experiments without the archived ones that are too many, the oldest first."""
    left = list(experiments)
    for place in reversed(range(len(left))):
        if len(left) <= MOST:
            return left
        if left[place]["state"] == ARCHIVED:
            del left[place]
    if len(left) > MOST:
        raise Conflict(f"{MOST} experiments are kept and none is archived; archive one that is done with")
    return left
