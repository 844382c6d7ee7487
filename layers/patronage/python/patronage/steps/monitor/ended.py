"""Keep in the lake how each run ended: by id below `monitor/runs/`, by time below `monitor/months/`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.execution import cause_of, outcome_of, seconds_by_state
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.stores.objects import ObjectStore

MONTHS = "monitor/months/"
"""Below it lie the ends of runs by month."""
STAMP = "%Y%m%dT%H%M%S.%fZ"
"""How the keys of the ends of runs say the time, in UTC."""
CARRIED_BY = ("engine", "engine_reason", "engine_reason_code", "engine_reason_values")
"""What a record says of the engine, of a run that had one to choose."""
_OF_MONTH = ("machine", "run_id", "status", "ended", "seconds", "cost")


def run_record(machine: str, run_id: str) -> str:
    """Return where the record of a run lies in the lake."""
    return f"monitor/runs/{machine}/{run_id}.json"


def month_folder(month: datetime) -> str:
    """Return below which key the runs of an instant's month (UTC) lie in the order in which they ended."""
    return f"{MONTHS}{month.astimezone(UTC):%Y-%m}/"


def month_record(machine: str, run_id: str, ended_at: datetime) -> str:
    """Return where a run lies among those of its month; run ids do not sort by time.

    Examples
    --------
    >>> from datetime import datetime
    >>> month_record("training", "a-1", datetime(2026, 1, 5, 3, tzinfo=UTC))
    'monitor/months/2026-01/20260105T030000.000000Z-training-a-1.json'
    """
    name = f"{ended_at.astimezone(UTC):{STAMP}}-{machine}-{run_id}.json"
    return month_folder(ended_at) + name


def record_parts(key: str) -> tuple[str, str, str]:
    """Return the time as `STAMP` writes it, the machine and the run of a key of `month_record`.

    Examples
    --------
    >>> record_parts("monitor/months/2026-01/20260105T030000.000000Z-training-a-1.json")
    ('20260105T030000.000000Z', 'training', 'a-1')
    """
    stamp, machine, run_id = key.rpartition("/")[2].removesuffix(".json").split("-", 2)
    return stamp, machine, run_id


def ended(
    machine: str,
    run_id: str,
    *,
    described: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    cost: Mapping[str, Any],
    store: ObjectStore,
) -> dict[str, Any]:
    """Write the record of a run that ended, and return it; none of it says who a person is.

    Parameters
    ----------
    machine, run_id : str
        "segmentation", "training", "monitoring", "upkeep" or "erasure", and the run, which is the
        execution's name; an erasure's holds an HMAC, under the stack's secret, of whom it is about.
    described : mapping
        What Step Functions says of the execution.
    history : sequence of mapping
        Its events, oldest first.
    cost : mapping
        What it cost, as `run_cost` tells.
    store : ObjectStore
        The lake's objects.
    """
    began, stopped = (described[name].astimezone(UTC) for name in ("startDate", "stopDate"))
    record = {
        "machine": machine,
        "run_id": run_id,
        "status": described["status"],
        "began": began.isoformat(),
        "ended": stopped.isoformat(),
        "seconds": round((stopped - began).total_seconds(), 3),
        "states": seconds_by_state(history),
        **outcome_of(described),
        **cause_of(described, history),
        **_carried_by(run_id, store),
        "cost": dict(cost),
    }
    write_json(store, run_record(machine, run_id), record)
    of_month = {name: record[name] for name in _OF_MONTH}
    write_json(store, month_record(machine, run_id, stopped), of_month)
    return record


def _carried_by(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Return the engine of a run that pinned its tables, and why it was chosen."""
    manifest = Manifest.find(store, run_id)
    return {name: getattr(manifest, name) for name in CARRIED_BY} if manifest else {}
