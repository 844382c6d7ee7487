"""Where in a TOML file something stands, which Python's parser does not say."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def place_of(text: str, keys: Sequence[str]) -> tuple[int, int] | None:
    """Return line and column, from 1 on, of where a key is set; None where it is not.

    Of a list of tables a key is the number of one, from 0 on, as text. A file is read line by line, so the
    key stands on the first line that names it and whose statement makes it appear: that holds for texts and
    lists over several lines, dotted keys and tables in braces alike.
    """
    lines = text.split("\n")
    names = {keys[-1], keys[-2]} if keys[-1].isdigit() and len(keys) > 1 else {keys[-1]}
    for number, line in enumerate(lines):
        if any(name in line for name in names) and _holds(_up_to(number, lines), keys):
            return number + 1, max(line.find(keys[-1]), 0) + 1
    return None


def _up_to(number: int, lines: Sequence[str]) -> Mapping[str, Any]:
    """Read a file up to the end of the statement that a line is of."""
    for end in range(number + 1, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a text, list or table over several lines
    return {}


def _holds(values: Mapping[str, Any], keys: Sequence[str]) -> bool:
    found: Any = values
    for key in keys:
        if isinstance(found, list):
            found = dict(zip(map(str, range(len(found))), found, strict=True))
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
