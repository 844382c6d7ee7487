"""Features that somebody supplies of a customer: which there are, and what each may be."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField
from patronage.logic.segments.assigning import as_stored
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_DAYS = 100_000
_MOST = 10**15


class Limits(NamedTuple):
    """What a feature may be: a whole number or any, between two bounds, and whether it may be unknown."""

    low: int
    high: int
    is_whole: bool = False
    may_be_null: bool = True


NEEDED = ("recency_days", "frequency", "net_minor")
"""Without these three nobody has a score."""

LIMITS = {
    "recency_days": Limits(0, _MOST_DAYS, is_whole=True),
    "frequency": Limits(0, 10**9, is_whole=True, may_be_null=False),
    "net_minor": Limits(-_MOST, _MOST, is_whole=True, may_be_null=False),
    "occasions": Limits(0, 10**9),
    "net_per_occasion_minor": Limits(-_MOST, _MOST),
    "items_per_occasion": Limits(0, _MOST),
    "price_per_item_minor": Limits(0, _MOST),
    "distinct_product_share": Limits(0, 1),
    "categories": Limits(0, 10**9),
    "returned_share": Limits(0, 1),
    "discounted_share": Limits(0, 1),
    "days_between_occasions": Limits(0, _MOST_DAYS),
    "tenure_days": Limits(0, _MOST_DAYS),
}
"""Every feature by its name, those of RFM first."""


def checked_features(supplied: object) -> dict[str, float | None]:
    """Return supplied features as a run would keep them.

    Raises
    ------
    BadField
        They are no object, or one has an unknown name, another type or a value out of its bounds.
    """
    if not isinstance(supplied, dict):
        raise BadField(
            'features must be an object of numbers, as in {"frequency": 3}', field="features", rule="type"
        )
    for name in supplied:
        if name not in LIMITS:
            known = ", ".join(LIMITS)
            raise BadField(
                f"{name!r} is no feature; known are {known}", field=f"features.{name}", rule="unknown"
            )
    return {name: _checked(name, value) for name, value in supplied.items()}


def check_complete(features: Mapping[str, float | None]) -> None:
    """Refuse features that give no score: one of `NEEDED` is missing, or not known of a buyer.

    Raises
    ------
    BadField
        It names the feature.
    """
    missing = [name for name in NEEDED if name not in features]
    if not missing and features["frequency"]:
        missing = [name for name in NEEDED if features[name] is None]
    if missing:
        raise BadField(
            f"{missing[0]} is missing, and nothing is stored of it; supply {', '.join(NEEDED)}",
            field=f"features.{missing[0]}",
            rule="required",
        )


def features_schema() -> dict[str, Any]:
    """Return the JSON Schema of supplied features."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _schema(limits) for name, limits in LIMITS.items()},
    }


def _schema(limits: Limits) -> dict[str, Any]:
    kind = "integer" if limits.is_whole else "number"
    return {
        "type": [kind, "null"] if limits.may_be_null else kind,
        "minimum": limits.low,
        "maximum": limits.high,
    }


def _checked(name: str, value: object) -> float | None:
    limits = LIMITS[name]
    if value is None and limits.may_be_null:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _bad(name, value, "type", f"be a {'whole ' if limits.is_whole else ''}number")
    if not isinstance(value, int) and not math.isfinite(value):
        raise _bad(name, value, "finite", "be a finite number")
    if not limits.low <= value <= limits.high:
        raise _bad(name, value, "range", f"lie between {limits.low} and {limits.high}")
    if not limits.is_whole:
        return as_stored(float(value))
    if value != int(value):
        raise _bad(name, value, "whole-number", "be a whole number")
    return int(value)


def _bad(name: str, value: object, rule: str, said: str) -> BadField:
    field = f"features.{name}"
    return BadField(f"{field} is {shown(value)}, and must {said}", field=field, rule=rule)
