"""Weeks, months and quarters: when they begin, what they are called, and how far two of them lie apart."""

from __future__ import annotations

from datetime import date, timedelta

PERIODS = ("week", "month", "quarter")
"""Weeks are those of ISO 8601, from Monday."""

_MONDAY = date(1969, 12, 29).toordinal()
_MONTHS = {"month": 1, "quarter": 3}


def number_of(day: date, period: str) -> int:
    """Return the number of the period that holds a day; the next period has the next number."""
    if period == "week":
        return (day.toordinal() - _MONDAY) // 7
    return (day.year * 12 + day.month - 1) // _MONTHS[period]


def begin_of(number: int, period: str) -> date:
    """Return the first day of a period by its number."""
    if period == "week":
        return date.fromordinal(_MONDAY) + timedelta(weeks=number)
    year, month = divmod(number * _MONTHS[period], 12)
    return date(year, month + 1, 1)


def last_of(begin: date, period: str) -> date:
    """Return the last day of a period by its first."""
    return begin_of(number_of(begin, period) + 1, period) - timedelta(days=1)


def label_of(number: int, period: str) -> str:
    """Name a period: ``2010-W05``, ``2010-02``, ``2010-Q1``.

    Examples
    --------
    >>> [label_of(number_of(date(2010, 1, 3), period), period) for period in PERIODS]
    ['2009-W53', '2010-01', '2010-Q1']
    """
    first = begin_of(number, period)
    if period == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    if period == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first:%Y-%m}"
