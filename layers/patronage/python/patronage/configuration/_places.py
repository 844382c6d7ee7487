"""Where in a TOML file something stands, which Python's parser does not say."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def place_of(text: str, keys: Sequence[str]) -> tuple[int, int] | None:
    """Return line and column, from 1 on, of where a key is set; None where it is not.

    A file is read line by line, so the key stands in the first piece of it that makes the key appear: that
    holds for texts and lists over several lines, dotted keys and tables in braces alike.
    """
    lines = text.split("\n")
    whole = 0
    for end in range(1, len(lines) + 1):
        try:
            values = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a text, list or table over several lines
        if _holds(values, keys):
            return _within(lines, range(whole, end), keys[-1])
        whole = end
    return None


def _holds(values: Mapping[str, Any], keys: Sequence[str]) -> bool:
    found: Any = values
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def _within(lines: Sequence[str], numbers: range, key: str) -> tuple[int, int]:
    for number in numbers:
        column = lines[number].find(key)
        if column >= 0:
            return number + 1, column + 1
    return numbers.start + 1, 1
