"""Where in a TOML file something stands, which Python's parser does not say."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CLOSED = ("", "\n]")
"""What may end a statement: nothing, or a list whose further lines do not matter."""


def place_of(text: str, keys: Sequence[str]) -> tuple[int, int] | None:
    """Return line and column, from 1 on, of where a key is set; None where it is not, or is not written so.

    Of a list of tables a key is the number of one, from 0 on, as text. A file is read line by line, so the
    key stands on the first line that names it and up to which the file holds it: that is so for texts and
    lists over several lines, dotted keys and tables in braces alike.
    """
    *_, table, key = ("", *keys)
    is_number = key.isdigit() and bool(table)
    names = (table, "{") if is_number else (key,)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if any(name in line for name in names) and _holds(_up_to(number, lines), keys):
            column = len(line) - len(line.lstrip()) if is_number else line.find(key)
            return number + 1, column + 1
    return None


def keys_to(values: Mapping[str, Any], path: str) -> list[str]:
    """Part a path of names with dots between into the keys that a file has; a name may hold a dot itself.

    What of the path the file does not have is left out, so that the keys lead to the table that lacks it.
    """
    keys: list[str] = []
    found: Any = values
    while path:
        table = _table(found)
        fitting = [each for each in table if path == each or path.startswith(f"{each}.")]
        if not fitting:
            break
        key = max(fitting, key=len)
        keys, found, path = [*keys, key], table[key], path[len(key) + 1 :]
    return keys


def _up_to(number: int, lines: Sequence[str]) -> Mapping[str, Any]:
    """Read a file up to a line, or to the end of the statement that the line is of."""
    for end in range(number + 1, len(lines) + 1):
        for closed in _CLOSED:
            try:
                return tomllib.loads("\n".join(lines[:end]) + closed)
            except (ValueError, RecursionError):
                continue  # in the middle of a text or table over several lines
    return {}


def _holds(values: Mapping[str, Any], keys: Sequence[str]) -> bool:
    found: Any = values
    for key in keys:
        table = _table(found)
        if key not in table:
            return False
        found = table[key]
    return True


def _table(found: Any) -> Mapping[str, Any]:
    """Return what a value holds by its keys; of a list they are the numbers, other values hold nothing."""
    if isinstance(found, list):
        return {str(number): each for number, each in enumerate(found)}
    return found if isinstance(found, dict) else {}
