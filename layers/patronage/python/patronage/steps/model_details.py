"""Show one version of a model, compare two, and check that one can be promoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound
from patronage.logic.model_records import differences, state_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin_promoted import why_not_again
from patronage.stores.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.pointer import Entry
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore


def named(reference: str) -> tuple[str, str]:
    """Return name and version of a reference such as ``als@20260110T030000Z-recommendations``."""
    name, _, version = reference.partition("@")
    if not (name and version):
        raise BadInput(f"{reference!r} names no version; write NAME@VERSION, as in: patronage models list")
    return name, version


def show(reference: str, lake: Lake, live: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the record of a version, with its fingerprint, its state, and whether it can be made again.

    Returns
    -------
    dict
        The record, and ``fingerprint``, ``state``, ``kept_until``, and ``not_reproducible_because``: "" where
        the lake still holds all that its run read.
    """
    record = _record(reference, lake.store)
    return {
        **record,
        **state_of(record, live.get("recommendations")),
        "not_reproducible_because": _why_not(record["version"], lake),
    }


def diff(one: str, other: str, store: ObjectStore) -> dict[str, Any]:
    """Return what two versions differ in; see `differences`."""
    return {"a": one, "b": other, "differences": differences(_record(one, store), _record(other, store))}


def check_promotable(reference: str, lake: Lake) -> dict[str, Any]:
    """Return the record of a version that can be promoted.

    Raises
    ------
    BadInput
        It was not measured, or the lake does not hold any more what it read.
    """
    record = _record(reference, lake.store)
    if record["metrics"] is None:
        raise BadInput(
            f"{reference} was left out of its run ({record['reason']}); promote one that was measured"
        )
    if why := _why_not(record["version"], lake):
        raise BadInput(f"{reference} cannot be trained again just as it was: {why}")
    return record


def _record(reference: str, store: ObjectStore) -> dict[str, Any]:
    registry = Registry(store)
    record = registry.record(*named(reference))
    return {**record, "fingerprint": registry.fingerprint(record)}


def _why_not(version: str, lake: Lake) -> str:
    try:
        return why_not_again(Manifest.load(lake.store, version), lake)
    except NotFound:
        return f"the manifest of run {version} is gone"
