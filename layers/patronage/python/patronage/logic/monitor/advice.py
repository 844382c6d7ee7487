"""What to do next: from the state of the system to sentences, each with the command that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.engine_choice import TOO_LARGE
from patronage.logic.monitor.alerts import FAILED, alert_parts
from patronage.logic.monitor.machines import WHAT_OF
from patronage.logic.monitor.metrics import RUNS_FAILED
from patronage.logic.said import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from patronage.logic.said import Said

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
) -> list[dict[str, Any]]:
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
        *_of_a_lost_pointer(freshness, runs, where),
        *_of_freshness(freshness, runs, where, is_local=not stack, has_alarms=bool(alarms)),
        *_of_alarms(alarms, where),
        *_of_decision(decision, freshness, runs, where, is_local=not stack),
    ]
    return found or [_advised(said("all_is_well"), "")]


def _of_uploads(dead_letters: int | None, where: str) -> Iterator[dict[str, Any]]:
    if dead_letters:
        uploads = _counted(dead_letters, "upload")
        yield _advised(
            said("uploads_given_up", uploads=uploads, count=dead_letters), f"patronage report{where}"
        )


def _of_breaches(breaches: Sequence[Mapping[str, Any]], where: str) -> Iterator[dict[str, Any]]:
    grave = sorted({f"{each['table']}: {each['rule']}" for each in breaches if each["severity"] == "alarm"})
    if grave:
        yield _advised(said("quality_broken", rules=", ".join(grave)), f"patronage report{where}")


def _of_runs(runs: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> Iterator[dict[str, Any]]:
    for machine, newest in runs.items():
        ended = next((each for each in newest if each["status"] != "RUNNING"), None)
        if ended is None or ended["status"] == "SUCCEEDED":
            continue
        why = f": {ended['cause']}" if ended.get("cause") else ""
        again = f"patronage retrain {WHAT_OF[machine]}{where}" if machine in WHAT_OF else ""
        about = {"run_id": ended["run_id"], "status": ended["status"], "cause": ended.get("cause") or ""}
        yield _advised(said("run_failed", machine=machine, why=why, **about, **_too_large(ended)), again)


def _too_large(ended: Mapping[str, Any]) -> dict[str, Any]:
    """Return the code and values of the cause where nothing could carry a run; others have none."""
    if ended.get("engine") != TOO_LARGE or "engine_reason_code" not in ended:
        return {}
    return {f"cause_{part}": ended[f"engine_reason_{part}"] for part in ("code", "values")}


def _going(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """Return of which families a run is going."""
    return {
        WHAT_OF[machine]
        for machine, newest in runs.items()
        if machine in WHAT_OF and any(each["status"] == "RUNNING" for each in newest)
    }


def _published(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """Return of which families one of these runs was published."""
    return {
        WHAT_OF[machine]
        for machine, newest in runs.items()
        if machine in WHAT_OF and any(each.get("published") for each in newest)
    }


def _of_a_lost_pointer(
    freshness: Sequence[Mapping[str, Any]], runs: Mapping[str, Sequence[Mapping[str, Any]]], where: str
) -> Iterator[dict[str, Any]]:
    lost = _published(runs) - {each["family"] for each in freshness}
    for family in STALE_HOURS:
        if family in lost:
            yield _advised(said("pointer_lost", family=family), f"patronage restore{where}")


def _of_freshness(
    freshness: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Sequence[Mapping[str, Any]]],
    where: str,
    *,
    is_local: bool,
    has_alarms: bool,
) -> Iterator[dict[str, Any]]:
    live, going = {each["family"]: each for each in freshness}, _going(runs)
    for family, hours in STALE_HOURS.items():
        again = "patronage run --orders FILE" if is_local else f"patronage retrain {family}{where}"
        if family in going:
            if family not in {*live, *_published(runs)}:
                yield _advised(said("first_run_going", family=family), "")
        elif family not in {*live, *_published(runs)}:
            yield _advised(said("none_published", family=family), again)
        elif family in live and not has_alarms and live[family]["published_hours_ago"] >= hours:
            days = live[family]["published_hours_ago"] / 24
            yield _advised(said("live_is_stale", family=family, days=days), again)


def _of_alarms(alarms: Sequence[Mapping[str, Any]], where: str) -> Iterator[dict[str, Any]]:
    for each in alarms:
        if each["state"] != "ALARM" or each["alarm"].startswith(_SEEN_ELSEWHERE):
            continue
        is_stale = each["alarm"].startswith(_STALE)
        again = f"patronage retrain {each['alarm'].removeprefix(_STALE).lower()}{where}" if is_stale else ""
        about = {name: each[name] for name in ("alarm", "description")}
        yield _advised(said("alarm_stands", **about), again)


def _of_decision(
    decision: Mapping[str, Any] | None,
    freshness: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Sequence[Mapping[str, Any]]],
    where: str,
    *,
    is_local: bool,
) -> Iterator[dict[str, Any]]:
    if decision is None:
        if "monitoring" in _going(runs):
            yield _advised(said("first_run_going", family="monitoring"), "")
        elif freshness:
            command = "patronage monitor" if is_local else f"patronage retrain monitoring{where}"
            yield _advised(said("never_monitored"), command)
        return
    for each in decision.get("alerts", ()):
        family, rule, names = alert_parts(each["alert"])
        if family == FAILED:
            yield _advised(said("monitoring_failed", said=each["said"], part=rule), "")
        else:
            about = {"family": family, "rule": rule, "names": names.replace(",", ", ")}
            yield _advised(said("monitoring_alerts", said=each["said"], **about), "")


def _advised(say: Said, command: str) -> dict[str, Any]:
    return {**say.fields("say"), "command": command}


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
