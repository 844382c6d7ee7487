"""Business rules as a JSON document, checked part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.serve.ladder import MAX_K
from patronage.logic.serve.rules import Boost, Pin, Rules, Selection, Slot
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

MAX_FACTOR = 10
MAX_RULES = 200
"""The most pins, slots or boosts."""
MAX_PRODUCTS = 10_000
MAX_CATEGORIES = 1_000
MAX_CHARACTERS = 1_024

_SELECTION = ("product_ids", "categories")


def rules_of(document: Mapping[str, Any]) -> Rules:
    """Read rules from a document of plain values.

    Raises
    ------
    BadField
        A part breaks a rule; `field` names it, as ``pin[0].position``.

    Examples
    --------
    >>> rules_of({"pin": [{"product_id": "85123A", "position": 1}]}).pins[0].position
    1
    """
    _known(document, ("never", "pin", "promoted", "boost", "bury", "hide_bought", "consumable"), "")
    hide_bought = document.get("hide_bought")
    if hide_bought is not None and not isinstance(hide_bought, bool):
        raise _bad("hide_bought", hide_bought, "boolean", "true or false, or left out")
    return Rules(
        never=_selection(document.get("never", {}), "never"),
        pins=_each(document, "pin", _pin),
        slots=_each(document, "promoted", _slot),
        boosts=_each(document, "boost", _boost),
        bury=_selection(document.get("bury", {}), "bury"),
        hide_bought=hide_bought,
        consumable=_selection(document.get("consumable", {}), "consumable"),
    )


def _pin(values: Any, place: str) -> Pin:
    _known(values, ("product_id", "position", "countries", "segments", "categories"), place)
    return Pin(
        _text(values.get("product_id"), f"{place}.product_id"),
        _position(values.get("position"), f"{place}.position"),
        frozenset(_texts(values, "countries", place, MAX_CATEGORIES)),
        frozenset(_texts(values, "segments", place, MAX_CATEGORIES)),
        _texts(values, "categories", place, MAX_CATEGORIES),
    )


def _slot(values: Any, place: str) -> Slot:
    _known(values, ("position", "product_ids"), place)
    product_ids = _texts(values, "product_ids", place, MAX_PRODUCTS)
    if not product_ids:
        raise _bad(f"{place}.product_ids", [], "not-empty", "a list of at least one product id")
    return Slot(_position(values.get("position"), f"{place}.position"), product_ids)


def _boost(values: Any, place: str) -> Boost:
    _known(values, ("factor", *_SELECTION), place)
    selection = _selection({name: values[name] for name in _SELECTION if name in values}, place)
    if selection == Selection():
        raise _bad(place, values, "not-empty", "a boost of at least one product id or category")
    return Boost(_factor(values.get("factor"), f"{place}.factor"), selection)


def _selection(values: Any, place: str) -> Selection:
    _known(values, _SELECTION, place)
    return Selection(
        frozenset(_texts(values, "product_ids", place, MAX_PRODUCTS)),
        _texts(values, "categories", place, MAX_CATEGORIES),
    )


def _each(document: Mapping[str, Any], name: str, read: Callable[[Any, str], Any]) -> tuple[Any, ...]:
    values = _list(document.get(name, []), name, MAX_RULES)
    return tuple(read(value, f"{name}[{number}]") for number, value in enumerate(values))


def _texts(values: Mapping[str, Any], name: str, place: str, most: int) -> tuple[str, ...]:
    found = _list(values.get(name, []), f"{place}.{name}", most)
    return tuple(_text(each, f"{place}.{name}[{number}]") for number, each in enumerate(found))


def _list(value: Any, place: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise _bad(place, value, "list", "a list")
    if len(value) > most:
        raise BadField(f"{place} holds {len(value):,}; the most are {most:,}", field=place, rule="count")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_CHARACTERS:
        raise _bad(place, value, "text", f"a text of 1 to {MAX_CHARACTERS:,} characters")
    return value


def _position(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_K:
        raise _bad(place, value, "range", f"a whole number from 1 to {MAX_K}")
    return value


def _factor(value: int | float | Decimal | None, place: str) -> float:
    if value is None or isinstance(value, (bool, str, list, dict)) or not 1 < value <= MAX_FACTOR:
        raise _bad(place, value, "range", f"a number above 1 and at most {MAX_FACTOR}")
    return float(value)


def _known(values: Any, names: tuple[str, ...], place: str) -> None:
    if not isinstance(values, dict):
        raise _bad(place, values, "object", f"an object of {', '.join(names)}")
    for name in values:
        if name not in names:
            where = f"{place}.{name}" if place else name
            raise BadField(
                f"{where[:100]!r} is no rule; known are {', '.join(names)}", field=where[:100], rule="known"
            )


def _bad(place: str, value: Any, rule: str, wanted: str) -> BadField:
    return BadField(f"{place} is {shown(value)}; it must be {wanted}", field=place, rule=rule)
