"""The sales of a run laid out as somebody asks for them: by period, country, channel, product, category, fee.

A part of the time can be asked of periods and countries alone: a run keeps nothing finer of the others. Every
figure is of whole periods of the shop, and the rows sum to the totals beside them.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadField
from patronage.logic.choices import check_choice
from patronage.logic.segments.periods import begin_of, label_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = dict[str, Any]

LISTS = {"channel": "channels", "product": "products", "category": "categories", "fee": "fees"}
"""What a run keeps of the whole time alone, and the name of the list."""
BY = ("period", "country", *LISTS)
GRAINS = ("day", "week", "month", "quarter", "year")
DOCUMENTS = {"day": "sales-days", "country": "sales-by-country"}
"""Documents beside `sales` that an answer may need, by grain or by what it is laid out by."""
_MONTHS = {"quarter": 3, "year": 12}
_COUNTED_ONCE = ("customers", "new_customers", "returning_customers")


class Span(NamedTuple):
    """Days of the shop, both ends included; None is open."""

    start: date | None
    end: date | None

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None

    def meets(self, begin: date, last: date) -> bool:
        """Say whether it shares a day with another span."""
        return (self.start is None or last >= self.start) and (self.end is None or begin <= self.end)


def check_question(by: str, grain: str | None, span: Span) -> None:
    """Refuse what a run keeps no figures of.

    Raises
    ------
    BadField
        It names the field, and what can be asked.
    """
    check_choice("by", by, BY)
    if grain is not None:
        check_choice("grain", grain, GRAINS)
    if span.start is not None and span.end is not None and span.start > span.end:
        raise BadField(
            f"start {span.start} is after end {span.end}; exchange the two", field="start", rule="range"
        )
    if by in LISTS and (grain is not None or span):
        field = "grain" if grain is not None else "start" if span.start is not None else "end"
        raise BadField(
            f"sales by {by} are kept of the whole time alone; leave {field} out, or ask by period or country",
            field=field,
            rule="not-kept",
        )
    if by == "country" and grain not in {None, "month"}:
        raise BadField(
            f"sales by country are kept by month; ask for grain month instead of {grain}, or by period",
            field="grain",
            rule="not-kept",
        )
    if by == "country":
        _check_months(span)


def rows_of(
    sales: Mapping[str, Any], more: Mapping[str, Any], by: str, grain: str | None, span: Span
) -> list[Row]:
    """Return the rows of an answer, oldest or greatest first.

    Parameters
    ----------
    sales : mapping
        The document `sales` of a run.
    more : mapping
        The one that `DOCUMENTS` names; empty where none is.
    by, grain, span
        What is asked for, as `check_question` allows it.
    """
    if by in LISTS:
        return list(sales[LISTS[by]])
    if by == "period":
        return [row for row in _periods(sales, more, grain or "month") if span.meets(*_ends(row, grain))]
    if grain is None and not span:
        return list(sales["countries"])
    months = [
        {"country": each["value"], "is_rest": each["is_rest"], **row}
        for each in more["slices"]
        for row in each["months"]
        if span.meets(*_ends(row, "month"))
    ]
    return months if grain else _summed_by_country(months)


def totals_of(rows: Sequence[Mapping[str, Any]]) -> Row:
    """Sum what can be summed of rows; who came in two of them would count twice, and is null."""
    names = [name for name in rows[0] if _is_summed(name, rows)] if rows else ["net_minor"]
    totals = {name: sum(row[name] for row in rows) for name in names}
    return totals | _aov(totals)


def covered(rows: Sequence[Mapping[str, Any]], grain: str | None) -> dict[str, str | None]:
    """Return the first and the last day of rows by period."""
    ends = [_ends(row, grain) for row in rows]
    return {
        "start": min(first for first, _ in ends).isoformat() if ends else None,
        "end": max(last for _, last in ends).isoformat() if ends else None,
    }


def _check_months(span: Span) -> None:
    starts_within = span.start is not None and span.start.day != 1
    ends_within = span.end is not None and span.end.day != monthrange(span.end.year, span.end.month)[1]
    if starts_within or ends_within:
        field = "start" if starts_within else "end"
        raise BadField(
            f"sales by country are kept by month, and {field} {getattr(span, field)} lies within one; "
            "ask from the first day of a month to the last of one, or by period",
            field=field,
            rule="whole-months",
        )


def _periods(sales: Mapping[str, Any], more: Mapping[str, Any], grain: str) -> list[Row]:
    if grain == "day":
        return [{**row, "begins": row["day"]} for row in more["days"]]
    if grain in _MONTHS:
        begun = groupby(sales["months"], key=lambda month: _begin(date.fromisoformat(month["begins"]), grain))
        return [_longer(grain, begin, list(months)) for begin, months in begun]
    return list(sales[f"{grain}s"])


def _longer(grain: str, begin: date, months: list[Row]) -> Row:
    """Sum the months of a quarter or year, which is running until the last of them is over."""
    is_whole = _ends(months[-1], "month")[1] == _last(begin, grain)
    return {
        grain: str(begin.year) if grain == "year" else label_of(number_of(begin, grain), grain),
        "begins": begin.isoformat(),
        "is_running": not is_whole or any(month["is_running"] for month in months),
        **totals_of(months),
        **dict.fromkeys(_COUNTED_ONCE),
    }


def _summed_by_country(months: Iterable[Row]) -> list[Row]:
    groups: dict[tuple[str | None, bool], list[Row]] = {}
    for row in months:
        groups.setdefault((row["country"], row["is_rest"]), []).append(row)
    summed = [
        {"country": country, "is_rest": is_rest, **totals_of(rows), **dict.fromkeys(_COUNTED_ONCE)}
        for (country, is_rest), rows in groups.items()
    ]
    return sorted(summed, key=lambda row: (row["is_rest"], -row["net_minor"], row["country"] or ""))


def _is_summed(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    if name in _COUNTED_ONCE or name == "aov_minor":
        return False
    return all(isinstance(row[name], (int, float)) and not isinstance(row[name], bool) for row in rows)


def _aov(totals: Mapping[str, Any]) -> Row:
    if "orders" not in totals:
        return {}
    return {"aov_minor": totals["net_minor"] / totals["orders"] if totals["orders"] else None}


def _ends(row: Mapping[str, Any], grain: str | None) -> tuple[date, date]:
    """Return the first and the last day of a row by period."""
    begin = date.fromisoformat(row["begins"])
    return begin, _last(begin, grain or "month")


def _begin(day: date, grain: str) -> date:
    """Return the first day of the quarter or year that holds a day."""
    return date(day.year, 1, 1) if grain == "year" else begin_of(number_of(day, grain), grain)


def _last(begin: date, grain: str) -> date:
    """Return the last day of a period by its first."""
    if grain == "day":
        return begin
    if grain == "year":
        return date(begin.year, 12, 31)
    return begin_of(number_of(begin, grain) + 1, grain) - timedelta(days=1)
