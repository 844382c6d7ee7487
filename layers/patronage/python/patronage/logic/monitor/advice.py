"""What to do next: from the state of the system to sentences, each with the command that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.machines import WHAT_OF
from patronage.logic.monitor.metrics import RUNS_FAILED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STALE_HOURS = {"segments": 72, "recommendations": 360}
"""As the alarms have it by default (`infra/watch.py`); where there are alarms, they say it."""
_SEEN_ELSEWHERE = (RUNS_FAILED.name, "UploadsGivenUp", "QualityBreaches")
"""Alarms of which other advice says more."""
_STALE = "Stale"


def advice(
    *,
    runs: Mapping[str, Sequence[Mapping[str, Any]]],
    freshness: Sequence[Mapping[str, Any]],
    alarms: Sequence[Mapping[str, Any]],
    dead_letters: int | None,
    breaches: Sequence[Mapping[str, Any]],
    decision: Mapping[str, Any] | None,
    stack: str,
) -> list[dict[str, str]]:
    """Say what to do next, the most urgent first; one sentence that all is well where there is nothing.

    Parameters
    ----------
    runs, freshness, alarms, dead_letters, breaches, decision
        The parts of the status (`steps.status`).
    stack : str
        The stack; "" for a local lake.
    """
    where = f" --stack {stack}" if stack else ""
    found = [
        *_of_uploads(dead_letters, where),
        *_of_breaches(breaches, where),
        *_of_runs(runs, where if stack else ""),
        *_of_freshness(freshness, _going(runs), where, is_local=not stack, has_alarms=bool(alarms)),
        *_of_alarms(alarms, where),
        *_of_decision(decision, freshness, where, is_local=not stack),
    ]
    return found or [_advised("Nothing needs you: what is live is fresh, and no alarm stands.", "")]


def _of_uploads(dead_letters: int | None, where: str) -> Iterator[dict[str, str]]:
    if dead_letters:
        yield _advised(
            f"{_counted(dead_letters, 'upload')} could not be ingested in five tries; see which and why, "
            "mend the file or the settings, and upload it again (docs/runbooks.md#uploads-given-up).",
            f"patronage report{where}",
        )


def _of_breaches(breaches: Sequence[Mapping[str, Any]], where: str) -> Iterator[dict[str, str]]:
    grave = sorted({f"{each['table']}: {each['rule']}" for each in breaches if each["severity"] == "alarm"})
    if grave:
        yield _advised(
            f"The newest uploads break quality rules ({', '.join(grave)}); look at the upload's report.",
            f"patronage report{where}",
        )


def _of_runs(runs: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> Iterator[dict[str, str]]:
    for machine, newest in runs.items():
        ended = next((each for each in newest if each["status"] != "RUNNING"), None)
        if ended is None or ended["status"] == "SUCCEEDED":
            continue
        why = f": {ended['cause']}" if ended.get("cause") else ""
        again = f"patronage retrain {WHAT_OF[machine]}{where}" if machine in WHAT_OF else ""
        yield _advised(
            f"The last {machine} run ({ended['run_id']}) ended {ended['status']}{why}. What was live before "
            "still is; mend the cause, then start it again.",
            again,
        )


def _going(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """Return of which families a run is going."""
    return {
        WHAT_OF[machine]
        for machine, newest in runs.items()
        if machine in WHAT_OF and any(each["status"] == "RUNNING" for each in newest)
    }


def _of_freshness(
    freshness: Sequence[Mapping[str, Any]], going: set[str], where: str, *, is_local: bool, has_alarms: bool
) -> Iterator[dict[str, str]]:
    live = {each["family"]: each for each in freshness}
    for family, hours in STALE_HOURS.items():
        again = "patronage run --orders FILE" if is_local else f"patronage retrain {family}{where}"
        if family in going:
            if family not in live:
                yield _advised(f"The first run of {family} is going; look again when it has ended.", "")
        elif family not in live:
            yield _advised(f"No {family} have been published yet; upload orders, then start a run.", again)
        elif not has_alarms and live[family]["published_hours_ago"] >= hours:
            ago = live[family]["published_hours_ago"] / 24
            yield _advised(
                f"The live {family} were published {ago:.0f} days ago; upload what is new, or start a run.",
                again,
            )


def _of_alarms(alarms: Sequence[Mapping[str, Any]], where: str) -> Iterator[dict[str, str]]:
    for each in alarms:
        if each["state"] != "ALARM" or each["alarm"].startswith(_SEEN_ELSEWHERE):
            continue
        is_stale = each["alarm"].startswith(_STALE)
        again = f"patronage retrain {each['alarm'].removeprefix(_STALE).lower()}{where}" if is_stale else ""
        yield _advised(f"The alarm {each['alarm']} stands: {each['description']}", again)


def _of_decision(
    decision: Mapping[str, Any] | None, freshness: Sequence[Mapping[str, Any]], where: str, *, is_local: bool
) -> Iterator[dict[str, str]]:
    if decision is None:
        if freshness:
            command = "patronage monitor" if is_local else f"patronage retrain monitoring{where}"
            yield _advised("Nothing has looked for drift yet; start a run of monitoring.", command)
        return
    for each in decision.get("alerts", ()):
        yield _advised(f"Monitoring tells: {each['said']}.", "")


def _advised(say: str, command: str) -> dict[str, str]:
    return {"say": say, "command": command}


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
