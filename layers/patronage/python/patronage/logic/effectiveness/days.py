"""Sums by value and day, packed so that a document holds years of them, and added up over any days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.spans import Span, check_order, cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SUMS = (
    "impressions",
    "shown_clicks",
    "clicks",
    "carts",
    "purchases",
    "revenue_minor",
    "viewed_purchases",
    "viewed_revenue_minor",
)
"""What is added up; whole numbers, money in minor units."""
_SHOP = ("orders", "revenue_minor", "attributed_orders")
_BEFORE = ("before", "attributed_before")
Sums = dict[str, int]
Row = dict[str, Any]


class Days(NamedTuple):
    """Days of the shop, both ends included."""

    start: date
    end: date

    def numbers(self, since: date) -> range:
        """Return the days as they are counted from the first of the report, which is 0."""
        return range((self.start - since).days, (self.end - since).days + 1)


def days_between(whole: Days, start: date | None, end: date | None) -> Days:
    """Return the days that are asked for, cut to those of the report.

    Raises
    ------
    BadField
        They end before they start, or the report has none of them.
    """
    check_order(Span(start, end))
    refusal = (
        f"the report has the days from {whole.start} to {whole.end}, and none from "
        f"{start or 'its first'} to {end or 'its last'}; ask for some of them"
    )
    return Days(*cut((start or whole.start, end or whole.end), whole, refusal=refusal))


def pack(rows: Iterable[Mapping[str, Any]], *, since: date) -> Row:
    """Pack the sums of a dimension by value and day.

    Parameters
    ----------
    rows : iterable of mapping
        ``by_value``, ``is_rest`` (of all values without a row of their own together), ``day``, and sums.
    since : date
        The first day of the report.

    Returns
    -------
    dict
        ``values``, and ``cells``: columns of equal length, where ``value`` is a place in ``values``, one
        beyond them for the rest, ``day`` counts from 0, and a sum that is always 0 has no column.
    """
    ordered = sorted(rows, key=lambda row: (*_order(row), row["day"]))
    values = list(dict.fromkeys(row["by_value"] for row in ordered if not row["is_rest"]))
    places = {value: place for place, value in enumerate(values)}
    columns: dict[str, list[int]] = {
        "value": [len(values) if row["is_rest"] else places[row["by_value"]] for row in ordered],
        "day": [(row["day"] - since).days for row in ordered],
    }
    sums = {name: [row[name] for row in ordered] for name in SUMS}
    return {
        "values": values,
        "cells": {**columns, **{name: column for name, column in sums.items() if any(column)}},
    }


def by_value(packed: Mapping[str, Any], days: range) -> list[Row]:
    """Add up each value over some days, those of the most impressions first, the rest last.

    A value of which nothing happened on these days has no row.
    """
    values = packed["values"]
    rows = [
        {"by_value": None if place == len(values) else values[place], "is_rest": place == len(values), **sums}
        for place, sums in _grouped(packed, days, "value").items()
    ]
    return sorted(rows, key=lambda row: (row["is_rest"], -row["impressions"], -row["clicks"], *_order(row)))


def by_day(packed: Mapping[str, Any], days: range, *, since: date) -> list[Row]:
    """Add up all values of each of some days on which anything happened, the first day first."""
    found = _grouped(packed, days, "day")
    return [
        {"by_value": (since + timedelta(days=day)).isoformat(), "is_rest": False, **found[day]}
        for day in sorted(found)
    ]


def total(packed: Mapping[str, Any], days: range) -> Sums:
    """Add everything up over some days."""
    cells = packed["cells"]
    return _added(cells, _places(cells, days))


def pack_shop(rows: Iterable[Mapping[str, Any]], *, since: date) -> Row:
    """Pack what the shop sold by day, as columns.

    Parameters
    ----------
    rows : iterable of mapping
        ``day``, ``orders``, ``revenue_minor``, ``attributed_orders``; an order that stands on several days
        is told once a day, with the days before that (None: there is none) on which it stood already, and
        stood attributed: ``before``, ``attributed_before``.
    since : date
        The first day of the report.
    """
    ordered = sorted(rows, key=lambda row: (row["day"], *(str(row[name]) for name in _BEFORE)))
    numbered = {
        name: [None if row[name] is None else (row[name] - since).days for row in ordered]
        for name in ("day", *_BEFORE)
    }
    return {**numbered, **{name: [row[name] for row in ordered] for name in _SHOP}}


def shop_total(packed: Mapping[str, Any], days: range) -> Sums:
    """Add up what the shop sold on some days; an order that stands on several of them counts once."""
    found = dict.fromkeys(_SHOP, 0)
    names = ("day", *_BEFORE, *_SHOP)
    for day, before, attributed_before, orders, revenue, attributed in zip(
        *(packed[name] for name in names), strict=True
    ):
        if day not in days:
            continue
        found["revenue_minor"] += revenue
        found["orders"] += 0 if before in days else orders
        found["attributed_orders"] += 0 if attributed_before in days else attributed
    return found


def _grouped(packed: Mapping[str, Any], days: range, by: str) -> dict[int, Sums]:
    """Add up the cells of some days by ``value`` or by ``day``."""
    cells = packed["cells"]
    groups: dict[int, list[int]] = defaultdict(list)
    for place in _places(cells, days):
        groups[cells[by][place]].append(place)
    return {each: _added(cells, places) for each, places in groups.items()}


def _places(cells: Mapping[str, Sequence[int]], days: range) -> list[int]:
    """Return where in the columns the cells of some days stand."""
    both = zip(cells["value"], cells["day"], strict=True)
    return [place for place, (_, day) in enumerate(both) if day in days]


def _added(cells: Mapping[str, Sequence[int]], places: Sequence[int]) -> Sums:
    """Add up cells; column by column, for a request may be of some ten thousand."""
    return {name: sum(map(cells[name].__getitem__, places)) if name in cells else 0 for name in SUMS}


def _order(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Order values as texts, what is not said after them and the rest last."""
    return row["is_rest"], row["by_value"] is None, row["by_value"] or ""
