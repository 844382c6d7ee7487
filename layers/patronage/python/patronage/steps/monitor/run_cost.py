"""What a run cost that has ended: its execution, the children of its Maps, its Spark job, and its items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.run import Usage, cost_of, job_usage, usage_of
from patronage.logic.cost.volumes import ASSUMED
from patronage.logic.scale.quotas import quotas
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.cost.prices import Prices
    from patronage.stores.objects import ObjectStore

    Events = Sequence[Mapping[str, Any]]
    Children = tuple[Sequence[Events], int]

_RETIRING = "RetireShards"


def run_cost(
    run_id: str,
    *,
    history: Events,
    children: Children | None = ((), 0),
    jobs: Sequence[Mapping[str, Any]] | None = (),
    memory_mb: Mapping[str, int],
    store: ObjectStore,
) -> dict[str, Any]:
    """Return what a run cost in USD at list prices, and of what it is made up.

    Requests to S3, logs and traces are not in the history and are left out: `logic.cost.volumes` assumes how
    many there are.

    Parameters
    ----------
    history : sequence of mapping
        Events of the execution, oldest first.
    children : sequence of sequence of mapping, and int; optional
        Events of executions that its distributed Maps started, maybe not of all, and how many there were.
        None where they could not be read: the cost is without them then, and says so.
    jobs : sequence of mapping, optional
        The jobs of EMR Serverless that it started, as GetJobRun describes them; None where they could not be
        read. Where a job is not known, or not yet what it took, the cost is without it, and says so.
    memory_mb : mapping
        Memory of each function, by its logical id.
    store : ObjectStore
        The lake, which holds the receipts of what was published.
    """
    written = Usage(writes=_writes(run_id, history, store))
    of_jobs = [job_usage(each) for each in jobs or ()]
    usage = usage_of(history, memory_mb) + _of_children(children, memory_mb) + written
    usage = sum(filter(None, of_jobs), usage)
    return {
        **cost_of(usage, _prices()),
        "has_children": children is not None,
        "has_jobs": jobs is not None and None not in of_jobs,
    }


def _prices() -> Prices:
    """Return all prices: those of every shop, and those that only a large one meets."""
    usual = list_prices()
    return replace(usual, by_name={**usual.by_name, **quotas().prices})


def _of_children(children: Children | None, memory_mb: Mapping[str, int]) -> Usage:
    """Return what all children took, those that were not read like the others on average."""
    if children is None or not children[0]:
        return Usage()
    histories, count = children
    return sum((usage_of(each, memory_mb) for each in histories), Usage()).times(count / len(histories))


def _writes(run_id: str, history: Events, store: ObjectStore) -> float:
    """Return the write units of the items: by their receipts, and as many again where others were retired.

    A receipt of an older version has no units; its keys count one each then.
    """
    folder = f"runs/{run_id}/publish/"
    receipts = [key for key in store.keys(folder) if "/receipts/" in key]
    units = sum(_units(read_json(store, key)) for key in receipts)
    retired = any(event.get("stateEnteredEventDetails", {}).get("name") == _RETIRING for event in history)
    return float(units * (2 if retired else 1))


def _units(receipt: Mapping[str, Any]) -> float:
    of_keys = receipt["keys"] * ASSUMED["units_an_item"].value
    return float(receipt.get("units", of_keys))
