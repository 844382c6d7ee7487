"""What was measured of cost: runs that ended, and the month so far."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.cost.prices import list_prices
from patronage.steps.monitor.ended import month_folder, record_parts
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.stores.objects import ObjectStore

    Record = dict[str, Any]

MOST_RECORDS = 200
"""Of a machine, of which a mean is taken."""
_READS_AT_ONCE = 10


def measured_runs(store: ObjectStore, *, now: datetime) -> dict[str, Any]:
    """Return what the runs of each machine cost of late, and those of this month together.

    Returns
    -------
    dict
        ``machines``: of each the ``runs`` that were looked at, the newest 200 of this month and the one
        before, their mean ``usd`` and
        ``seconds``, and the ``last``; ``month`` (UTC): since when, how many runs, and their ``usd``;
        ``prices_read_on``.
    """
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    of_month = sorted(store.keys(month_folder(begins)))
    before = sorted(store.keys(month_folder(begins - timedelta(days=1))))
    newest = _newest([*before, *of_month])
    records = _read(store, {*of_month, *(key for keys in newest.values() for key in keys)})
    return {
        "machines": {name: _of_machine([records[key] for key in keys]) for name, keys in newest.items()},
        "month": {
            "since": begins.isoformat(),
            "runs": len(of_month),
            "usd": round(sum(records[key]["cost"]["usd"] for key in of_month), 4),
        },
        "prices_read_on": list_prices().read_on,
    }


def _newest(keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the newest keys of each machine, oldest first; they come in the order of time."""
    by_machine: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        _, machine, _ = record_parts(key)
        by_machine[machine].append(key)
    return {machine: of_machine[-MOST_RECORDS:] for machine, of_machine in sorted(by_machine.items())}


def _read(store: ObjectStore, keys: set[str]) -> dict[str, Record]:
    """Return records by their keys; side by side, for a month may have some hundred."""
    ordered = sorted(keys)
    with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
        return dict(zip(ordered, pool.map(lambda key: read_json(store, key), ordered), strict=True))


def _of_machine(records: Sequence[Record]) -> dict[str, Any]:
    last = records[-1]
    return {
        "runs": len(records),
        "usd": round(sum(each["cost"]["usd"] for each in records) / len(records), 6),
        "seconds": round(sum(each["seconds"] for each in records) / len(records), 1),
        "last": {name: last[name] for name in ("run_id", "status", "ended", "seconds", "cost")},
    }
