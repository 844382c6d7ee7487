"""What holidays and outside signals do to sales: each day beside the same weekdays of four weeks around."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import StatisticsError, correlation, fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WEEKS_AROUND = 4
MOST_DAYS = 1_000
"""So many days of holidays are listed, the newest; the effects are of all."""


@dataclass(frozen=True, kw_only=True)
class DaySeries:
    """Net money by day.

    Parameters
    ----------
    first, last : date
        The first and the last day that count; a day between them without an entry had no sales.
    net_minor : mapping
        By day.
    """

    first: date
    last: date
    net_minor: Mapping[date, int]

    def holds(self, day: date) -> bool:
        """Say whether the series has come to a day."""
        return self.first <= day <= self.last

    def net(self, day: date) -> int:
        """Return the money of a day."""
        return self.net_minor.get(day, 0)

    def expected(self, day: date, special: set[date]) -> float | None:
        """Return the mean of the same weekdays around, special ones left out; None where there are none."""
        around = (day + timedelta(weeks=week) for week in range(-WEEKS_AROUND, WEEKS_AROUND + 1) if week)
        money = [self.net(each) for each in around if self.holds(each) and each not in special]
        return fmean(money) if money else None


def calendar_effects(
    entries: Iterable[Mapping[str, Any]], shop: DaySeries, countries: Mapping[str, Mapping[date, int]]
) -> dict[str, Any]:
    """Compare the days of the calendar with ordinary days.

    Parameters
    ----------
    entries : iterable of mapping
        Rows of the table `calendar`: ``day``, ``name``, ``kind``, ``value``, ``country``.
    shop : DaySeries
        The whole shop's.
    countries : mapping
        Country, as orders write it, to its money by day: an entry of such a country is held against that.

    Returns
    -------
    dict
        ``holidays``, by name and country: ``days`` that were compared, ``net_minor`` and ``expected_minor``
        (the means), ``effect_minor`` and ``effect_share`` (of what was expected), ``of`` (the country, null
        for the whole shop); ``signals``: ``correlation`` of the value with the money beyond the expected; and
        ``days``: each day of a holiday with its money and what was expected.
    """
    grouped: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for entry in entries:
        kind = entry["kind"] or ("holiday" if entry["value"] is None else "signal")
        grouped[kind, entry["name"], entry["country"] or ""].append(entry)
    special: dict[str, set[date]] = defaultdict(set)
    for (kind, _, country), found in grouped.items():
        if kind == "holiday":
            special[country].update(entry["day"] for entry in found)
    everywhere = set().union(*special.values())
    holidays, signals, days = [], [], []
    for (kind, name, country), found in sorted(grouped.items()):
        is_own = country in countries
        series = DaySeries(first=shop.first, last=shop.last, net_minor=countries[country]) if is_own else shop
        left_out = special[country] | special[""] if is_own else everywhere
        pairs = _pairs(found, series, left_out)
        label = {"name": name, "country": country or None, "of": country if is_own else None}
        if kind == "signal":
            signals.append(label | _signal(pairs))
            continue
        holidays.append(label | _effect(pairs))
        days += [
            label | {"day": entry["day"].isoformat(), "net_minor": net, "expected_minor": expected}
            for entry, net, expected in pairs
        ]
    newest = sorted(days, key=lambda each: (each["day"], each["name"]))[-MOST_DAYS:]
    return {"holidays": holidays, "signals": signals, "days": newest}


_Pair = tuple["Mapping[str, Any]", int, float]


def _pairs(entries: list[Mapping[str, Any]], series: DaySeries, special: set[date]) -> list[_Pair]:
    """Return each entry with its day's money and what was expected, where there are ordinary days around."""
    found = []
    for entry in sorted(entries, key=lambda each: each["day"]):
        expected = series.expected(entry["day"], special) if series.holds(entry["day"]) else None
        if expected is not None:
            found.append((entry, series.net(entry["day"]), expected))
    return found


def _effect(pairs: list[_Pair]) -> dict[str, Any]:
    if not pairs:
        empty = dict.fromkeys(("net_minor", "expected_minor", "effect_minor", "effect_share"))
        return {"days": 0, **empty}
    net, expected = fmean(net for _, net, _ in pairs), fmean(expected for _, _, expected in pairs)
    return {
        "days": len(pairs),
        "net_minor": net,
        "expected_minor": expected,
        "effect_minor": net - expected,
        "effect_share": (net - expected) / expected if expected > 0 else None,
    }


def _signal(pairs: list[_Pair]) -> dict[str, Any]:
    valued = [
        (float(entry["value"]), net - expected)
        for entry, net, expected in pairs
        if entry["value"] is not None
    ]
    try:
        found = correlation([value for value, _ in valued], [beyond for _, beyond in valued])
    except StatisticsError:  # fewer than two days, or always the same value
        found = None
    return {"days": len(valued), "correlation": found}
