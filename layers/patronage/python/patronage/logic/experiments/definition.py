"""What an experiment is made of, read from a request and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.analysis_options import METRICS
from patronage.logic.experiments.arms import ID, bad, read_arms, share
from patronage.logic.experiments.document import HOLDOUT
from patronage.logic.segments.rfm import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_NAME_CHARACTERS = 200
_MOST_HYPOTHESIS_CHARACTERS = 2_000
_FIELDS = (
    "experiment_id",
    "name",
    "hypothesis",
    "arms",
    "coverage",
    "segments",
    "namespace",
    "control",
    "primary_metric",
)


def read_experiment(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition that a request holds, with what it left out.

    Parameters
    ----------
    document : mapping
        ``experiment_id``; ``arms``, a list of ``{"arm", "kind", "weight", …}``; where they are given
        ``name``; ``hypothesis``; ``coverage``, the share of those who may take part who do; ``segments``,
        whose customers alone may; ``namespace``, ``{"id", "range": [a, b]}``; ``control``, the arm that the
        others are held against; ``primary_metric``, the one that decides.

    Raises
    ------
    BadField
        A field is missing, unknown or breaks its rule.
    """
    if unknown := sorted(set(document) - set(_FIELDS)):
        raise bad(unknown[0][:60], "known-field", f"is unknown; known: {', '.join(_FIELDS)}")
    experiment_id = document.get("experiment_id")
    name = document.get("name", experiment_id)
    arms = read_arms(document.get("arms"))
    return {
        "experiment_id": _id(experiment_id),
        "name": _text(name, "name", 1, _MOST_NAME_CHARACTERS),
        "hypothesis": _text(document.get("hypothesis", ""), "hypothesis", 0, _MOST_HYPOTHESIS_CHARACTERS),
        "coverage": share(document.get("coverage", 1), "coverage"),
        "arms": arms,
        "segments": _segments(document.get("segments", [])),
        "namespace": _namespace(document.get("namespace")),
        "control": _one_of([each["arm"] for each in arms], document.get("control"), "control"),
        "primary_metric": _one_of(METRICS, document.get("primary_metric"), "primary_metric"),
    }


def _id(value: Any) -> str:
    if not (isinstance(value, str) and ID.fullmatch(value)):
        raise bad("experiment_id", "slug", f"is {value!r}; write small letters, digits, - and _, 64 at most")
    if value == HOLDOUT:
        raise bad("experiment_id", "reserved", "is holdout, which the permanent holdout is called")
    return value


def _text(value: Any, place: str, least: int, most: int) -> str:
    if not (isinstance(value, str) and least <= len(value) <= most):
        raise bad(place, "text", f"must be a text of at most {most:,} characters")
    return value


def _one_of(known: Sequence[str], value: Any, place: str) -> str | None:
    """Return a name that is known; None where the analysis may choose."""
    if value is not None and value not in known:
        raise bad(place, "one-of", f"must be one of {', '.join(known)}; leave it out for the usual one")
    return None if value is None else str(value)


def _segments(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise bad("segments", "list", "must be a list of segments; leave it out for everybody")
    for place, each in enumerate(value):
        if not isinstance(each, str) or each not in SEGMENTS:
            raise bad(f"segments[{place}]", "one-of", f"must be one of {', '.join(SEGMENTS)}")
    return sorted(set(value))


def _namespace(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"id", "range"}:
        raise bad("namespace", "fields", "must have id and range, and nothing else")
    if not (isinstance(value["id"], str) and ID.fullmatch(value["id"])):
        raise bad("namespace.id", "slug", "must be small letters, digits, - and _, 64 at most")
    limits = value["range"]
    if not (isinstance(limits, list) and len(limits) == 2):
        raise bad("namespace.range", "range", "must be two numbers, as in [0, 0.5]")
    low, high = (share(each, f"namespace.range[{place}]") for place, each in enumerate(limits))
    if low >= high:
        raise bad("namespace.range", "range", "must be two numbers, the first the lower one")
    return {"id": value["id"], "range": [low, high]}
