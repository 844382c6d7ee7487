"""Parameters of the API: read from text or JSON, checked, and described as JSON Schema.

The hot path imports this, so it stands on the standard library alone.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField
from patronage.logic.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_ID_CHARACTERS = 1_024
"""Longer ids than any shop's; a URL of API Gateway holds little more."""
_MAX_TEXT_CHARACTERS = 2_048
_MAX_DIGITS = 15
_FIRST_YEAR, _LAST_YEAR = 1971, 9998
"""Beyond them an instant or a day in another zone may be none that a date can be."""
_SLUG = "[a-z0-9_-]{1,64}"
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")


class Parameter(NamedTuple):
    """One parameter of a route, in its path, its query or its body.

    Parameters
    ----------
    kind : str
        ``id``, ``text``, ``slug``, ``whole``, ``flag``, ``money``, ``choice``, ``instant`` or ``day``.
    many : bool
        It may be repeated in a query, and is a list in a body.
    low, high : int
        Limits of a whole number, or of how many a list holds.
    """

    name: str
    meaning: str
    kind: str = "text"
    required: bool = False
    default: Any = None
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    many: bool = False
    example: Any = None

    def of_texts(self, texts: Sequence[str]) -> Any:
        """Return the value of what a query or a path says."""
        if self.many:
            return self._checked_many([self._of_text(text) for text in texts])
        if len(texts) > 1:
            raise self._bad(f"stands {len(texts)} times", "once", f"say it once, as in {self._in_query()}")
        return self._of_text(texts[0])

    def of_json(self, value: Any) -> Any:
        """Return the value of what a body says."""
        if not self.many:
            return self._of_json(value)
        if not isinstance(value, list):
            raise self._bad(f"is {shown(value)}", "list", f"send a list, as in {self._in_json()}")
        return self._checked_many([self._of_json(each) for each in value])

    def absent(self) -> Any:
        """Return the value where nothing is said."""
        if self.required:
            as_shown = self._in_json() if self.many else self._in_query()
            raise self._bad("is missing", "required", f"say it, as in {as_shown}")
        return () if self.many else self.default

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        one = _SCHEMAS[self.kind](self)
        if self.many:
            return {"type": "array", "items": one, "maxItems": self.high} | (
                {"minItems": self.low} if self.low else {}
            )
        return one if self.default is None else {**one, "default": self.default}

    def _of_text(self, text: str) -> Any:
        if not text and self.kind != "text":
            raise self._bad("is empty", "not-empty", f"say it, as in {self._in_query()}")
        return _READERS[self.kind](self, text)

    def _of_json(self, value: Any) -> Any:
        if self.kind == "flag" and isinstance(value, bool):
            return value
        if self.kind in {"whole", "money"} and isinstance(value, (int, Decimal)):
            if not isinstance(value, bool):
                return self._of_number(value)
        elif isinstance(value, str) and self.kind not in {"flag", "whole"}:
            return self._of_text(value)
        raise self._bad(f"is {shown(value)}", "type", f"send it as in {self._in_json()}")

    def _of_number(self, value: int | Decimal) -> int | Decimal:
        if self.kind == "whole":
            self._check_range(value)
            if value != int(value):
                raise self._bad(f"is {shown(value)}", "whole-number", f"send it as in {self._in_json()}")
            return int(value)
        if abs(Decimal(value).adjusted()) >= _MAX_DIGITS:
            raise _no_money(self, value)
        return _money(self, f"{value:f}")

    def _checked_many(self, values: list[Any]) -> tuple[Any, ...]:
        if not self.low <= len(values) <= self.high:
            raise self._bad(f"holds {len(values)}", "count", f"send {self.low} to {self.high}")
        return tuple(values)

    def _check_range(self, value: int | Decimal) -> None:
        if not self.low <= value <= self.high:
            raise self._bad(f"is {shown(value)}", "range", f"it must lie between {self.low} and {self.high}")

    def _bad(self, what: str, rule: str, next_step: str) -> BadField:
        return BadField(f"{self.name} {what}; {next_step}", field=self.name, rule=rule)

    def _in_query(self) -> str:
        example = self._example()
        return f"{self.name}={example if isinstance(example, str) else json.dumps(example)}"

    def _in_json(self) -> str:
        example = self._example()
        written = example if self.kind == "money" else json.dumps(example, ensure_ascii=False)
        return f'"{self.name}": [{written}]' if self.many else f'"{self.name}": {written}'

    def _example(self) -> Any:
        """Return one value that keeps the rules."""
        if isinstance(self.example, list):
            return self.example[0]
        given = (self.example, self.default, *self.choices[:1])
        return next((each for each in given if each is not None), _EXAMPLES.get(self.kind, self.low))


