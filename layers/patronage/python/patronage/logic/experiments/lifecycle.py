"""The states of an experiment, which may follow which, and what must hold for one to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import Conflict
from patronage.logic.experiments.variants import variant_of
from patronage.logic.serve.variant_lists import lists_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from patronage.logic.serve.pointer import Entry

    Definition = Mapping[str, Any]

DRAFT, RUNNING, STOPPED, ARCHIVED = "draft", "running", "stopped", "archived"
_NEXT = {DRAFT: (RUNNING, ARCHIVED), RUNNING: (STOPPED,), STOPPED: (ARCHIVED,), ARCHIVED: ()}
_VERBS = {RUNNING: "start", STOPPED: "stop", ARCHIVED: "archive"}
_STAMPS = {RUNNING: "started_at", STOPPED: "stopped_at", ARCHIVED: "archived_at"}


def moved(experiment: Definition, state: str, now: datetime) -> dict[str, Any]:
    """Return an experiment in a new state, and when that began; in the same state, as it is.

    Raises
    ------
    Conflict
        The state does not follow the present one; the message says which does.
    """
    present = experiment["state"]
    if present == state:
        return dict(experiment)
    if state not in _NEXT[present]:
        possible = " or ".join(_VERBS[each] for each in _NEXT[present])
        said = f"you can {possible} it" if possible else "nothing follows; create another under a new id"
        called = "a draft" if present == DRAFT else present
        raise Conflict(
            f"you cannot {_VERBS[state]} experiment {experiment['experiment_id']}, which is {called}: {said}"
        )
    return {**experiment, "state": state, _STAMPS[state]: now.isoformat()}


def check_alone(experiment: Definition, others: Iterable[Definition]) -> None:
    """Check that no visitor of an experiment could take part in another that runs.

    Raises
    ------
    Conflict
        One that runs could have a visitor in common with this.
    """
    for other in others:
        is_other = other["experiment_id"] != experiment["experiment_id"]
        if is_other and other["state"] == RUNNING and not _exclude(experiment, other):
            raise Conflict(
                f"experiments {experiment['experiment_id']} and {other['experiment_id']} could have visitors "
                f"in common: stop {other['experiment_id']} first, or give both a namespace of the same id "
                "with ranges that do not overlap"
            )


def check_served(experiment: Definition, live: Mapping[str, Entry]) -> None:
    """Check that what is live holds what an experiment needs.

    Parameters
    ----------
    live : mapping of str to Entry
        The pointer's entries by family.

    Raises
    ------
    Conflict
        The lists of an arm, or the segments that it is for, are not live.
    """
    experiment_id = experiment["experiment_id"]
    if experiment["segments"] and "segments" not in live:
        raise Conflict(
            f"experiment {experiment_id} is for segments, and none are live yet; run the segmentation first"
        )
    for arm in experiment["arms"]:
        variant = variant_of(arm)[0]
        entry = live.get("recommendations")
        if variant and (entry is None or lists_of(entry.model, variant) is None):
            held = "no recommendations are live yet" if entry is None else f"run {entry.run_id} lacks them"
            raise Conflict(
                f"arm {arm['arm']} of experiment {experiment_id} shows the lists of {variant}, and {held}; "
                "run the training, which makes the lists that drafts name, then start it again"
            )


def _exclude(one: Definition, other: Definition) -> bool:
    mine, theirs = one.get("namespace"), other.get("namespace")
    if not mine or not theirs or mine["id"] != theirs["id"]:
        return False
    (low, high), (their_low, their_high) = mine["range"], theirs["range"]
    return bool(high <= their_low or their_high <= low)
