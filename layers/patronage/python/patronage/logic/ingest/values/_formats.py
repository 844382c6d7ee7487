"""Formats of times: the one that a whole column is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class TimeFormat:
    """How the times of a column are written.

    Parameters
    ----------
    name : str
        How reports call it.
    patterns : tuple of str
        DuckDB's `strptime` patterns, the commonest first; none for ISO 8601 and for numbers. They hold no
        offset: a text that ends with one is read at it, whatever the pattern.
    day_first : bool, optional
        Whether the day stands before a month that is a number; None where that is no question.
    """

    name: str
    patterns: tuple[str, ...] = ()
    day_first: bool | None = None


ISO = TimeFormat("ISO 8601")
EPOCH_SECONDS = TimeFormat("epoch seconds")
EPOCH_MILLISECONDS = TimeFormat("epoch milliseconds")
EPOCH_MICROSECONDS = TimeFormat("epoch microseconds")
EXCEL = TimeFormat("Excel days")

EPOCH_UNITS = {EPOCH_SECONDS.name: 1, EPOCH_MILLISECONDS.name: 10**3, EPOCH_MICROSECONDS.name: 10**6}
"""Units in a second, by the name of the format."""

PLAIN_PATTERNS = {ISO.name: ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")}
"""The commonest ways to write a format that has no patterns, as patterns."""

DAY_FIRST = "day/month/year"
MONTH_FIRST = "month/day/year"
YEAR_FIRST = "year.month.day"
COMPACT = "YYYYMMDD"
ONLY_OF_FULL_YEARS = frozenset({YEAR_FIRST, COMPACT})
"""Formats that are told by the four digits of their year; of two digits it may be the day."""

_KEYWORDS = {
    "iso": ISO,
    "epoch_s": EPOCH_SECONDS,
    "epoch_ms": EPOCH_MILLISECONDS,
    "epoch_us": EPOCH_MICROSECONDS,
    "excel": EXCEL,
}
_DIRECTIVE = re.compile("%(-?.|$)", re.DOTALL)
_KNOWN = "a A b B d -d f g H -H I -I j m -m M -M p S -S y Y z Z %"
_DIRECTIVES = frozenset(_KNOWN.split())
_DAYS = frozenset({"d", "-d"})
_MONTHS = frozenset({"m", "-m", "b", "B"})


def given_time_format(patterns: Sequence[str]) -> TimeFormat:
    """Return the format that a dialect or a settings file pins.

    Parameters
    ----------
    patterns : sequence of str
        `strptime` patterns, or one of ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us`` and ``excel`` (days
        since 1899-12-30).

    Raises
    ------
    BadInput
        There is none, or one that DuckDB cannot read a whole day with.
    """
    if len(patterns) == 1 and patterns[0] in _KEYWORDS:
        return _KEYWORDS[patterns[0]]
    if not patterns:
        raise BadInput("a list of date formats is empty; give a pattern such as '%d/%m/%Y %H:%M', or 'iso'")
    for pattern in patterns:
        _check(pattern)
    first = patterns[0]
    month = max(first.find("%m"), first.find("%-m"))
    day = max(first.find("%d"), first.find("%-d"))
    return TimeFormat(", ".join(patterns), tuple(patterns), day < month if min(day, month) >= 0 else None)


def _check(pattern: str) -> None:
    if pattern in _KEYWORDS:
        raise BadInput(f"the date format {pattern!r} stands beside others; let it stand alone")
    found = _DIRECTIVE.findall(pattern)
    unknown = [each for each in found if each not in _DIRECTIVES]
    if unknown:
        raise BadInput(f"the date format {pattern!r} holds %{unknown[0]}, which is no directive of strptime")
    used = set(found)
    if not used & {"y", "Y"} or not ("j" in used or (used & _DAYS and used & _MONTHS)):
        raise BadInput(
            f"the date format {pattern!r} does not say a whole day; it needs a year, a month and a day, "
            f"as in '%d/%m/%Y', or one of {', '.join(_KEYWORDS)}"
        )
