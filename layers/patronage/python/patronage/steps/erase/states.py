"""The states of an erasure: each may be repeated, and none is told more than the erasure's id."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from patronage.errors import RunFailed, TryAgain
from patronage.logic.erase.ids import hmac_of
from patronage.steps.erase.holdings import BY_NAME, HOLDINGS, KEPT, LAST, Erasure, plan_key, plan_of
from patronage.steps.erase.remembered import note_of, remember
from patronage.steps.erase.requests import ENDED, done_folder, export_failed, receipt_key, request_key
from patronage.steps.erase.subject import extend_subject, load_subject
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.steps.erase.holdings import Stores
    from patronage.stores.objects import ObjectStore


def find(erasure_id: str, round_: str, stores: Stores) -> dict[str, Any]:
    """Plan a round, and return the names of its parts.

    The visits and orders of the customer are looked up while the lake has their rows.
    """
    store = stores.store
    if _has_ended(store, erasure_id):
        return {"parts": [], "count": 0}
    subject = extend_subject(erasure_id, stores.lake, stores.shop)
    erasure = Erasure(erasure_id=erasure_id, subject=subject, stores=stores)
    plan = plan_of(erasure, round_)
    write_json(store, plan_key(erasure_id, round_), plan)
    _say(store, erasure_id, state="running", **{f"parts_{round_}": len(plan)})
    return {"parts": [{"part": name} for name in plan], "count": len(plan)}


def erase(erasure_id: str, part: str, stores: Stores) -> dict[str, Any]:
    """Erase one part of the plan, and add to the receipt's counts what went.

    Raises
    ------
    TryAgain
        The part still holds the customer, or another writer came first.
    """
    store = stores.store
    of = Erasure(erasure_id=erasure_id, subject=load_subject(store, erasure_id), stores=stores)
    round_ = part.partition("-")[0]
    planned = read_json(store, plan_key(erasure_id, round_))[part]
    holding = BY_NAME[planned["holding"]]
    counts = holding.erase(of, planned["keys"])
    key = f"{done_folder(erasure_id)}{part}.json"
    before = read_json(store, key)["counts"] if store.exists(key) else {}
    total = +(Counter(before) + counts)
    write_json(store, key, {"holding": planned["holding"], "counts": dict(total)})
    if round_ == LAST and holding.left_in is not None and holding.left_in(of, planned["keys"]):
        raise TryAgain(f"erasure {erasure_id}: part {part} still holds the customer; the same step goes on")
    return {"part": part}


def left(erasure_id: str, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Note that the rows have left the lake: a run that begins from now on does not know the customer."""
    digest = hmac_of(load_subject(stores.store, erasure_id).customer_id, stores.secret)
    note = note_of(stores.store, digest)
    if note.get("erasure_id") == erasure_id and "rows_left_at" not in note:
        remember(stores.store, digest, note | {"rows_left_at": now.isoformat()})
    return {}


def going(erasure_id: str, stores: Stores, *, runs: Callable[[], Sequence[datetime]]) -> dict[str, Any]:
    """Say whether a run is still going that may have read the rows before they left.

    Parameters
    ----------
    erasure_id, stores
        The erasure, whose rows have left.
    runs : callable
        Returns when each run that is going began.
    """
    digest = hmac_of(load_subject(stores.store, erasure_id).customer_id, stores.secret)
    left_at = datetime.fromisoformat(note_of(stores.store, digest)["rows_left_at"])
    return {"going": sum(began <= left_at for began in runs()) > 0}


def verify(erasure_id: str, stores: Stores) -> dict[str, Any]:
    """Look whether the customer is still somewhere.

    Raises
    ------
    RunFailed
        Somewhere the customer is, such as by an upload that came meanwhile; erase once more.
    """
    if _has_ended(stores.store, erasure_id):
        return {}
    of = Erasure(erasure_id=erasure_id, subject=load_subject(stores.store, erasure_id), stores=stores)
    holding = [each.name for each in HOLDINGS if each.left is not None and each.left(of)]
    if holding:
        raise RunFailed(
            f"erasure {erasure_id}: {', '.join(holding)} still hold the customer, as after an upload that "
            "came meanwhile; ask for the erasure again"
        )
    return {}


