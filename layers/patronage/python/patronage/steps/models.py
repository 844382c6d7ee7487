"""List the versions of models, say which are live, and roll back to the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.model_records import RELEASED, summary_of, told_entry
from patronage.steps.point_back import point_back
from patronage.stores.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from patronage.logic.serve.pointer import Entry
    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable

ROLLED_BACK = ("recommendations", "segments")
"""The families of which a superseded generation can be made live again."""


def versions(
    store: ObjectStore, live: Mapping[str, Entry], *, model: str = "", only_released: bool = False, limit: int
) -> dict[str, Any]:
    """Return the versions of models, the newest first, and what is live.

    Parameters
    ----------
    store : ObjectStore
        Where models lie.
    live : mapping
        The pointer's entries by family.
    model : str
        Only of this method.
    only_released : bool
        Only those that were published or promoted.
    limit : int
        At most so many.

    Returns
    -------
    dict
        ``models``, and by family what is ``live`` and what may be rolled back to.
    """
    registry = Registry(store)
    found = registry.records(
        name=model, wanted=lambda record: not only_released or record["decision"] in RELEASED, limit=limit
    )
    entry = live.get("recommendations")
    models = [
        {**summary_of(record, entry), "fingerprint": _fingerprint(record, registry)} for record in found
    ]
    return {"models": models, "live": {family: told_entry(each) for family, each in live.items()}}


def roll_back(
    family: str,
    run_id: str = "",
    *,
    table: ServingTable,
    now: datetime,
    keep_days: int,
    settle: Callable[[str, str], None],
) -> dict[str, Any]:
    """Make a superseded generation live again; all readers have it with one write.

    Parameters
    ----------
    family : str
        "recommendations" or "segments".
    run_id : str
        The run to go back to; by default the one that was live before.
    table : ServingTable
        Where the pointer is.
    now : datetime
        When.
    keep_days : int
        How long what was live stays for the way back.
    settle : callable
        Told family and run once they are live; has their items kept beyond their end, without waiting
        (`rollback`).

    Returns
    -------
    dict
        ``family``, ``live_run``, its ``model``, the ``rolled_back`` run, and until when it is kept.
    """
    live = point_back(family, run_id, table=table, now=now, keep_days=keep_days)
    settle(family, live.run_id)
    return {
        "family": family,
        "live_run": live.run_id,
        "model": live.model or None,
        "rolled_back": live.rolled_back or None,
        "kept_until": live.superseded.keep_until if live.superseded else None,
    }


def settling(run_id: str, family: str) -> dict[str, str]:
    """Return the event with which the publishing function keeps what a rollback made live."""
    return {"step": "rollback", "run_id": run_id, "family": family}


def _fingerprint(record: dict[str, Any], registry: Registry) -> str | None:
    """Return the fingerprint of a version that went live; of others `model_details.show` tells it."""
    return (registry.fingerprint(record) or None) if record["decision"] in RELEASED else None
