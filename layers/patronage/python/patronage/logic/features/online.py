"""The online values of a customer: packed for the serving table, and judged by their age when read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.features.registry import FEATURES
from patronage.logic.segments.assigning import as_stored
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_DIGITS = 9
"""So many digits tell every number of four bytes apart."""
_ALL_SHORT = 10**_DIGITS
"""Whole numbers below have no more digits than that."""


def pack_values(values: Sequence[Any]) -> bytes:
    """Pack a customer's values, in the order of the features that the generation names."""
    return pack_document([_short(value) if isinstance(value, float) else value for value in values])[0]


def _short(value: float) -> float:
    if value.is_integer() and abs(value) < _ALL_SHORT:
        return value
    return float(f"{value:.{_DIGITS}g}")


def served_values(
    names: Sequence[str], packed: bytes | None, *, as_of: datetime, now: datetime, only: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return the online values by feature, those that are too old as null.

    Parameters
    ----------
    names : sequence of str
        The features of the generation, in the order in which the values are packed.
    packed : bytes, optional
        As `pack_values` gives them; None for a customer of whom none is known.
    as_of, now : datetime
        The instant of the values, and of the question.
    only : sequence of str
        The features that are asked for; by default all.

    Returns
    -------
    dict
        By name ``value``, ``ttl_hours`` and ``expired``: whether the value is older than that, so that it is
        none.

    Raises
    ------
    BadField
        One of `only` is no feature of the generation.
    """
    known = FEATURES["customer"]
    values = dict(
        zip(names, [None] * len(names) if packed is None else unpack_document([packed]), strict=True)
    )
    for name in only:
        if name not in values or name not in known:
            raise BadField(
                f"{shown(name)} is no online feature; they are {', '.join(values)}",
                field="names",
                rule="unknown",
            )
    chosen = [name for name in values if name in known and (not only or name in only)]
    return {name: _served(name, values[name], now - as_of) for name in chosen}


def _served(name: str, value: Any, age: timedelta) -> dict[str, Any]:
    feature = FEATURES["customer"][name]
    is_expired = age > timedelta(hours=feature.ttl_hours)
    if feature.kind == "number" and value is not None:
        value = as_stored(value)
    return {
        "value": None if is_expired else value,
        "ttl_hours": feature.ttl_hours,
        "expired": is_expired,
    }
