"""Orders as a shop writes them into files, and what they bring to the penny."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

ZONE = ZoneInfo("Europe/London")
RATE = Decimal("0.8537")
"""Pounds for a euro."""
COLUMNS = (
    *("order_id", "customer_id", "product_id", "description", "quantity", "unit_price", "discount"),
    *("currency", "kind", "refers_to", "ordered_at", "country", "channel"),
)


@dataclass(frozen=True)
class Line:
    """A line of an order; amounts are texts, as a file has them."""

    product_id: str
    quantity: int
    unit_price: str
    discount: str = ""

    def net_minor(self, currency: str) -> int:
        """Return what it brings, in pence, rounded half to even."""
        off = Decimal(self.discount or 0)
        net = Decimal(self.quantity) * Decimal(self.unit_price) - (off if self.quantity > 0 else -off)
        pounds = net * RATE if currency == "EUR" else net
        return int((pounds * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True)
class Order:
    """An order, or a refund of one; a guest's has no customer."""

    order_id: str
    customer_id: str
    ordered_at: datetime
    lines: tuple[Line, ...]
    country: str = "GB"
    channel: str = "web"
    currency: str = "GBP"
    kind: str = "sale"
    refers_to: str = ""

    @property
    def day(self) -> date:
        """The shop's day."""
        return self.ordered_at.astimezone(ZONE).date()

    @property
    def net_minor(self) -> int:
        """What all lines bring, in pence."""
        return sum(line.net_minor(self.currency) for line in self.lines)

    def rows(self) -> list[str]:
        """Write the order as rows of a file."""
        return [
            ",".join(
                (
                    *(self.order_id, quoted(self.customer_id), line.product_id, f"The {line.product_id}"),
                    *(str(line.quantity), line.unit_price, line.discount, self.currency, self.kind),
                    *(self.refers_to, self.ordered_at.isoformat(), self.country, self.channel),
                )
            )
            for line in self.lines
        ]


def file_of(orders: Iterable[Order], *, more: Iterable[str] = ()) -> bytes:
    """Write orders as a file, with more rows at its end."""
    rows = [row for order in orders for row in order.rows()]
    return "\n".join([",".join(COLUMNS), *rows, *more, ""]).encode()


def quoted(text: str) -> str:
    """Write a cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\n') else text


def local(day: date, hour: float) -> datetime:
    """Return an instant of a day of the shop, by the clock on its wall, to the second."""
    wall = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(seconds=round(hour * 3600))
    return wall.astimezone(UTC)
