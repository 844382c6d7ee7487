"""The state of the system in one document: runs, freshness, alarms, and what to do next."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import NotFound
from patronage.logic.monitor.advice import advice
from patronage.logic.monitor.ages import hours_since
from patronage.logic.monitor.keys import decision_key
from patronage.logic.spans import Span, check_order
from patronage.steps.monitor.run_days import record_of, run_told, runs_of_days
from patronage.steps.quality_index import open_breaches, quality_key
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from patronage.logic.serve.pointer import Entry
    from patronage.stores.objects import ObjectStore
    from patronage.stores.operations import Alarm, Execution

RUNS_SHOWN = 5
_LINK = re.compile(r"What to do: (\S+)$")
_QUALITY = quality_key("")[: -len(".json")]


def status(
    *,
    store: ObjectStore,
    executions: Mapping[str, Sequence[Execution]],
    pointer: Mapping[str, Entry],
    now: datetime,
    alarms: Sequence[Alarm] = (),
    dead_letters: int | None = None,
    stack: str = "",
    span: Span | None = None,
    timezone: str = "UTC",
) -> dict[str, Any]:
    """Put together what is known of the system.

    Parameters
    ----------
    store : ObjectStore
        The lake: the records of runs that ended, open breaches of quality, the last decision.
    executions : mapping
        The newest executions of each machine, the newest first.
    pointer : mapping
        What is live, by family.
    alarms, dead_letters
        Of a deployed stack; none of a local lake.
    stack : str
        Its name, for the commands.
    span : Span, optional
        Of which days the runs are told instead of the newest; all else stays as of now.
    timezone : str
        The shop's.

    Returns
    -------
    dict
        ``at``, ``runs``, ``freshness``, ``alarms``, ``dead_letters``, ``breaches``, ``decision``, and
        ``next``: sentences, each with a ``command``, which may be ""; of some days also
        ``runs_left_out``, the number of older runs of these days beyond the `MOST_OF_DAYS` of a machine.

    Raises
    ------
    BadField
        The days end before they start.
    """
    if span:
        check_order(span)
    parts: dict[str, Any] = {
        "runs": {
            machine: [
                run_told(each, record_of(store, machine, each.run_id), now=now)
                for each in newest[:RUNS_SHOWN]
            ]
            for machine, newest in executions.items()
        },
        "freshness": [_fresh(family, entry, now) for family, entry in sorted(pointer.items())],
        "alarms": [_alarm(each) for each in alarms],
        "dead_letters": dead_letters,
        "breaches": _breaches(store),
        "decision": _decision(pointer, store),
    }
    answer = {"at": now.isoformat(), "stack": stack, **parts, "next": advice(**parts, stack=stack)}
    return answer | (runs_of_days(store, executions, span, ZoneInfo(timezone), now=now) if span else {})


def _fresh(family: str, entry: Entry, now: datetime) -> dict[str, Any]:
    published = entry.published_at or entry.created_at
    before = entry.superseded
    is_kept = before is not None and before.keep_until > now.isoformat()
    return {
        "family": family,
        "run_id": entry.run_id,
        "model": entry.model,
        "as_of": entry.as_of,
        "age_hours": round(hours_since(entry.as_of, now), 1),
        "published_at": published,
        "published_hours_ago": round(hours_since(published, now), 1),
        "rollback_to": {"run_id": before.run_id, "until": before.keep_until} if before and is_kept else None,
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    link = _LINK.search(alarm.description)
    return {
        "alarm": _short(alarm.name),
        "state": alarm.state,
        "since": alarm.since.isoformat(),
        "description": alarm.description,
        "runbook": link[1] if link else "",
    }


def _short(name: str) -> str:
    """Return an alarm's name in the template, of the one CloudFormation gave: `Shop-AlertsX1A2B3C4D-…`."""
    found = re.search(r"-Alerts([A-Za-z]+?)[0-9A-F]{8}(-|$)", name)
    return found[1] if found else name


def _breaches(store: ObjectStore) -> list[dict[str, Any]]:
    tables = [key.removeprefix(_QUALITY).removesuffix(".json") for key in store.keys(_QUALITY)]
    return [{"table": table, **each} for table in sorted(tables) for each in open_breaches(store, table)]


def _decision(pointer: Mapping[str, Entry], store: ObjectStore) -> dict[str, Any] | None:
    """Return what the last run of monitoring decided; it lies with the run, for the lake has it first."""
    if "monitoring" not in pointer:
        return None
    with suppress(NotFound):
        decided: dict[str, Any] = read_json(store, decision_key(pointer["monitoring"].run_id))
        return decided
    return None