def _text(parameter: Parameter, text: str) -> str:
    most = MAX_ID_CHARACTERS if parameter.kind == "id" else _MAX_TEXT_CHARACTERS
    if len(text) > most:
        raise parameter._bad(f"has {len(text)} characters", "length", f"the most are {most}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise parameter._bad("is no valid Unicode text", "unicode", "send it as UTF-8")
    return text


def _slug(parameter: Parameter, text: str) -> str:
    if not re.fullmatch(_SLUG, text):
        rule = "it must be 1 to 64 small letters, digits, - and _"
        raise parameter._bad(f"is {shown(text)}", "slug", rule)
    return text


def _whole(parameter: Parameter, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        limits = f"{parameter.low} to {parameter.high}"
        raise parameter._bad(f"is {shown(text)}", "whole-number", f"it must be a whole number from {limits}")
    parameter._check_range(int(text))
    return int(text)


def _flag(parameter: Parameter, text: str) -> bool:
    if text not in {"true", "false"}:
        raise parameter._bad(f"is {shown(text)}", "boolean", "write true or false")
    return text == "true"


def _money(parameter: Parameter, text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise _no_money(parameter, text)
    return Decimal(text)


def _no_money(parameter: Parameter, value: Any) -> BadField:
    next_step = f"write an amount of at most {_MAX_DIGITS} digits and four decimals, as in 12.50"
    return parameter._bad(f"is {shown(value)}", "decimal", next_step)


def _choice(parameter: Parameter, text: str) -> str:
    if text not in parameter.choices:
        known = ", ".join(parameter.choices)
        raise parameter._bad(f"is {shown(text)}", "one-of", f"it must be one of {known}")
    return text


def _instant(parameter: Parameter, text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not encoded
    except ValueError:
        instant = datetime.min
    if instant.tzinfo is None or not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise parameter._bad(
            f"is {shown(text)}", "date-time", "write it with its offset, as in 2026-11-25T09:30:00Z"
        )
    return instant.astimezone(UTC)


def _day(parameter: Parameter, text: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-25") else date.min
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        rule = f"write a day of the shop of the years {_FIRST_YEAR} to {_LAST_YEAR}, as in 2026-11-25"
        raise parameter._bad(f"is {shown(text)}", "date", rule)
    return day


_READERS: dict[str, Callable[[Parameter, str], Any]] = {
    "id": _text,
    "text": _text,
    "slug": _slug,
    "whole": _whole,
    "flag": _flag,
    "money": _money,
    "choice": _choice,
    "instant": _instant,
    "day": _day,
}
_EXAMPLES: dict[str, Any] = {
    "id": "a-1",
    "text": "a text",
    "slug": "home",
    "flag": True,
    "money": "12.50",
    "instant": "2026-11-25T09:30:00Z",
    "day": "2026-11-25",
}
"""By kind; a whole number's is its lowest."""
_SCHEMAS: dict[str, Callable[[Parameter], dict[str, Any]]] = {
    "id": lambda _: {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS},
    "text": lambda _: {"type": "string", "maxLength": _MAX_TEXT_CHARACTERS},
    "slug": lambda _: {"type": "string", "pattern": f"^{_SLUG}$"},
    "whole": lambda each: {"type": "integer", "minimum": each.low, "maximum": each.high},
    "flag": lambda _: {"type": "boolean"},
    "money": lambda _: {"type": "number"},
    "choice": lambda each: {"type": "string", "enum": list(each.choices)},
    "instant": lambda _: {"type": "string", "format": "date-time"},
    "day": lambda _: {"type": "string", "format": "date"},
}
