"""What an experiment is made of, read from a request and checked."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField
from patronage.logic.experiments.assignment import arm_at, bucket_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODEL, POPULAR, NONE = "model", "popular", "none"
KINDS = {
    MODEL: "recommendations as they are",
    POPULAR: "what is popular, and nothing personal",
    NONE: "no recommendations: an empty list, marked as control",
}
RUNNING, STOPPED = "running", "stopped"
_ID = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_MOST_ARMS = 10
_MOST_NAME_CHARACTERS = 200
_FIELDS = {"experiment_id", "name", "arms", "coverage"}


class Assigned(NamedTuple):
    """The experiment and the arm that a visitor belongs to."""

    experiment_id: str
    arm: str
    kind: str

    @property
    def is_control(self) -> bool:
        """Whether the visitor gets no recommendations."""
        return self.kind == NONE

    @property
    def is_personal(self) -> bool:
        """Whether what is known of the visitor may shape the answer."""
        return self.kind == MODEL


def read_experiment(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition that a request holds, with what it left out.

    Parameters
    ----------
    document : mapping
        ``experiment_id``; ``arms``, a list of ``{"arm", "kind", "weight"}``; ``name`` and ``coverage``, the
        share of all visitors who take part, where they are given.

    Raises
    ------
    BadField
        A field is missing, unknown or breaks its rule.
    """
    if unknown := sorted(set(document) - _FIELDS):
        raise _bad(unknown[0], "known-field", f"is unknown; known: {', '.join(sorted(_FIELDS))}")
    experiment_id = document.get("experiment_id")
    if not (isinstance(experiment_id, str) and _ID.fullmatch(experiment_id)):
        raise _bad(
            "experiment_id", "slug", f"is {experiment_id!r}; write small letters, digits, - and _, 64 at most"
        )
    name = document.get("name", experiment_id)
    if not (isinstance(name, str) and 0 < len(name) <= _MOST_NAME_CHARACTERS):
        raise _bad("name", "text", f"must be a text of at most {_MOST_NAME_CHARACTERS} characters")
    coverage = _share(document.get("coverage", 1), "coverage")
    return {"experiment_id": experiment_id, "name": name, "coverage": coverage, "arms": _arms(document)}


def assigned(experiments: Sequence[Mapping[str, Any]], visitor: str) -> Assigned | None:
    """Return the arm of the running experiment that a visitor takes part in.

    Parameters
    ----------
    visitor : str
        Id of the user, else of the session; "" takes no part.
    """
    if not visitor:
        return None
    for each in experiments:
        if each["state"] != RUNNING:
            continue
        weights = [float(arm["weight"]) for arm in each["arms"]]
        place = arm_at(bucket_of(each["experiment_id"], visitor), weights, coverage=float(each["coverage"]))
        if place is not None:
            arm = each["arms"][place]
            return Assigned(each["experiment_id"], arm["arm"], arm["kind"])
    return None


def _arms(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    arms = document.get("arms")
    if not (isinstance(arms, list) and 2 <= len(arms) <= _MOST_ARMS):
        raise _bad("arms", "count", f"must be a list of 2 to {_MOST_ARMS} arms")
    read = [_arm(each, f"arms[{place}]") for place, each in enumerate(arms)]
    names = [each["arm"] for each in read]
    if len(set(names)) < len(names):
        raise _bad("arms", "unique", "name an arm twice")
    if abs(sum(float(each["weight"]) for each in read) - 1) > 1e-9:
        raise _bad("arms", "weights", "have weights that do not add up to 1")
    return read


def _arm(arm: Any, place: str) -> dict[str, Any]:
    if not isinstance(arm, dict) or set(arm) != {"arm", "kind", "weight"}:
        raise _bad(place, "fields", "must have arm, kind and weight, and nothing else")
    if not (isinstance(arm["arm"], str) and _ID.fullmatch(arm["arm"])):
        raise _bad(f"{place}.arm", "slug", "must be small letters, digits, - and _, 64 at most")
    if arm["kind"] not in KINDS:
        raise _bad(f"{place}.kind", "one-of", f"must be one of {', '.join(KINDS)}")
    return {**arm, "weight": _share(arm["weight"], f"{place}.weight")}


def _share(value: Any, place: str) -> str:
    """Return a share as a text: the table holds no floats."""
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1:
        raise _bad(place, "share", "must be a number from 0 to 1")
    return str(float(value))


def _bad(field: str, rule: str, what: str) -> BadField:
    return BadField(f"{field} {what}", field=field, rule=rule)
