"""The experiment of the month: what it must have found, counted in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from soak._books import Books
    from soak._visits import Shown, Visits

TRIAL: dict[str, Any] = {
    "experiment_id": "do-they-pay",
    "primary_metric": "conversion",
    "arms": [
        {"arm": "control", "kind": "none", "weight": 0.2},
        {"arm": "popular", "kind": "popular", "weight": 0.3},
        {"arm": "personal", "kind": "model", "weight": 0.5},
    ],
}
COUNTED = ("units", "impressions", "clicks", "orders", "buyers", "revenue_minor")


@dataclass
class Trial:
    """When the experiment began and was stopped, and whether it is archived."""

    began: datetime | None = None
    stopped: datetime | None = None
    is_archived: bool = False

    def is_analysed(self, as_of: datetime) -> bool:
        """Say whether a run that reads up to an instant analyses it."""
        return self.began is not None and self.began < as_of and not self.is_archived

    def expected(self, visits: Visits, books: Books, *, as_of: datetime) -> dict[str, Counter[str]]:
        """Return by arm who was shown it before an instant, and what they did and bought from then on."""
        ends = min(self.stopped, as_of) if self.stopped else as_of
        brought = _brought(books, as_of)
        buyers = _orders_by_visitor(books)
        found = {each["arm"]: Counter(dict.fromkeys(COUNTED, 0)) for each in TRIAL["arms"]}
        for visitor, shown in visits.shown[TRIAL["experiment_id"]].items():
            if shown.since < ends:
                bought = [
                    brought[order_id]
                    for order_id, at in buyers.get(visitor, ())
                    if shown.since <= at < ends and order_id in brought
                ]
                found[shown.arm].update(_counts(shown, bought, ends))
        return found


def _counts(shown: Shown, bought: list[int], ends: datetime) -> dict[str, int]:
    return {
        "units": 1,
        "impressions": sum(at < ends for at in shown.impressions.values()),
        "clicks": sum(at < ends for at in shown.clicks.values()),
        "orders": len(bought),
        "buyers": bool(bought),
        "revenue_minor": sum(bought),
    }


def _brought(books: Books, as_of: datetime) -> dict[str, int]:
    """Return what each sale brought, less what came back of it before an instant."""
    net: Counter[str] = Counter()
    for order in books.orders():
        if order.ordered_at < as_of:
            net[order.refers_to or order.order_id] += order.net_minor
    return dict(net)


def _orders_by_visitor(books: Books) -> dict[str, list[tuple[str, datetime]]]:
    """Return the sales of each customer, and of each visit whose purchase event names one."""
    sales = {order.order_id: order for order in books.orders() if order.kind == "sale"}
    found: dict[str, list[tuple[str, datetime]]] = {}
    for order in sales.values():
        if order.customer_id:
            found.setdefault(order.customer_id, []).append((order.order_id, order.ordered_at))
    for event in books.events.values():
        order = sales.get(event.get("order_id", ""))
        if order and "session_id" in event:
            found.setdefault(event["session_id"], []).append((order.order_id, order.ordered_at))
    return found
