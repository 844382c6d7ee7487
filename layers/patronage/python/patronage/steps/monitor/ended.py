"""Keep how each run ended: `monitor/runs/<machine>/<run id>.json` of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.execution import cause_of, outcome_of, seconds_by_state
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.stores.objects import ObjectStore

MACHINE_OF = {"segments": "segmentation", "recommendations": "training", "monitoring": "monitoring"}
"""The machine that makes a family."""


def run_record(machine: str, run_id: str) -> str:
    """Return where the record of a run lies in the lake."""
    return f"monitor/runs/{machine}/{run_id}.json"


def ended(
    machine: str,
    run_id: str,
    *,
    described: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    cost: Mapping[str, Any],
    store: ObjectStore,
) -> dict[str, Any]:
    """Write the record of a run that ended, and return it; none of it is personal.

    Parameters
    ----------
    machine, run_id : str
        "segmentation", "training", "monitoring" or "upkeep", and the run, which is the execution's name.
    described : mapping
        What Step Functions says of the execution.
    history : sequence of mapping
        Its events, oldest first.
    cost : mapping
        What it cost, as `run_cost` tells.
    store : ObjectStore
        The lake's objects.
    """
    began, stopped = described["startDate"], described["stopDate"]
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
        "cost": dict(cost),
    }
    write_json(store, run_record(machine, run_id), record)
    return record
