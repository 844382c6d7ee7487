"""Read what Step Functions tells of an execution: where the time went, what came of it, why it failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patronage.logic.said import kept_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OURS = (
    *("BadInput", "BadField", "BadSettings", "LacksData", "NotFound", "Conflict", "TryAgain", "RunFailed"),
    "TooLarge",
)
"""Errors whose messages are written for people and hold no cell of a file; others may quote what they met."""
_LONGEST = 500


def seconds_by_state(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each state in the order of entering: how often, and how many seconds until it was left.

    A state that was never left, where the run ended in it, counts until the last event.
    """
    states: dict[str, dict[str, Any]] = {}
    within: dict[str, list[Any]] = {}
    for event in history:
        if "stateEnteredEventDetails" in event:
            name = event["stateEnteredEventDetails"]["name"]
            states.setdefault(name, {"state": name, "entered": 0, "seconds": 0.0})["entered"] += 1
            within.setdefault(name, []).append(event["timestamp"])
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            if within.get(name):
                _add(states[name], within[name].pop(0), event["timestamp"])
    for name, left in within.items():
        for since in left:
            _add(states[name], since, history[-1]["timestamp"])
    return [each | {"seconds": round(each["seconds"], 3)} for each in states.values()]


def _add(state: dict[str, Any], since: Any, until: Any) -> None:
    state["seconds"] += (until - since).total_seconds()


def outcome_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether the run published, and its reason, with its code; None and "" where it does not say."""
    try:
        output = json.loads(described.get("output") or "{}")
    except ValueError:
        output = {}
    told = output.get("gate") or output.get("decide") or output.get("pin") or {}
    return {
        "published": told.get("publish"),
        "reason": str(told.get("reason", "")),
        **kept_code(told),
    }


def cause_of(described: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the error, its message where it is one of ours, and the state that failed; "" for none."""
    error, cause = str(described.get("error") or ""), str(described.get("cause") or "")
    failed = [event for event in history if "taskFailedEventDetails" in event]
    if described["status"] != "FAILED" or not failed:
        return {**_told(error, cause), "failed_in": ""}
    details = failed[-1]["taskFailedEventDetails"]
    own = _told(error, cause)  # a machine may say itself what a task's failure means
    told = own if own["cause"] else _told(details.get("error", error), details.get("cause", cause))
    return {**told, "failed_in": _states_by_event(history).get(failed[-1]["id"], "")}


def failure_of(failure: Mapping[str, Any]) -> str:
    """Return why a state failed, in one line.

    Parameters
    ----------
    failure : mapping
        ``Error`` and ``Cause``, as Step Functions gives them.

    Examples
    --------
    >>> failure_of({"Cause": '{"errorType": "BadInput", "errorMessage": "no events"}'})
    'BadInput: no events'
    >>> failure_of({"Cause": '{"errorType": "KeyError", "errorMessage": "customer-17"}'})
    'KeyError'
    """
    told = _told(str(failure.get("Error", "")), str(failure.get("Cause", "")))
    return ": ".join(filter(None, [told["error"] or "States.TaskFailed", *told["cause"].splitlines()[:1]]))


def _states_by_event(history: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the state that each event is of; side by side, states are told apart by what went before."""
    states: dict[int, str] = {}
    for event in history:
        entered = event.get("stateEnteredEventDetails", {}).get("name")
        states[event["id"]] = entered or states.get(event.get("previousEventId", 0), "")
    return states


def _told(error: str, cause: str) -> dict[str, str]:
    """Return the error's name, and its message where it is one of ours; a function gives them as JSON."""
    try:
        told = json.loads(cause)
        error, cause = str(told["errorType"]), str(told["errorMessage"])
    except (ValueError, KeyError, TypeError):
        pass
    return {"error": error, "cause": cause[:_LONGEST] if error in OURS else ""}
