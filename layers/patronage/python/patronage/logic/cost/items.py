"""How much writing an item takes, as DynamoDB counts it: a unit for each KB that is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNIT_BYTES = 1_024
_LENGTH_BYTES, _ELEMENT_BYTES = 3, 1


def write_units(items: Iterable[Mapping[str, Any]]) -> int:
    """Return the write units of some items, each put by itself or in a batch.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html

    Examples
    --------
    >>> write_units([{"pk": "a"}, {"pk": "b", "packed": bytes(1_024)}])
    3
    """
    return sum(-(-item_bytes(item) // UNIT_BYTES) for item in items)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item: the names of its attributes and their values.

    Examples
    --------
    >>> item_bytes({"pk": "ab", "n": 1234, "tags": ["x", True]})
    19
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bytes():
            return len(value)
        case bool() | None:
            return 1
        case int():
            digits = str(abs(value)).rstrip("0")
            return (len(digits) + 1) // 2 + 1 + (value < 0)
        case dict():
            return _LENGTH_BYTES + _ELEMENT_BYTES * len(value) + item_bytes(value)
        case list():
            return _LENGTH_BYTES + sum(_ELEMENT_BYTES + _value_bytes(each) for each in value)
        case _:
            raise TypeError(f"{type(value).__name__} is no value of an item")
