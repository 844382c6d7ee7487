"""The sales of a run laid out as somebody asks for them: by period, country, channel, product, category, fee.

Every figure is of whole periods of the shop, and the rows sum to the totals beside them.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.segments.periods import begin_of, label_of, last_of, number_of
from patronage.logic.segments.sales_question import BY_COLUMN, COLUMNS, LISTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from patronage.logic.segments.sales_question import Question

    Row = dict[str, Any]

_COUNTED_ONCE = ("customers", "new_customers", "returning_customers")
_LABELS = ("month", "begins", "is_running", "is_rest", "name", *COLUMNS.values())


def rows_of(sales: Mapping[str, Any], more: Mapping[str, Any], asked: Question) -> list[Row]:
    """Return the rows of an answer, oldest or greatest first.

    Parameters
    ----------
    sales : mapping
        The document `sales` of a run.
    more : mapping
        The one that the question needs beside it; empty where it needs none.
    asked : Question
        What is asked for, as `check_question` allows it.

    Raises
    ------
    BadField
        Periods are narrowed to a value that a run keeps no months of.
    """
    by, grain, span, narrowed = asked
    if by == "period":
        months = _narrowed(sales["months"], more["slices"], narrowed) if narrowed else sales["months"]
        periods = _periods(sales, more, months, grain or "month")
        return [row for row in periods if span.meets(*_ends(row, grain))]
    if asked.kept_by is None:
        return list(sales[LISTS[by]])
    rows = [
        {**_words(each, by), **row}
        for each in more["slices"]
        for row in each["months"]
        if span.meets(*_ends(row, "month"))
    ]
    return rows if grain else _summed(rows, by)


def value_of(more: Mapping[str, Any], asked: Question) -> Row | None:
    """Return the value that periods are narrowed to, a product with its name; None for the whole shop."""
    if not asked.narrowed or asked.kept_by is None:
        return None
    words = _words(_slice_of(more["slices"], asked.narrowed), asked.kept_by)
    return {name: value for name, value in words.items() if name != "is_rest"}


def totals_of(rows: Sequence[Mapping[str, Any]], unsummed: Collection[str] = ()) -> Row:
    """Sum what can be summed of rows; who came in two of them would count twice, and is left out."""
    left_out = {*_COUNTED_ONCE, "aov_minor", *unsummed}
    names = [name for name in rows[0] if name not in left_out and _is_summed(name, rows)] if rows else []
    totals = {name: sum(row[name] for row in rows) for name in names or ["net_minor"]}
    if "orders" in totals and "aov_minor" not in unsummed:
        totals["aov_minor"] = totals["net_minor"] / totals["orders"] if totals["orders"] else None
    return totals


def covered(rows: Sequence[Mapping[str, Any]], grain: str | None) -> dict[str, str | None]:
    """Return the first and the last day of rows by period."""
    ends = [_ends(row, grain) for row in rows]
    return {
        "start": min(first for first, _ in ends).isoformat() if ends else None,
        "end": max(last for _, last in ends).isoformat() if ends else None,
    }


def _periods(
    sales: Mapping[str, Any], more: Mapping[str, Any], months: Sequence[Row], grain: str
) -> list[Row]:
    if grain == "day":
        return [{**row, "begins": row["day"]} for row in more["days"]]
    if grain == "week":
        return list(sales["weeks"])
    if grain == "month":
        return list(months)
    begun = groupby(months, key=lambda month: _begin(date.fromisoformat(month["begins"]), grain))
    return [_longer(grain, begin, list(found)) for begin, found in begun]


def _longer(grain: str, begin: date, months: list[Row]) -> Row:
    """Sum the months of a quarter or year, which is running until the last of them is over."""
    is_whole = _ends(months[-1], "month")[1] == _last(begin, grain)
    return {
        grain: str(begin.year) if grain == "year" else label_of(number_of(begin, grain), grain),
        "begins": begin.isoformat(),
        "is_running": not is_whole or any(month["is_running"] for month in months),
        **_figures(months),
    }


def _narrowed(
    months: Iterable[Row], slices: Sequence[Mapping[str, Any]], narrowed: Mapping[str, str]
) -> list[Row]:
    """Return every month of the shop with the figures of one value, nothing where it has no line."""
    found = {row["month"]: row for row in _slice_of(slices, narrowed)["months"]}
    example = next(iter(found.values()))
    nothing = {name: None if name == "aov_minor" else 0 for name in example if name not in _LABELS}
    return [
        found.get(month["month"])
        or {**{name: month[name] for name in ("month", "begins", "is_running")}, **nothing}
        for month in months
    ]


def _slice_of(slices: Sequence[Mapping[str, Any]], narrowed: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the months that are kept of a value.

    Raises
    ------
    BadField
        None are.
    """
    ((name, value),) = narrowed.items()
    by = BY_COLUMN[name]
    named = [each for each in slices if each["value"] is not None]
    found = next((each for each in named if each["value"] == value), None)
    if found is None:
        raise BadField(
            f"{name} is {value!r}, which is none of the {len(named)} {LISTS[by]} that months are kept of, "
            f"those with the most net revenue; ask by {by} for what there is, and of any other query the "
            "table orders of the lake, as with Athena",
            field=name,
            rule="not-kept",
        )
    return found


def _words(each: Mapping[str, Any], by: str) -> Row:
    """Return what a slice says of its value, under the names of the rows."""
    words = {name: value for name, value in each.items() if name not in {"value", "months"}}
    return {COLUMNS[by]: each["value"], **words}


def _summed(months: Iterable[Row], by: str) -> list[Row]:
    """Sum the months of each value, the greatest first and the rest last."""
    groups: dict[tuple[str | None, bool], list[Row]] = {}
    for row in months:
        groups.setdefault((row[COLUMNS[by]], row["is_rest"]), []).append(row)
    summed = [
        {
            **{name: rows[0][name] for name in (*COLUMNS.values(), "name", "is_rest") if name in rows[0]},
            **_figures(rows),
        }
        for rows in groups.values()
    ]
    return sorted(summed, key=lambda row: (row["is_rest"], -row["net_minor"], row[COLUMNS[by]] or ""))


def _figures(months: list[Row]) -> Row:
    """Sum months of the same; what has no sum is null."""
    totals = totals_of(months)
    return {name: totals.get(name) for name in months[0] if name not in _LABELS}


def _is_summed(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    return all(isinstance(row[name], (int, float)) and not isinstance(row[name], bool) for row in rows)


def _ends(row: Mapping[str, Any], grain: str | None) -> tuple[date, date]:
    """Return the first and the last day of a row by period."""
    begin = date.fromisoformat(row["begins"])
    return begin, _last(begin, grain or "month")


def _begin(day: date, grain: str) -> date:
    """Return the first day of the quarter or year that holds a day."""
    return date(day.year, 1, 1) if grain == "year" else begin_of(number_of(day, grain), grain)


def _last(begin: date, grain: str) -> date:
    """Return the last day of a day, period or year by its first."""
    if grain == "day":
        return begin
    if grain == "year":
        return date(begin.year, 12, 31)
    return last_of(begin, grain)
