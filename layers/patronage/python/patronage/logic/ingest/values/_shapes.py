"""Read one text as a time in every format that it can be written in.

The guess over a sample stands on this; a whole column is read by the SQL of `_instants`, which tests hold
equal to it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from patronage.logic.ingest.values._formats import (
    COMPACT,
    DAY_FIRST,
    EPOCH_MICROSECONDS,
    EPOCH_MILLISECONDS,
    EPOCH_SECONDS,
    ISO,
    MONTH_FIRST,
    YEAR_FIRST,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

YEARS = range(1900, 2201)
"""A time outside of them is no time of a shop."""

UTC_WORD = "(?:Z|UTC|GMT)"
OFFSET = "[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?"
"""What may follow a time. Python's `re` and DuckDB's RE2 both read it, and those below."""

GAP = "[ \u00a0\u202f]?"
"""What may stand before AM or PM: browsers write a narrow blank there."""

ISO_DAY = "(?:-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2})"
"""Behind the year."""

ISO_TIME = r"[ T]+[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:[.,][0-9]{1,9})?)?"

_EPOCHS = (  # 1990 up to 2100: the units cannot be mistaken for one another, nor for YYYYMMDD
    (EPOCH_SECONDS.name, 631_152_000, 4_102_444_800),
    (EPOCH_MILLISECONDS.name, 631_152_000_000, 4_102_444_800_000),
    (EPOCH_MICROSECONDS.name, 631_152_000_000_000, 4_102_444_800_000_000),
)
_MONTHS = {
    name: number
    for number, long in enumerate(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        1,
    )
    for name in (long.lower(), long[:3].lower())
}
_WEEKDAY = (
    r"(?:(?P<weekday>(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?P<whole>day)?)(?P<comma>,?) )?"
)
_TIME = (
    r"(?:(?P<glue>,? |T)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})"
    rf"(?P<fraction>\.[0-9]{{1,6}})?)?(?:(?P<gap>{GAP})(?P<half>[AaPp][Mm]))?"
    rf"(?: ?(?:{UTC_WORD}|{OFFSET}))?)?"
)
_ISO = re.compile(rf"(?P<day>[0-9]{{4}}{ISO_DAY})(?:{ISO_TIME}(?: ?(?:{UTC_WORD}|{OFFSET}))?)?")
_NUMERIC = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[/.-])(?P<b>[0-9]{{1,2}})(?P=sep)(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_DAY_NAME_YEAR = re.compile(
    rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?P<sep>[ /.-])(?P<name>[A-Za-z]{{3,9}})(?P<dot>\.?)(?P=sep)"
    rf"(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_NAME_DAY_YEAR = re.compile(
    rf"{_WEEKDAY}(?P<name>[A-Za-z]{{3,9}})(?P<dot>\.?)(?P<sep>[ -])(?P<d>[0-9]{{1,2}})(?P<sep2>,? |-)"
    rf"(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_COMPACT = re.compile(
    r"(?P<day>[0-9]{8})(?:(?P<glue>[ T]?)(?P<hour>[0-9]{2})(?P<colon>:?)(?P<minute>[0-9]{2})"
    rf"(?:(?P=colon)(?P<second>[0-9]{{2}})(?: ?(?:{UTC_WORD}|{OFFSET}))?)?)?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<sep>\. ?)(?P<month>[0-9]{{1,2}})(?P=sep)(?P<d>[0-9]{{1,2}})(?P<end>\.?){_TIME}"
)
_NUMBER = re.compile(r"(?P<whole>[0-9]{9,16})(?:\.[0-9]+)?")


def readings(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each way to read a text as a time: the format's name, the patterns of its day and of its time."""
    text = text.strip()
    for regex, read in _READERS:
        found = regex.fullmatch(text)
        if found:
            yield from read(found)


def full_year(text: str) -> int:
    """Return the year of two or four digits; 69 to 99 are 1969 to 1999, as in POSIX."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= 69 else 2000)


def _iso(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    year, month, day = map(int, re.split("[-/]", found["day"]))
    if _is_day(year, month, day):
        yield ISO.name, "", ""


def _numeric(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    time = _time_pattern(found)
    year, sep = full_year(found["year"]), found["sep"]
    a, b, year_pattern = int(found["a"]), int(found["b"]), _year_pattern(found)
    if time is None:
        return
    if _is_day(year, b, a):
        yield DAY_FIRST, f"%d{sep}%m{sep}{year_pattern}", time
    if _is_day(year, a, b):
        yield MONTH_FIRST, f"%m{sep}%d{sep}{year_pattern}", time


def _year_first(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    time, sep = _time_pattern(found), found["sep"]
    if time is not None and _is_day(int(found["year"]), int(found["month"]), int(found["d"])):
        yield YEAR_FIRST, f"%Y{sep}%m{sep}%d{found['end']}", time


def _named(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    time, name = _time_pattern(found), found["name"]
    month = _MONTHS.get(name.lower())
    if time is None or month is None or not _is_day(full_year(found["year"]), month, int(found["d"])):
        return
    weekday = f"%{'A' if found['whole'] else 'a'}{found['comma']} " if found["weekday"] else ""
    month_pattern = ("%b" if len(name) == 3 else "%B") + found["dot"]
    sep, year = found["sep"], _year_pattern(found)
    if "sep2" in found.re.groupindex:
        yield "Month day, year", f"{weekday}{month_pattern}{sep}%d{found['sep2']}{year}", time
    else:
        yield "day Month year", f"{weekday}%d{sep}{month_pattern}{sep}{year}", time


def _compact(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    day = found["day"]
    if not _is_day(int(day[:4]), int(day[4:6]), int(day[6:])):
        return
    time = ""
    if found["hour"]:
        colon = found["colon"]
        time = f"{found['glue']}%H{colon}%M" + (f"{colon}%S" if found["second"] else "")
    if not time or _is_clock(found):
        yield COMPACT, "%Y%m%d", time


def _number(found: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    for name, low, high in _EPOCHS:
        if low <= int(found["whole"]) < high:
            yield name, "", ""


_READERS = (
    (_ISO, _iso),
    (_NUMERIC, _numeric),
    (_YEAR_FIRST, _year_first),
    (_DAY_NAME_YEAR, _named),
    (_NAME_DAY_YEAR, _named),
    (_COMPACT, _compact),
    (_NUMBER, _number),
)


def _year_pattern(found: re.Match[str]) -> str:
    return "%Y" if len(found["year"]) == 4 else "%y"


def _time_pattern(found: re.Match[str]) -> str | None:
    """Return the pattern of the time of day, empty where there is none, None where it is none."""
    if found["hour"] is None:
        return ""
    half = found["half"]
    if not _is_clock(found) or (half and not 1 <= int(found["hour"]) <= 12):
        return None
    pattern = f"{found['glue']}{'%I' if half else '%H'}:%M"
    if found["second"]:
        pattern += ":%S" + (".%f" if found["fraction"] else "")
    return f"{pattern}{found['gap']}%p" if half else pattern


def _is_clock(found: re.Match[str]) -> bool:
    return int(found["hour"]) < 24 and int(found["minute"]) < 60 and int(found["second"] or 0) < 60


def _is_day(year: int, month: int, day: int) -> bool:
    if year not in YEARS:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
