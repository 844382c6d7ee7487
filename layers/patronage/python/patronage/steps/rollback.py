"""Roll back: point at the generation that was live before, then keep what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.steps.point_back import point_back
from patronage.steps.publish import check_family, keys_of, retire, shards_of

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.objects import ObjectStore
    from patronage.stores.serving import ServingTable


def rollback(
    run_id: str,
    family: str,
    *,
    store: ObjectStore,
    table: ServingTable,
    now: datetime,
    keep_days: int,
) -> dict[str, Any]:
    """Point back at the superseded generation of `run_id`, keep its items, retire those of the other.

    Repeating it is safe: a run that is live already is only kept.

    Returns
    -------
    dict
        ``live_run``, the ``rolled_back`` run, and ``missing``: items that had ended already.
    """
    check_family(family)
    live = point_back(family, run_id, table=table, now=now, keep_days=keep_days)
    missing = 0
    for name in shards_of(live.shards_key, store):
        keys = keys_of(run_id, family, name, store)
        missing += len(keys) - table.keep(keys)
    if live.rolled_back and live.superseded:
        for name in shards_of(live.superseded.shards_key, store):
            retire(live.rolled_back, family, name, store=store, table=table, now=now, keep_days=keep_days)
    return {"live_run": run_id, "rolled_back": live.rolled_back, "missing": missing}
