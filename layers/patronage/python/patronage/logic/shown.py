"""Values in messages, cut to what a person reads."""

from __future__ import annotations

from typing import Any

_CHARACTERS = 60
_DIGITS = 40
_WORDS = {None: "null", True: "true", False: "false"}


def shown(value: Any) -> str:
    """Write a plain value as JSON means it, a text in quotes.

    Examples
    --------
    >>> shown("a" * 99), shown(None), shown([1])
    ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...", 'null', 'a list')
    """
    if isinstance(value, list | dict):
        kind = "list" if isinstance(value, list) else "object"
        return f"{'a' if value and kind == 'list' else 'an'} {'' if value else 'empty '}{kind}"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int) and abs(value) >= 10**_DIGITS:
        return "a number of very many digits"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _CHARACTERS else f"{text[: _CHARACTERS - 3]}..."
