"""What the lake must hold after each upload, kept in plain Python beside the product."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soak._orders import ZONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from soak._orders import Order

Fates = dict[str, int]


@dataclass
class Figures:
    """What the orders before an instant add up to."""

    as_of: datetime
    lines: int = 0
    net_by_customer: Counter[str] = field(default_factory=Counter)
    guest_net: int = 0
    by_day: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def net(self) -> int:
        """What all of it brought, in pence."""
        return sum(self.net_by_customer.values()) + self.guest_net


class Books:
    """Orders by their id, of each the newest object that holds it; and events by theirs.

    An object is the newer one by when it was written, else by its key.
    """

    def __init__(self) -> None:
        self.held: dict[str, tuple[tuple[datetime, str], Order]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self._contents: set[str] = set()

    def take(
        self, orders: Sequence[Order], content: bytes, *, at: datetime, key: str, refused: int = 0
    ) -> Fates:
        """Take in a file of orders, and return what must become of its rows.

        The same bytes a second time change nothing.
        """
        rows = sum(len(order.lines) for order in orders)
        fates = {"read": rows + refused, "refused": refused, "kept": 0, "repeated": 0, "superseded": 0}
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._contents:
            return fates | {"repeated": rows}
        self._contents.add(digest)
        for order in orders:
            before = self.held.get(order.order_id)
            if before and before[0] > (at, key):
                fates["superseded"] += len(order.lines)
            else:
                fates["kept"] += len(order.lines)
                self.held[order.order_id] = ((at, key), order)
        return fates

    def note_event(self, event: dict[str, Any]) -> None:
        """Take in an event that the API accepted for the lake."""
        self.events.setdefault(event["event_id"], event)

    def forget(self, customer_id: str) -> None:
        """Take a customer out, with all orders and events."""
        self.held = {name: each for name, each in self.held.items() if each[1].customer_id != customer_id}
        self.events = {
            name: each for name, each in self.events.items() if each.get("customer_id") != customer_id
        }

    def orders(self) -> list[Order]:
        """Return the orders that count."""
        return [order for _, order in self.held.values()]

    def rows(self) -> list[tuple[Any, ...]]:
        """Return each line that counts, as the lake must have it."""
        return sorted(
            (
                *(order.order_id, order.customer_id, line.product_id, line.quantity, order.kind),
                *(order.refers_to, _microseconds(order.ordered_at), order.country, order.channel),
                line.net_minor(order.currency),
            )
            for order in self.orders()
            for line in order.lines
        )

    def figures(self, as_of: datetime) -> Figures:
        """Add up what was ordered before an instant."""
        found = Figures(as_of)
        buyers: dict[date, set[str]] = defaultdict(set)
        for order in self.orders():
            if order.ordered_at >= as_of:
                continue
            found.lines += len(order.lines)
            if order.customer_id:
                found.net_by_customer[order.customer_id] += order.net_minor
            else:
                found.guest_net += order.net_minor
            day = found.by_day[order.day]
            day.update(net_minor=order.net_minor, line_count=len(order.lines))
            day[f"{order.kind}_minor"] += order.net_minor
            if order.kind == "sale":
                day["orders"] += 1
                day["guest_orders"] += not order.customer_id
                buyers[order.day] |= {order.customer_id} - {""}
        for each, who in buyers.items():
            found.by_day[each]["customers"] = len(who)
        return found

    def last_day(self) -> date:
        """Return the shop's day of the newest order."""
        return max(order.ordered_at for order in self.orders()).astimezone(ZONE).date()


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000 + moment.microsecond
