"""The runs of some days: those that the lake keeps the end of, and those of Step Functions that go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.said import kept_code
from patronage.logic.spans import beginning
from patronage.steps.monitor.ended import (
    CARRIED_BY,
    MONTHS,
    STAMP,
    month_folder,
    record_parts,
    run_record,
)
from patronage.stores.objects import read_json
from patronage.stores.operations import Execution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from patronage.logic.spans import Span
    from patronage.stores.objects import ObjectStore

    Found = dict[tuple[str, str], datetime]

MOST_OF_DAYS = 100
"""So many runs of each machine are told of some days, the newest."""
_READERS = 10
_LISTED_BY_MONTH = 366
"""The months of more days are listed at once."""


def runs_of_days(
    store: ObjectStore,
    executions: Mapping[str, Sequence[Execution]],
    span: Span,
    zone: ZoneInfo,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Return the runs that ended on some days, or go on where today is one of them.

    Parameters
    ----------
    store : ObjectStore
        The lake.
    executions : mapping
        The newest executions of each machine.
    span : Span
        The days.
    zone : ZoneInfo
        The shop's.
    now : datetime
        The server's time.

    Returns
    -------
    dict
        ``runs`` by machine, the newest first, and ``runs_left_out``, how many more there were.
    """
    newest = {
        (machine, each.run_id): each
        for machine, listed in executions.items()
        for each in listed
        if span.holds(each.ended or now, zone)
    }
    ended: Found = {key: each.ended or now for key, each in newest.items()}
    for folder in _folders(span, zone, now):
        ended |= {key: moment for key, moment in _ends(store.keys(folder)) if span.holds(moment, zone)}
    machines = _machines(executions, ended)
    wanted = [(machine, run_id) for machine in machines for run_id in _newest(ended, machine)]
    with ThreadPoolExecutor(_READERS) as pool:
        records = dict(zip(wanted, pool.map(lambda key: record_of(store, *key), wanted), strict=True))
    runs: dict[str, list[dict[str, Any]]] = {machine: [] for machine in machines}
    for key, record in records.items():
        if record or key in newest:
            runs[key[0]].append(run_told(newest.get(key) or _execution(record), record, now=now))
    return {"runs": runs, "runs_left_out": len(ended) - sum(map(len, runs.values()))}


def record_of(store: ObjectStore, machine: str, run_id: str) -> dict[str, Any]:
    """Return the record that is kept of a run's end; {} where it goes on, or has just ended."""
    try:
        found: dict[str, Any] = read_json(store, run_record(machine, run_id))
    except NotFound:
        return {}
    return found


def run_told(execution: Execution, record: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return what is told of a run, from its execution and the record that is kept of its end, maybe {}."""
    until = execution.ended or now
    return {
        "run_id": execution.run_id,
        "status": execution.status,
        "began": execution.began.isoformat(),
        "seconds": round((until - execution.began).total_seconds(), 1),
        "published": record.get("published"),
        "reason": record.get("reason", ""),
        **kept_code(record),
        **{name: record[name] for name in CARRIED_BY if name in record},
        "cause": ": ".join(filter(None, (record.get("error", ""), record.get("cause", "")))),
    }


def _folders(span: Span, zone: ZoneInfo, now: datetime) -> list[str]:
    """Return where the ends of these days' runs lie, which are kept by months of UTC."""
    last = now if span.end is None else min(now, beginning(span.end + timedelta(days=1), zone))
    if span.start is None or (last - beginning(span.start, zone)).days > _LISTED_BY_MONTH:
        return [MONTHS]
    month = beginning(span.start, zone).replace(day=1, hour=0)
    found = []
    while month <= last:
        found.append(month_folder(month))
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _ends(keys: Iterable[str]) -> Iterator[tuple[tuple[str, str], datetime]]:
    """Read machine, run and end off the keys of the ends of runs."""
    for key in keys:
        stamp, machine, run_id = record_parts(key)
        yield (machine, run_id), datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def _machines(executions: Mapping[str, Sequence[Execution]], ended: Found) -> list[str]:
    return list(dict.fromkeys((*executions, *sorted({machine for machine, _ in ended}))))


def _newest(ended: Found, machine: str) -> list[str]:
    of_machine = [(moment, run_id) for (each, run_id), moment in ended.items() if each == machine]
    return [run_id for _, run_id in sorted(of_machine, reverse=True)[:MOST_OF_DAYS]]


def _execution(record: Mapping[str, Any]) -> Execution:
    began, ended = (datetime.fromisoformat(record[name]) for name in ("began", "ended"))
    return Execution(record["run_id"], record["status"], began, ended)
