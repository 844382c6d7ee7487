"""`patronage status`: how the system stands, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.cli.answers import JsonOption
from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, print_json, say
from patronage.cli.outputs import print_rows
from patronage.cli.served import newest_entries, open_served
from patronage.cloud import explained
from patronage.steps.status import RUNS_SHOWN
from patronage.steps.status import status as status_of
from patronage.stores.operations import Operations

if TYPE_CHECKING:
    from pathlib import Path


_MOST_HOURS = 72
"""An age of more is told in days."""
MACHINES = ("segmentation", "training", "monitoring", "upkeep", "erasure")


def status(lake: LakeOption = DEFAULT_LAKE, stack: StackOption = None, as_json: JsonOption = False) -> None:
    """Show runs, freshness, alarms and what is live, and say what to do next.

    Of a local lake there are no alarms and no executions.

    Example: `patronage status --stack Patronage`
    """
    with explained():
        found = _of_lake(lake) if stack is None else _of_stack(stack)
    if as_json:
        print_json(found)
        return
    _print(found)


def _of_stack(name: str) -> dict[str, Any]:
    served = open_served(name)
    stack, seen = served.stack, Operations(served.stack.cloud.client)
    executions = {
        machine: seen.executions(stack.output(f"{machine.capitalize()}StateMachineArn"), most=RUNS_SHOWN)
        for machine in MACHINES
    }
    return status_of(
        store=served.opened.lake.store,
        executions=executions,
        pointer=served.table.pointer(),
        now=datetime.now(UTC),
        alarms=seen.alarms(stack.output("AlarmNames").split(",")),
        dead_letters=seen.waiting(stack.output("IngestDeadLetterQueueUrl")),
        stack=name,
    )


def _of_lake(folder: Path) -> dict[str, Any]:
    opened = open_lake(folder, None)
    pointer = newest_entries(opened, ("segments", "recommendations", "monitoring"))
    return status_of(store=opened.lake.store, executions={}, pointer=pointer, now=datetime.now(UTC))


def _print(found: dict[str, Any]) -> None:
    _print_live(found)
    _print_runs(found)
    _print_alarms(found)
    _print_breaches(found)
    if found["decision"]:
        told = [
            (family, each["decision"], each["because"])
            for family, each in found["decision"]["families"].items()
        ]
        print_rows(
            f"Decided by monitoring, {_minute(found['decision']['decided_at'])}",
            ("", "Decision", "Because"),
            told,
        )
    console.print("\nWhat to do next")
    for each in found["next"]:
        say(f"- {each['say']}")
        if each["command"]:
            say(f"    {each['command']}")


def _print_live(found: dict[str, Any]) -> None:
    rows = [
        (
            each["family"],
            " ".join(each["model"].get(name, "") for name in ("name", "version")).strip() or each["run_id"],
            _minute(each["as_of"]),
            _age(each["age_hours"]),
            f"{_age(each['published_hours_ago'])} ago",
            each["rollback_to"]["run_id"] if each["rollback_to"] else "",
        )
        for each in found["freshness"]
    ]
    header = ("", "Live", "Data as of", "Age", "Published", "Can go back to")
    if rows:
        print_rows("What is live", header, rows)


def _age(hours: float) -> str:
    return f"{hours:,.0f} h" if hours < _MOST_HOURS else f"{hours / 24:,.0f} days"


def _print_runs(found: dict[str, Any]) -> None:
    rows = [
        (
            machine,
            each["run_id"],
            each["status"],
            _minute(each["began"]),
            f"{each['seconds']:,.0f} s",
            each.get("engine", ""),
            each["cause"] or each["reason"],
        )
        for machine, newest in found["runs"].items()
        for each in newest
    ]
    if rows:
        print_rows("Runs", ("", "Run", "State", "Began", "Took", "Engine", "Why"), rows)


def _print_alarms(found: dict[str, Any]) -> None:
    rows = [
        (
            each["alarm"],
            each["state"],
            _minute(each["since"]),
            each["runbook"] if each["state"] == "ALARM" else "",
        )
        for each in found["alarms"]
    ]
    if rows:
        print_rows("Alarms", ("Alarm", "State", "Since", "What to do"), rows)
    if found["dead_letters"] is not None:
        console.print(f"Uploads that were given up: {found['dead_letters']:,}")


def _print_breaches(found: dict[str, Any]) -> None:
    rows = [
        (each["table"], each["rule"], each["severity"], _minute(each["measured_at"]))
        for each in found["breaches"]
    ]
    if rows:
        print_rows("Open breaches of quality", ("Table", "Rule", "Severity", "Since"), rows)


def _minute(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
