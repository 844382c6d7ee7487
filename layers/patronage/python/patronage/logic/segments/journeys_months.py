"""Visits by the month of the shop in which they began.

A visit is of one month, so that what is counted of visits adds up over months, and a range of whole months is
exact. A visitor may come in several, so that visitors do not.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.periods import last_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.logic.spans import Span

    Row = dict[str, Any]

BEGINS = "begins"
"""The first day of a month."""
_OF_SLICE = ("segment_id", "channel_id")


def by_month(rows: Iterable[Mapping[str, Any]], of: str) -> list[Row]:
    """Part rows by month, the oldest first: what ``begins`` then, and under `of` its rows."""
    months: dict[str, list[Row]] = {}
    for row in rows:
        months.setdefault(row[BEGINS], []).append(_without_month(row))
    return [{BEGINS: begins, of: months[begins]} for begins in sorted(months)]


def over_months(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Sum the counts of all months by segment and channel, in the order of the rows."""
    summed: dict[tuple[str, str], Row] = {}
    for row in rows:
        counted = _without_month(row)
        key = (row["segment_id"], row["channel_id"])
        before = summed.get(key)
        summed[key] = counted if before is None else {**before, **_sums(before, counted)}
    return list(summed.values())


def in_span(document: Mapping[str, Any], of: str, span: Span) -> Row:
    """Return a document of months as one of slices: `of` holds what the months of a span hold under it."""
    rows = [row for month in document["months"] if span.meets(*_ends(month[BEGINS])) for row in month[of]]
    return {**document, of: rows}


def _without_month(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name != BEGINS}


def _sums(before: Row, counted: Row) -> Row:
    return {name: before[name] + value for name, value in counted.items() if name not in _OF_SLICE}


def _ends(begins: str) -> tuple[date, date]:
    first = date.fromisoformat(begins)
    return first, last_of(first, "month")
