"""Publish a run: write its generation shard by shard, flip the pointer, retire what it superseded."""

from __future__ import annotations

import hashlib
import json
from binascii import b2a_base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, RunFailed, TryAgain
from patronage.logic.cost.items import write_units
from patronage.logic.layout import SERVING
from patronage.logic.serve.pointer import Entry
from patronage.steps.erase.remembered import Erased
from patronage.steps.erase.served import without_erased
from patronage.steps.generation import RunOutputs, model_of
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from patronage.logic.serve.pointer import Superseded
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

FAMILIES = ("segments", "recommendations", "monitoring")
_FLIP_ATTEMPTS = 5


def shard(
    run_id: str,
    family: str,
    name: str,
    *,
    store: ObjectStore,
    table: ServingTable,
    secret: Callable[[], bytes],
) -> dict[str, Any]:
    """Write one shard's items to the serving table, then its receipt, and return the receipt.

    Repeating it writes the same items under the same keys, and the same receipt. The keys are listed
    before the first item is written, so that no item exists that `retire` cannot find. Whoever was erased
    since the run began is left out; `secret`, under which they are remembered, is asked for only where there
    is somebody.
    """
    check_family(family)
    manifest = Manifest.load(store, run_id)
    items = list(RunOutputs(store, run_id, manifest.shop).items(family, name))
    if erased := Erased.after(store, secret, manifest.created_at):
        items = list(without_erased(items, run_id, erased))
    key_list_key = _key_list_key(run_id, family, name)
    write_json(store, key_list_key, [item["pk"] for item in items])
    table.put_all(items)
    receipt = {
        "shard": name,
        "keys": len(items),
        "units": write_units(items),
        "checksum": _checksum(items),
        "key_list_key": key_list_key,
    }
    write_json(store, _receipt_key(run_id, family, name), receipt)
    return receipt


def flip(
    run_id: str,
    family: str,
    *,
    store: ObjectStore,
    table: ServingTable,
    now: datetime,
    keep_days: int,
) -> dict[str, Any]:
    """Make a run's generation the live one, unless a newer run is live.

    Every shard needs its receipt. Where another run flips at the same moment, the loser looks again.
    Repeating it for the live run gives the same answer.

    Returns
    -------
    dict
        ``flipped``, the ``reason``, and ``superseded_run`` with ``superseded_shards_key``: the generation
        to retire, which is the run's own where a newer one was first; empty for none.
    """
    check_family(family)
    entry = _entry(run_id, family, store, now)
    for _ in range(_FLIP_ATTEMPTS):
        live = table.pointer().get(family)
        if settled := _settled(entry, live):
            return settled
        following = entry.over(live, keep_until=now + timedelta(days=keep_days))
        if table.point(family, following):
            return _flipped(following)
    raise TryAgain(f"the {family} pointer moved {_FLIP_ATTEMPTS} times while {run_id} was flipped; repeat it")


def retire(
    run_id: str,
    family: str,
    name: str,
    *,
    store: ObjectStore,
    table: ServingTable,
    now: datetime,
    keep_days: int,
) -> dict[str, Any]:
    """Let one shard of a superseded or failed generation end after the keep time; never one that is live.

    A rollback may come while this works. It flips first and takes the ends off afterwards, and this looks
    again at the end, so whichever is last leaves the live generation without an end.
    """
    check_family(family)
    if _is_live(run_id, family, table):
        return {"retired": 0}
    keys = keys_of(run_id, family, name, store)
    retired = table.expire(keys, at=int((now + timedelta(days=keep_days)).timestamp()))
    if _is_live(run_id, family, table):
        table.keep(keys)
        return {"retired": 0}
    return {"retired": retired}


def _entry(run_id: str, family: str, store: ObjectStore, now: datetime) -> Entry:
    shards_key = shards_key_of(run_id, family)
    receipts = set(store.keys(f"{_folder(run_id, family)}/receipts/"))
    for name in shards_of(shards_key, store):
        if _receipt_key(run_id, family, name) not in receipts:
            raise RunFailed(f"shard {name} of run {run_id} has no receipt; publish it, then flip again")
    manifest = Manifest.load(store, run_id)
    return Entry(
        run_id=run_id,
        shards_key=shards_key,
        as_of=manifest.as_of.isoformat(),
        created_at=manifest.created_at.isoformat(),
        published_at=now.isoformat(),
        currency=manifest.shop.currency,
        model=model_of(store, run_id) if family == "recommendations" else {},
        layout=SERVING,
    )


def _settled(entry: Entry, live: Entry | None) -> dict[str, Any] | None:
    """Return the answer where there is nothing to flip."""
    if live is None:
        return None
    if live.run_id == entry.run_id:
        return _flipped(live)
    if live.rolled_back == entry.run_id:
        return _answer(False, f"run {entry.run_id} was rolled back; start a new run, or roll back to it")
    if live.is_newer_than(entry):
        return _answer(False, f"run {live.run_id}, which began later, is live", entry)
    return None


def _flipped(live: Entry) -> dict[str, Any]:
    return _answer(True, f"run {live.run_id} is live", live.superseded)


def _answer(flipped: bool, reason: str, superseded: Entry | Superseded | None = None) -> dict[str, Any]:
    return {
        "flipped": flipped,
        "reason": reason,
        "superseded_run": superseded.run_id if superseded else "",
        "superseded_shards_key": superseded.shards_key if superseded else "",
    }


def _is_live(run_id: str, family: str, table: ServingTable) -> bool:
    live = table.pointer().get(family)
    return live is not None and live.run_id == run_id


def check_family(family: str) -> None:
    """Refuse a family of which nothing is published."""
    if family not in FAMILIES:
        raise BadInput(f"family {family!r} is none of {', '.join(FAMILIES)}")


def _folder(run_id: str, family: str) -> str:
    return f"runs/{run_id}/publish/{family}"


def shards_key_of(run_id: str, family: str) -> str:
    """Return where the shards of a run's generation are listed."""
    return f"{_folder(run_id, family)}/shards.json"


def _receipt_key(run_id: str, family: str, name: str) -> str:
    return f"{_folder(run_id, family)}/receipts/{name}.json"


def shards_of(shards_key: str, store: ObjectStore) -> list[str]:
    """Return the shards of a generation."""
    return [entry["shard"] for entry in read_json(store, shards_key)]


def _key_list_key(run_id: str, family: str, name: str) -> str:
    return f"{_folder(run_id, family)}/keys/{name}.json"


def keys_of(run_id: str, family: str, name: str, store: ObjectStore) -> Sequence[str]:
    """Return the keys that a shard wrote, or began to write; none where it never began."""
    key_list_key = _key_list_key(run_id, family, name)
    keys: list[str] = read_json(store, key_list_key) if store.exists(key_list_key) else []
    return keys


def _checksum(items: Sequence[dict[str, Any]]) -> str:
    """Return a SHA-256 over the items, as JSON, in the order of their keys."""
    digest = hashlib.sha256()
    for item in sorted(items, key=lambda item: str(item["pk"])):
        # Put together here: an encoder takes a third less for texts than for a mapping of them.
        attributes = ", ".join([f"{_encode(name)}: {_json(item[name])}" for name in sorted(item)])
        digest.update(f"{{{attributes}}}\n".encode())
    return digest.hexdigest()


def _json(value: Any) -> str:
    return f'"{_base64(value)}"' if isinstance(value, bytes) else _encode(value)


def _base64(content: bytes) -> str:
    return b2a_base64(content, newline=False).decode()


_encode = json.JSONEncoder(sort_keys=True, default=_base64).encode