def receipt(erasure_id: str, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Write the receipt, which names nobody, and forget whom this erasure and earlier ones were about.

    It says that all is done once nothing is left that names the person, whatever dies on the way.
    """
    store = stores.store
    if not _is_counted(store, erasure_id):
        counts: dict[str, Counter[str]] = {each.name: Counter() for each in HOLDINGS}
        for key in store.keys(done_folder(erasure_id)):
            done = read_json(store, key)
            counts[done["holding"]].update(done["counts"])
        _say(
            store,
            erasure_id,
            holdings={name: dict(sorted(count.items())) for name, count in counts.items()},
            runs_not_reproducible=_runs_not_reproducible(store),
            notes=_notes(stores),
        )
    for earlier in _earlier(store, erasure_id):
        if store.exists(receipt_key(earlier)):
            failed(earlier, stores, now=now)
        _clear(store, earlier)
        store.delete(request_key(earlier))
    _clear(store, erasure_id)
    store.delete(request_key(erasure_id))
    if not _has_ended(store, erasure_id):
        _say(store, erasure_id, state="done", done_at=now.isoformat())
    return {"state": "done"}


def failed(erasure_id: str, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Say that an erasure, or an export, failed.

    Whom the erasure is about is kept, with their visits and orders: the next one may not find them any more.
    """
    store = stores.store
    if not store.exists(receipt_key(erasure_id)):
        export_failed(store, erasure_id, now=now)
    elif not _has_ended(store, erasure_id):
        _say(store, erasure_id, state="failed", failed_at=now.isoformat())
        _clear(store, erasure_id)
    return {"state": "failed"}


def _notes(stores: Stores) -> list[str]:
    notes = [
        "what was learnt from everybody's orders together, such as which products go together, stays until "
        "the next training, which no longer knows the customer"
    ]
    if stores.raw is None:
        notes.append(
            "files outside the lake's folder, from which it was filled or that were written of it, such as "
            "the answers of a run, are left to their owner"
        )
    if stores.store.exists(KEPT):
        notes.append(f"{KEPT}, which keeps people from being written to, was left as it is")
    return notes


def _runs_not_reproducible(store: ObjectStore) -> list[str]:
    names = dict.fromkeys(key.split("/")[1] for key in store.keys("runs/") if key.endswith("/manifest.json"))
    return [name for name in names if not Manifest.load(store, name).reproducible]


def _say(store: ObjectStore, erasure_id: str, **said: Any) -> None:
    key = receipt_key(erasure_id)
    write_json(store, key, read_json(store, key) | said)


def _is_counted(store: ObjectStore, erasure_id: str) -> bool:
    return "holdings" in read_json(store, receipt_key(erasure_id))


def _has_ended(store: ObjectStore, erasure_id: str) -> bool:
    return read_json(store, receipt_key(erasure_id))["state"] in ENDED


def _earlier(store: ObjectStore, erasure_id: str) -> list[str]:
    """Return the person's earlier erasures that left something: an id is the instant and the HMAC."""
    whom = erasure_id.rpartition("-")[2]
    told = (key.split("/")[1] for key in store.keys("erasures/") if key.endswith("/request.json"))
    return [each for each in told if each < erasure_id and each.rpartition("-")[2] == whom]


def _clear(store: ObjectStore, erasure_id: str) -> None:
    """Delete all of an erasure but its receipt and whom it is about."""
    for key in store.keys(f"erasures/{erasure_id}/"):
        if key not in {receipt_key(erasure_id), request_key(erasure_id)}:
            store.delete(key)
