"""Make live again what was live before the pointer was lost: its items are still in the serving table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.steps.publish import flip, keys_of, shards_key_of, shards_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable


def restore(
    runs: Mapping[str, Sequence[str]],
    *,
    store: ObjectStore,
    table: ServingTable,
    now: datetime,
    keep_days: int,
) -> dict[str, str]:
    """Point at the generation of each family that was live, where the pointer names none.

    Of all generations of a family only the live one has items without an end, which is how it is known, after
    a rollback too. Repeating it is safe.

    Parameters
    ----------
    runs : mapping
        By family its runs that succeeded, the newest first.
    store, table
        The lake's objects, and the serving table.
    now : datetime
        When.
    keep_days : int
        How long a superseded generation is kept.

    Returns
    -------
    dict
        The run that is live again by family, empty where no generation is whole; families that the pointer
        names are left out.
    """
    named = table.pointer()
    found = {
        family: next((run_id for run_id in run_ids if _was_live(run_id, family, store, table)), "")
        for family, run_ids in runs.items()
        if family not in named
    }
    for family, run_id in found.items():
        if run_id:
            flip(run_id, family, store=store, table=table, now=now, keep_days=keep_days)
    return found


def _was_live(run_id: str, family: str, store: ObjectStore, table: ServingTable) -> bool:
    """Say whether a run's generation has no end, by the first and the last item of each of its shards."""
    shards_key = shards_key_of(run_id, family)
    if not store.exists(shards_key):
        return False
    listed = [keys_of(run_id, family, name, store) for name in shards_of(shards_key, store)]
    ends = {key for keys in listed for key in (*keys[:1], *keys[-1:])}
    items = table.get_all(sorted(ends))
    return len(items) == len(ends) > 0 and not any("expires_at" in item for item in items.values())
