"""What was measured of cost: runs that ended, and the month so far."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from patronage.logic.cost.prices import list_prices
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.objects import ObjectStore

RECORDS = "monitor/runs/"
MOST_RECORDS = 200


def measured_runs(store: ObjectStore, *, now: datetime) -> dict[str, Any]:
    """Return what the runs of each machine cost that are on record, and those of this month together.

    Returns
    -------
    dict
        ``machines``: of each the ``runs`` that were looked at, mean ``usd`` and ``seconds``, the ``last``;
        ``month``: since when, how many runs, and their ``usd``; ``prices_read_on``.
    """
    records = _records(store)
    by_machine: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in sorted(records, key=lambda each: each["ended"]):
        by_machine[record["machine"]].append(record)
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    of_month = [each for each in records if each["ended"] >= begins.isoformat()]
    return {
        "machines": {name: _of_machine(each) for name, each in sorted(by_machine.items())},
        "month": {
            "since": begins.isoformat(),
            "runs": len(of_month),
            "usd": round(sum(each["cost"]["usd"] for each in of_month), 4),
        },
        "prices_read_on": list_prices().read_on,
    }


def _records(store: ObjectStore) -> list[dict[str, Any]]:
    """Return the records that tell a cost; of each machine at most the last two hundred by name."""
    by_machine: dict[str, list[str]] = defaultdict(list)
    for key in store.keys(RECORDS):
        by_machine[key.removeprefix(RECORDS).partition("/")[0]].append(key)
    taken = [key for keys in by_machine.values() for key in sorted(keys)[-MOST_RECORDS:]]
    return [record for record in (read_json(store, key) for key in taken) if "cost" in record]


def _of_machine(records: list[dict[str, Any]]) -> dict[str, Any]:
    last = records[-1]
    return {
        "runs": len(records),
        "usd": round(sum(each["cost"]["usd"] for each in records) / len(records), 6),
        "seconds": round(sum(each["seconds"] for each in records) / len(records), 1),
        "last": {name: last[name] for name in ("run_id", "status", "ended", "seconds", "cost")},
    }
