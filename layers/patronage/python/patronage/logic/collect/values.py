"""Single values of a posted event, checked so strictly that the lake refuses none of them later."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ID_BYTES = 1_024
"""The lake refuses longer ids."""
MAX_TEXT_BYTES = 2_048
_FIRST_MILLISECOND, _LAST_MILLISECOND = 10**11, 10**14
"""March 1973 and November 5138: seconds lie before, microseconds behind."""
_MOST = 10**10
_LAST_POSITION = 10_000
_NUMBER = re.compile(r"\d{1,10}(?:\.\d{1,20})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_FOUR_PLACES = Decimal("0.0001")


def id_of(fields: Mapping[str, Any], name: str) -> str:
    """Return an id byte for byte, "" where there is none; a whole number is taken as its digits."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    text = _text(name, value, MAX_ID_BYTES, "write it as a text, as in 'a-1'")
    if text != text.strip():
        raise BadField(
            f"{name}={shown(text)} begins or ends with a blank; send it without",
            field=name,
            rule="blank-ends",
        )
    return text


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return a text as it is, "" where there is none."""
    return _text(name, fields.get(name), MAX_TEXT_BYTES, "write a text")


def number_of(fields: Mapping[str, Any], name: str) -> str:
    """Return an amount from 0 with four decimals, "" where there is none; the text '12.50' is one too."""
    value = fields.get(name)
    if value is None or value == "":
        return ""
    number = _decimal(value)
    if number is None or not number.is_finite() or not 0 <= number < _MOST:
        raise BadField(
            f"{name}={shown(value)} is no number from 0 to {_MOST:,}; write it as in 12.50",
            field=name,
            rule="number",
        )
    return str(number.quantize(_FOUR_PLACES, ROUND_HALF_EVEN))


def position_of(fields: Mapping[str, Any], name: str) -> str:
    """Return a place in a list, from 1, "" where there is none; the text '3' is one too."""
    value = fields.get(name)
    if value is None or value == "":
        return ""
    number = _decimal(value)
    if number is None or not number.is_finite() or number % 1 or not 1 <= number <= _LAST_POSITION:
        raise BadField(
            f"{name}={shown(value)} is no place in a list; count from 1, up to {_LAST_POSITION:,}",
            field=name,
            rule="position",
        )
    return str(int(number))


def currency_of(fields: Mapping[str, Any], name: str) -> str:
    """Return an ISO 4217 code in capital letters, "" where there is none."""
    text = text_of(fields, name)
    if text and not _CURRENCY.fullmatch(text):
        raise BadField(
            f"{name}={shown(text)} is no ISO 4217 code; write it as in EUR", field=name, rule="currency"
        )
    return text.upper()


def instant_of(fields: Mapping[str, Any], name: str) -> datetime | None:
    """Return an instant in UTC, of ISO 8601 with an offset or milliseconds since 1970; None for none."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _of_iso(name, value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        if not _FIRST_MILLISECOND <= value < _LAST_MILLISECOND:
            raise BadField(
                f"{name}={shown(value)} is no time in milliseconds since 1970; write it as in 1767225600000",
                field=name,
                rule="milliseconds",
            )
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    raise _no_time(name, value)


def _of_iso(name: str, text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise _no_time(name, text) from exc
    raise BadField(
        f"{name}={shown(text)} has no offset from UTC; write it as in 2026-01-10T12:00:00Z",
        field=name,
        rule="offset",
    )


def _no_time(name: str, value: Any) -> BadField:
    return BadField(
        f"{name}={shown(value)} is no time; write it as in 2026-01-10T12:00:00Z, or as milliseconds",
        field=name,
        rule="time",
    )


def _text(name: str, value: Any, most: int, next_step: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadField(f"{name}={shown(value)} is no text; {next_step}", field=name, rule="text")
    if not _is_unicode(value):
        raise BadField(f"{name} holds half a surrogate pair; send it as UTF-8", field=name, rule="unicode")
    if len(value.encode()) > most:
        raise BadField(
            f"{name} has {len(value.encode()):,} bytes; the most are {most:,}", field=name, rule="length"
        )
    return value


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str):
        return Decimal(value) if value.isascii() and _NUMBER.fullmatch(value) else None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < _MOST else None
    return value if isinstance(value, Decimal) else Decimal(repr(value))
