"""What a run took, read from the history of its execution, and what that costs."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from patronage.logic.cost.prices import Prices

_BEGAN = ("TaskScheduled", "LambdaFunctionScheduled")
_ENDED = ("TaskSucceeded", "TaskFailed", "TaskTimedOut", "LambdaFunctionSucceeded", "LambdaFunctionFailed")
_MB_A_GB = 1024
_SPARK = "emr-serverless"
_BILLED, _USED = "billedResourceUtilization", "totalResourceUtilization"
_ENDED_WITHOUT = ("FAILED", "CANCELLED")
"""States in which a job may have ended that never ran."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was billed for.

    Parameters
    ----------
    transitions : float
        States entered, and tasks tried again.
    invocations : float
        Calls of functions.
    gb_seconds : float
        Seconds from a call's scheduling to its end, times the function's memory: a little more than Lambda
        bills, for it holds the way there and a cold start.
    writes : float
        Write units of the serving table.
    vcpu_hours, gb_hours, disk_gb_hours : float
        What jobs of EMR Serverless billed: processors, memory, and disk above 20 GB a worker.
    """

    transitions: float = 0
    invocations: float = 0
    gb_seconds: float = 0
    writes: float = 0
    vcpu_hours: float = 0
    gb_hours: float = 0
    disk_gb_hours: float = 0

    def __add__(self, other: Usage) -> Usage:
        names = [each.name for each in fields(self)]
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def times(self, factor: float) -> Usage:
        """Return so many times this."""
        return Usage(**{each.name: factor * getattr(self, each.name) for each in fields(self)})


def usage_of(events: Sequence[Mapping[str, Any]], memory_mb: Mapping[str, int]) -> Usage:
    """Add up the events of one execution, oldest first.

    Parameters
    ----------
    events : sequence of mapping
        As GetExecutionHistory gives them.
    memory_mb : mapping
        Memory of each function, by its logical id in the template, which the deployed name holds.
        A function that the history does not name counts with the greatest memory.
    """
    tasks = [event for event in events if event["type"] in _BEGAN and _is_call(event)]
    entered = [event["type"] for event in events if event["type"].endswith("StateEntered")]
    scheduled = sum(event["type"] in _BEGAN for event in events)
    tried_again = max(0, scheduled - entered.count("TaskStateEntered"))
    return Usage(
        transitions=len(entered) + tried_again,
        invocations=len(tasks),
        gb_seconds=sum(_gb_seconds(events, memory_mb)),
    )


def jobs_of(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]] | None:
    """Return the application and the id of each job of EMR Serverless that an execution started.

    None where the history does not name one.
    """
    submitted = [event.get("taskSubmittedEventDetails", {}) for event in events]
    try:
        answers = [json.loads(each["output"]) for each in submitted if each.get("resourceType") == _SPARK]
        return [(str(each["ApplicationId"]), str(each["JobRunId"])) for each in answers]
    except (KeyError, ValueError, TypeError):
        return None


def job_usage(job: Mapping[str, Any]) -> Usage | None:
    """Return what a job billed; what it used where that is not told yet, and None where neither is.

    One that failed or was cancelled before it ran has neither, and billed nothing.

    Parameters
    ----------
    job : mapping
        As GetJobRun describes it. What it used leaves out that a worker bills a minute at least; its disk is
        not counted then, for 20 GB of each worker's are free.
    """
    billed, used = job.get(_BILLED), job.get(_USED)
    found = billed or used
    if not found:
        never_ran = job.get("state") in _ENDED_WITHOUT and not job.get("startedAt")
        return Usage() if never_ran else None
    return Usage(
        vcpu_hours=found.get("vCPUHour", 0),
        gb_hours=found.get("memoryGBHour", 0),
        disk_gb_hours=found.get("storageGBHour", 0) if billed else 0,
    )


def cost_of(usage: Usage, prices: Prices) -> dict[str, Any]:
    """Return each part's quantity and price in USD, and their sum; nothing of it counts as free."""
    of_jobs = {
        "emr_vcpu_hour": usage.vcpu_hours,
        "emr_gb_hour": usage.gb_hours,
        "emr_disk_gb_hour": usage.disk_gb_hours,
    }
    parts = {
        "states_transition": usage.transitions,
        "lambda_request": usage.invocations,
        "lambda_gb_second": usage.gb_seconds,
        "dynamodb_write": usage.writes,
        **({} if usage.vcpu_hours == 0 else of_jobs),
    }
    lines = {
        name: {"quantity": round(quantity, 3), "usd": round(prices.usd(name, quantity), 8)}
        for name, quantity in parts.items()
    }
    total = sum(prices.usd(name, quantity) for name, quantity in parts.items())
    return {"usd": round(total, 6), "parts": lines, "prices_read_on": prices.read_on}


def _gb_seconds(events: Sequence[Mapping[str, Any]], memory_mb: Mapping[str, int]) -> Iterable[float]:
    """Yield the GB-seconds of each call; an end belongs to the call that its chain of events leads back to.

    Where a history has no such chain, calls end in the order in which they began, which leaves the sum right.
    """
    chain = {event["id"]: event.get("previousEventId", 0) for event in events}
    going: dict[int, Mapping[str, Any]] = {}
    for event in events:
        if event["type"] in _BEGAN and _is_call(event):
            going[event["id"]] = event
        elif event["type"] in _ENDED and going:
            began = _start_of(event, going, chain)
            if began is not None:
                begun = going.pop(began)
                seconds = (event["timestamp"] - begun["timestamp"]).total_seconds()
                yield seconds * _memory(begun, memory_mb) / _MB_A_GB


def _start_of(event: Mapping[str, Any], going: Mapping[int, Any], chain: Mapping[int, int]) -> int | None:
    before: int = event.get("previousEventId", 0)
    if not before:
        first: int = next(iter(going))
        return first
    while before and before not in going:
        before = chain.get(before, 0)
    return before or None


def _is_call(event: Mapping[str, Any]) -> bool:
    """Say whether a task calls a function; others put events, publish messages or start executions."""
    details = event.get("taskScheduledEventDetails")
    return details is None or details.get("resourceType") == "lambda"


def _memory(event: Mapping[str, Any], memory_mb: Mapping[str, int]) -> int:
    name = _function_of(event)
    found = [each for each in memory_mb if f"-{each}-" in name]
    return memory_mb[max(found, key=len)] if found else max(memory_mb.values())


def _function_of(event: Mapping[str, Any]) -> str:
    details = event.get("taskScheduledEventDetails", {})
    try:
        return str(json.loads(details["parameters"])["FunctionName"])
    except (KeyError, ValueError, TypeError):
        return str(event.get("lambdaFunctionScheduledEventDetails", {}).get("resource", ""))
