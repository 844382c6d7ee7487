"""The overview: a period of the shop held against the one before it, and what changed, in sentences."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.said import stated
from patronage.logic.segments.migration import moved_by_segment
from patronage.logic.segments.overview_days import buyers_in, net_in
from patronage.logic.segments.overview_period import Period
from patronage.logic.segments.overview_texts import (
    Words,
    brought_text,
    customers_text,
    net_text,
    orders_text,
    segment_text,
    why_alone,
)
from patronage.logic.segments.periods import begin_of, number_of
from patronage.logic.segments.rfm import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRAINS = ("day", "week", "month")
MOST_TOP = 10
"""Products, categories and countries that are listed."""
MOST_CHANGES = 3
"""Sentences of each kind, of what changed the most."""
_LONGEST = {"day": 62, "week": 371}
"""Up to so many days a trend goes by this grain, where nobody asks for one."""
_KINDS = {
    "countries": ("country", "country"),
    "categories": ("category", "category"),
    "products": ("product", "product_id"),
}
"""Of each list of values the kind of a change, and what the id is called."""


class Figures(NamedTuple):
    """What a period amounts to; the two that a page compares are told apart by their period."""

    net_minor: int
    orders: int
    aov_minor: float | None
    customers: int
    new_customers: int
    returning_customers: int


class Source(NamedTuple):
    """What a run says, and in which currency.

    Parameters
    ----------
    kept : mapping
        The document `overview`.
    days : sequence of mapping
        Those of `sales-days`.
    marks : sequence of mapping
        The days of holidays of `sales-calendar`.
    migration : mapping or None
        The document `migration`.
    """

    kept: Mapping[str, Any]
    days: Sequence[Mapping[str, Any]]
    marks: Sequence[Mapping[str, Any]]
    migration: Mapping[str, Any] | None
    currency: str

    @property
    def first(self) -> date:
        """The first day that is kept."""
        return date.fromisoformat(self.kept["first"])

    def places(self, period: Period) -> tuple[int, int]:
        """Return where a period begins and ends among the days that are kept."""
        return (period.start - self.first).days, (period.end - self.first).days

    def figures(self, period: Period) -> Figures:
        """Sum up a period."""
        rows = [row for row in self.days if period.start.isoformat() <= row["day"] <= period.end.isoformat()]
        net, orders = (sum(row[name] for row in rows) for name in ("net_minor", "orders"))
        buyers = buyers_in(self.kept["buyers"], *self.places(period))
        return Figures(net, orders, net / orders if orders else None, *buyers)


def overview_of(source: Source, period: Period, grain: str | None) -> dict[str, Any]:
    """Lay out a period beside the one before.

    Returns
    -------
    dict
        ``period``, ``previous`` (None where the run does not keep all its days, with ``previous_reason``),
        each figure with ``value``, ``previous`` and ``change`` (the share of the one before), ``trend`` by
        ``grain``, ``marks`` of the calendar, ``top`` values of the period, and ``changes``.
    """
    earlier = period.before()
    is_kept = earlier.start >= source.first
    before = earlier if is_kept else None
    now = source.figures(period)
    then = source.figures(before) if before else None
    grain = grain or _grain_of(period)
    values = {name: _values(source, name, period, before) for name in _KINDS}
    words = Words(source.currency, period.days)
    return {
        "period": {**period.as_dict(), "days": period.days},
        "previous": before and before.as_dict(),
        **stated("previous_reason", None if is_kept else why_alone(source.kept, earlier.start)),
        **{name: _compared(getattr(now, name), then and getattr(then, name)) for name in Figures._fields},
        "grain": grain,
        "trend": _trend(source, period, before, grain),
        "marks": [
            {name: mark[name] for name in ("day", "name", "country")}
            for mark in source.marks
            if period.start.isoformat() <= mark["day"] <= period.end.isoformat()
        ],
        "top": {name: _top(rows) for name, rows in values.items()},
        "kept": source.kept["kept"],
        "changes": [
            *_changes(words, values, now, then),
            *_of_segments(source.migration),
        ],
    }


def _grain_of(period: Period) -> str:
    return next((grain for grain, most in _LONGEST.items() if period.days <= most), "month")


def _compared(value: float | None, previous: float | None) -> dict[str, Any]:
    return {"value": value, "previous": previous, "change": _share(value, previous)}


def _share(value: float | None, previous: float | None) -> float | None:
    """Return by which share of what was before a value changed; None where that says nothing."""
    if value is None or previous is None or previous <= 0:
        return None
    return (value - previous) / previous


def _trend(source: Source, period: Period, before: Period | None, grain: str) -> list[dict[str, Any]]:
    """Lay the period out by grain; the first and the last one are cut to it."""
    by_day = {row["day"]: row for row in source.days}
    days = [period.start + timedelta(days=number) for number in range(period.days)]
    rows = []
    for _, group in groupby(days, key=lambda day: day if grain == "day" else number_of(day, grain)):
        members = list(group)
        found = [by_day[day.isoformat()] for day in members if day.isoformat() in by_day]
        earlier = [(day - timedelta(days=period.days)).isoformat() for day in members] if before else []
        begin = members[0] if grain == "day" else begin_of(number_of(members[0], grain), grain)
        net, orders = (sum(row[name] for row in found) for name in ("net_minor", "orders"))
        rows.append(
            {
                "begins": begin.isoformat(),
                "start": members[0].isoformat(),
                "end": members[-1].isoformat(),
                "net_minor": net,
                "orders": orders,
                "aov_minor": net / orders if orders else None,
                "previous_net_minor": sum(by_day[day]["net_minor"] for day in earlier if day in by_day)
                if before
                else None,
            }
        )
    return rows


def _values(source: Source, name: str, period: Period, before: Period | None) -> list[dict[str, Any]]:
    """Return the values of a list with their net in both periods."""
    _, id_name = _KINDS[name]
    places, places_before = source.places(period), before and source.places(before)
    rows = []
    for each in source.kept[name]:
        value = net_in(each, *places)
        previous = net_in(each, *places_before) if places_before else None
        named = {id_name: each["value"], "name": each.get("name", each["value"])}
        rows.append({**named, **_compared(value, previous)})
    return rows


def _top(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [row for row in values if row["value"] > 0]
    return sorted(rows, key=lambda row: (-row["value"], row["name"]))[:MOST_TOP]


def _changes(
    words: Words, values: Mapping[str, list[dict[str, Any]]], now: Figures, then: Figures | None
) -> list[dict[str, Any]]:
    """Say what changed against the period before: of the shop first, then by country, category, product."""
    if then is None:
        return []
    share = _share(now.net_minor, then.net_minor)
    net = net_text(words, now.net_minor, then.net_minor, share)
    orders = orders_text(words, (now.orders, then.orders), (now.aov_minor, then.aov_minor))
    found = [
        _change("net_minor", None, "Net revenue", now.net_minor, then.net_minor, net),
        _change("orders", None, "Orders", now.orders, then.orders, orders),
    ]
    for kind, name in (("new_customers", "New customers"), ("returning_customers", "Returning customers")):
        value, previous = getattr(now, kind), getattr(then, kind)
        text = customers_text(words, kind, value, previous)
        found.append(_change(kind, None, name, value, previous, text))
    for listed, (kind, id_name) in _KINDS.items():
        rows = [row for row in values[listed] if row["value"] != row["previous"]]
        for row in sorted(rows, key=lambda row: (-abs(row["value"] - row["previous"]), row["name"]))[
            :MOST_CHANGES
        ]:
            text = brought_text(words, row["name"], row["value"], row["previous"], row["change"])
            found.append(_change(kind, row[id_name], row["name"], row["value"], row["previous"], text))
    return found


def _of_segments(migration: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Say which segments grew or shrank the most since the run before."""
    if migration is None or migration["from_run"] is None:
        return []
    sizes = []
    for segment_id, moves in moved_by_segment(migration["moves"]).items():
        value = moves["stayed"] + moves["came"] + moves["new"]
        previous = moves["stayed"] + moves["left"] + moves["gone"]
        name = SEGMENTS[segment_id].name
        if value != previous:
            sizes.append((abs(value - previous), segment_id, name, value, previous))
    return [
        _change(
            "segment",
            segment_id,
            name,
            value,
            previous,
            segment_text(name, value, previous, migration["from_as_of"]),
        )
        | {"since": migration["from_as_of"]}
        for _, segment_id, name, value, previous in sorted(sizes, key=lambda each: (-each[0], each[1]))[
            :MOST_CHANGES
        ]
    ]


def _change(kind: str, id_: str | None, name: str, value: int, previous: int, text: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": id_,
        "name": name,
        **_compared(value, previous),
        "difference": value - previous,
        "text": text,
    }
