"""The shop's figures of behaviour and seasonality, from small counts."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.quantiles import quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, Any]

_UNITS = {"month": range(1, 13), "weekday": range(1, 8), "hour": range(24)}


def shop_figures(sums: Mapping[str, int], depths: Sequence[tuple[int, int]], times: Iterable[Row]) -> Row:
    """Return what the shop's visitors do.

    Parameters
    ----------
    sums : mapping
        The row of `behaviour_shop.sql`.
    depths : sequence of (int, int)
        Views in a session, and in how many sessions so many; ascending.
    times : iterable of dict
        The rows of `behaviour_times.sql`.

    Returns
    -------
    dict
        Shares from 0 to 1, or None where nothing tells them: without any purchase among the events, none is
        recorded there.
    """
    times = list(times)
    buys = sums["buying_sessions"] > 0
    by_hour = _sessions_by("hour", times)
    return {
        **sums,
        "anonymous_sessions": sums["sessions"] - sums["customer_sessions"],
        "conversion": sums["buying_sessions"] / sums["sessions"] if buys else None,
        "cart_abandonment": (
            sums["abandoned_sessions"] / sums["cart_sessions"] if buys and sums["cart_sessions"] else None
        ),
        "mean_depth": sums["views"] / sums["sessions"] if sums["sessions"] else None,
        "median_depth": quantile(depths, 0.5),
        "sessions_by_hour": by_hour,
        "sessions_without_hour": sums["sessions"] - sum(row["sessions"] for row in by_hour),
        "sessions_by_weekday": _sessions_by("weekday", times),
    }


def _sessions_by(unit: str, times: list[Row]) -> list[Row]:
    counts = {name: _summed(times, unit, name) for name in ("sessions", "buying_sessions")}
    return [{unit: value, **{name: counts[name][value] for name in counts}} for value in _UNITS[unit]]


def seasonality(rows: Iterable[Row], *, today: str) -> Row:
    """Return when the shop is bought from: by month, weekday (Monday is 1) and hour of its zone.

    Parameters
    ----------
    rows : iterable of dict
        The rows of `seasonality_shop.sql`.
    today : str
        The last day that counts.

    Returns
    -------
    dict
        ``first_day``, ``last_day``, ``orders_without_hour`` and, of each ``month``, ``weekday`` and ``hour``:
        ``orders``, ``net_minor``, the ``days`` that were observed, and ``index``, orders a day as a multiple
        of the shop's mean day (of an hour: of its mean hour); None where no day, or no hour, was observed.
    """
    rows = list(rows)
    first = min((row["first_day"] for row in rows), default=None)
    days = _days(first, today) if first else []
    orders = sum(row["orders"] for row in rows)
    timed = sum(row["orders"] for row in rows if row["hour"] is not None)
    observed = {
        "month": Counter(day.month for day in days),
        "weekday": Counter(day.isoweekday() for day in days),
        "hour": Counter(dict.fromkeys(range(24), len(days) if timed else 0)),
    }
    rates = {
        "month": _ratio(orders, len(days)),
        "weekday": _ratio(orders, len(days)),
        "hour": _ratio(timed, len(days) * 24),
    }
    return {
        "first_day": first,
        "last_day": today,
        "orders_without_hour": orders - timed,
        **{f"by_{unit}": _seasons(unit, rows, observed[unit], rates[unit]) for unit in _UNITS},
    }


def _seasons(unit: str, rows: list[Row], observed: Counter[int], mean: float | None) -> list[Row]:
    orders, net_minor = (_summed(rows, unit, name) for name in ("orders", "net_minor"))
    return [
        {
            unit: value,
            "orders": orders[value],
            "net_minor": net_minor[value],
            "days": observed[value],
            "index": orders[value] / observed[value] / mean if mean and observed[value] else None,
        }
        for value in _UNITS[unit]
    ]


def _summed(rows: Iterable[Row], unit: str, name: str) -> Counter[int]:
    sums: Counter[int] = Counter()
    for row in rows:
        if row[unit] is not None:
            sums[row[unit]] += row[name]
    return sums


def _days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
