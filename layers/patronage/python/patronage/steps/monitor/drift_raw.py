"""What of the lake is watched beside the features: orders, their lines, and events, of some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.queries import query
from patronage.steps.monitor.drift_counts import count_columns

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.steps.monitor.drift_counts import Side

_WEEK = 7


class Source(NamedTuple):
    """Rows that are watched.

    Parameters
    ----------
    rows : str
        A table, or a query in brackets.
    unit : str
        The column by which rows belong together and are no evidence of their own: an order, a visit.
    kinds : dict
        By column "number", "category" or "presence".
    """

    rows: str
    unit: str
    kinds: dict[str, str]


WATCHED = {
    "orders": Source(
        "drift_orders",
        "order_id",
        {"customer_id": "presence", "country": "category", "channel": "category"},
    ),
    "lines": Source("drift_lines", "order_id", {"kind": "category"}),
    "sales": Source(
        "(SELECT * FROM drift_lines WHERE kind = 'sale')",
        "order_id",
        {
            "unit_price": "number",
            "quantity": "number",
            "discount": "number",
            "net_minor": "number",
            "category": "category",
            "description": "presence",
        },
    ),
    "events": Source(
        "drift_events",
        "visit",
        {
            "event_type": "category",
            "device": "category",
            "country": "category",
            "channel": "category",
            "placement": "category",
            "session_id": "presence",
            "customer_id": "presence",
            "product_id": "presence",
        },
    ),
}


@dataclass(frozen=True)
class Window:
    """Days of the shop.

    Parameters
    ----------
    first, last : date
        Both included.
    weekdays : str
        Those of them that count, 0 for Monday to 6.
    """

    first: date
    last: date
    weekdays: str = "0123456"

    @property
    def parameters(self) -> dict[str, str]:
        """What the queries take."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), "weekdays": self.weekdays}


def windows(reference: date, today: date, days: int) -> tuple[Window, Window] | None:
    """Return the days of the reference and those of now; None where no day lies between.

    The newer ones are those after the reference, `days` at most: what the live models know already is no
    news, and would thin out what is. The older ones are so many before it (a week at least); of them only the
    weekdays that the newer ones have, while these are no whole week, for a Sunday is unlike a Monday.
    """
    since = min(days, (today - reference).days)
    if since < 1:
        return None
    newer = Window(today - timedelta(since - 1), today)
    weekdays = {(newer.first + timedelta(day)).weekday() for day in range(min(since, _WEEK))}
    before = max(days, _WEEK)
    return Window(reference - timedelta(before - 1), reference, "".join(map(str, sorted(weekdays)))), newer


def count_raw(engine: Engine, window: Window) -> dict[str, dict[str, Side]]:
    """Count the watched columns of some days, by source and column."""
    for table in ("drift_lines", "drift_events"):
        engine.table(table, query(table), **window.parameters)
    engine.table("drift_orders", query("drift_orders"))
    return {
        name: count_columns(engine, source.rows, source.kinds, unit=source.unit)
        for name, source in WATCHED.items()
    }


def days_of(window: Window) -> dict[str, Any]:
    """Return the days of a window as a report writes them."""
    return {name: value for name, value in window.parameters.items() if value != Window.weekdays}
