"""The arms of an experiment: what each shows, read from a request and checked."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODEL, HYBRID, POPULAR, RULES, NONE = "model", "hybrid", "popular", "rules", "none"
KINDS = {
    MODEL: "recommendations as they are, or those of a method that is named",
    HYBRID: "a blend of methods by the weights that are given",
    POPULAR: "what is popular, and nothing personal",
    RULES: "recommendations as they are, under business rules that replace the shop's",
    NONE: "no recommendations: an empty list, marked as control",
}
METHODS = (
    "popularity",
    "item_to_item",
    "sequence",
    "users",
    "svd",
    "nmf",
    "als",
    "ease",
    "content",
    "repeat",
)
"""Those that a training run may train; the API has no NumPy, and so cannot ask where they are made."""
LEARNT = "hybrid"
"""As the method of an arm: the blend with the weights that the run itself learns."""
ID = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_MOST_ARMS = 10
_COMMON = {"arm", "kind", "weight"}
_MAY = {MODEL: {"model"}}
_MUST = {HYBRID: {"weights"}, RULES: {"rules"}}


def read_arms(arms: Any) -> list[dict[str, Any]]:
    """Return the arms that a document lists.

    Raises
    ------
    BadField
        An arm breaks a rule, or their weights do not add up to 1.
    """
    if not (isinstance(arms, list) and 2 <= len(arms) <= _MOST_ARMS):
        raise bad("arms", "count", f"must be a list of 2 to {_MOST_ARMS} arms")
    read = [_arm(each, f"arms[{place}]") for place, each in enumerate(arms)]
    names = [each["arm"] for each in read]
    if len(set(names)) < len(names):
        raise bad("arms", "unique", "name an arm twice")
    if abs(sum(each["weight"] for each in read) - 1) > 1e-9:
        raise bad("arms", "weights", "have weights that do not add up to 1")
    return read


def share(value: Any, place: str) -> float:
    """Return a number from 0 to 1."""
    if not _is_number(value) or not 0 <= value <= 1:
        raise bad(place, "share", "must be a number from 0 to 1")
    return float(value)


def bad(field: str, rule: str, what: str) -> BadField:
    """Return the error of a field that breaks a rule."""
    return BadField(f"{field} {what}", field=field, rule=rule)


def _arm(arm: Any, place: str) -> dict[str, Any]:
    if not isinstance(arm, dict) or not set(arm) >= _COMMON:
        raise bad(place, "fields", "must have arm, kind and weight")
    if not (isinstance(arm["arm"], str) and ID.fullmatch(arm["arm"])):
        raise bad(f"{place}.arm", "slug", "must be small letters, digits, - and _, 64 at most")
    kind = arm["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise bad(f"{place}.kind", "one-of", f"must be one of {', '.join(KINDS)}")
    more = set(arm) - _COMMON
    must = _MUST.get(kind, set())
    if missing := sorted(must - more):
        raise bad(place, "fields", f"must have {missing[0]}, for its kind is {kind}")
    if unknown := sorted(more - must - _MAY.get(kind, set())):
        raise bad(place, "fields", f"has {unknown[0][:60]!r}, which an arm of the kind {kind} does not have")
    read = {"arm": arm["arm"], "kind": kind, "weight": share(arm["weight"], f"{place}.weight")}
    return read | {name: _READERS[name](arm[name], f"{place}.{name}") for name in sorted(more)}


def _method(value: Any, place: str) -> str:
    if value not in (*METHODS, LEARNT):
        raise bad(place, "one-of", f"must be one of {', '.join((*METHODS, LEARNT))}")
    return str(value)


def _weights(value: Any, place: str) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise bad(place, "object", 'must be an object of method and weight, as in {"ease": 0.7, "als": 0.3}')
    for name in value:
        if name not in METHODS:
            raise bad(f"{place}.{name[:60]}", "one-of", f"must be one of {', '.join(METHODS)}")
    read = {name: share(weight, f"{place}.{name}") for name, weight in sorted(value.items())}
    if sum(read.values()) <= 0:
        raise bad(place, "weights", "give no method any weight")
    return read


def _rules(value: Any, place: str) -> Mapping[str, Any]:
    from patronage.logic.serve.rules_document import rules_of

    if not isinstance(value, dict):
        raise bad(place, "object", "must be a document of business rules; see docs/business-rules.md")
    try:
        rules_of(value)
    except BadField as exc:
        raise BadField(f"{place}: {exc}", field=f"{place}.{exc.field}", rule=exc.rule) from exc
    plain: dict[str, Any] = json.loads(json.dumps(value, default=float))  # a number of a body is a Decimal
    return plain


_READERS: dict[str, Callable[[Any, str], Any]] = {"model": _method, "weights": _weights, "rules": _rules}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
