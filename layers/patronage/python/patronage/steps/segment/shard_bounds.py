"""Where the shards of a run's customers begin: found once, so that no shard has to count all of them again.

A run that was gated by an older release has no such object; its shards find out for themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import RunFailed
from patronage.logic.queries import literal
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.objects import ObjectStore

BOUNDS = "publish/segments/bounds.json"
"""Below a run: the first customer of each shard, by kind of shard."""
FILES = {"customers": "segments/customers.parquet", "journeys": "journeys/timelines.parquet"}
"""By kind of shard the file below a run that is cut; it is scanned under the name of the kind."""
_FIRSTS = (
    "SELECT customer_id FROM (SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) AS place "
    "FROM (SELECT DISTINCT customer_id FROM {kind}) AS known) AS numbered "
    "WHERE (place - 1) % {size} = 0 ORDER BY customer_id"
)


def first_customers(engine: Engine, kind: str, *, size: int) -> list[str]:
    """Return the first customer of each shard of so many customers."""
    return [row["customer_id"] for row in engine.rows(_FIRSTS.format(kind=kind, size=size))]


def in_shard(
    engine: Engine, store: ObjectStore, run_id: str, kind: str, shard: int, *, size: int
) -> str | None:
    """Return the condition that the customers of a shard meet; None for one behind the last customer.

    It is one of constants, so that only the part of a file is read that holds them.

    Raises
    ------
    RunFailed
        The run's bounds lack the kind.
    """
    key = f"runs/{run_id}/{BOUNDS}"
    if store.exists(key):
        bounds = read_json(store, key)
        if kind not in bounds:
            raise RunFailed(f"the gate of run {run_id} found no shards of {kind}; start the run anew")
        firsts = bounds[kind]
    else:
        firsts = first_customers(engine, kind, size=size)
    if shard >= len(firsts):
        return None
    begins = f"customer_id >= {literal(firsts[shard])}"
    is_last = shard == len(firsts) - 1
    return begins if is_last else f"{begins} AND customer_id < {literal(firsts[shard + 1])}"
