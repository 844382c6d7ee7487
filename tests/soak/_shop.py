"""A shop drawn from a seed: its products and customers, and what is ordered on a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from soak._orders import Line, Order, local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

TASTES = ("tea", "cup", "bowl")
COUNTRIES = ("GB", "FR", "IE")
OF_A_TASTE = 16
NEW_PRODUCTS = 10
ZOE = 'Zoë, "the first"'
"""A customer whose id has what is special in a file."""
_ODD_IDS = {3: ZOE, 7: "00042", 11: "a/b#日本", 13: "1e5", 17: "null"}


class SimulatedShop:
    """Draws what happens in a shop.

    Parameters
    ----------
    seed : int
        All that it draws comes from here.
    customers, a_day : int
        How many there are, and about how many orders they place.
    """

    def __init__(self, seed: int, *, customers: int, a_day: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.customers = [_ODD_IDS.get(number, f"customer-{number:04d}") for number in range(customers)]
        self.products = [f"{taste}-{number}" for taste in TASTES for number in range(OF_A_TASTE)]
        self.retired = self.products[OF_A_TASTE - 1]
        """A product that the shop sells no more, which must never be recommended."""
        self.has_drifted = False
        self._a_day = a_day
        self._taste = self.rng.integers(0, len(TASTES), customers)
        self._zeal = 0.05 + self.rng.gamma(0.8, size=customers)
        self._country = self.rng.choice(len(COUNTRIES), customers, p=[0.7, 0.2, 0.1])
        self._prices = {product: f"{self.rng.uniform(1, 30):.2f}" for product in self.products}
        self._placed = 0

    def drift(self) -> None:
        """Sell other products, for more, and by another channel."""
        self.has_drifted = True
        for number in range(NEW_PRODUCTS):
            self.products.append(f"neo-{number}")
            self._prices[f"neo-{number}"] = f"{self.rng.uniform(40, 90):.2f}"

    def catalogue(self) -> bytes:
        """Write the products as a file."""
        rows = [
            f"{each},The {each},{each.partition('-')[0]},{self._prices[each]},GBP,{50 + place},"
            f"{str(each != self.retired).lower()}"
            for place, each in enumerate(self.products)
        ]
        header = "product_id,title,category,price,currency,stock,is_active"
        return "\n".join([header, *rows, ""]).encode()

    def leave(self, customer_id: str) -> None:
        """Let a customer come no more."""
        self._zeal[self.customers.index(customer_id)] = 0

    def orders(self, day: date) -> list[Order]:
        """Draw the orders of a day, by time."""
        hours = np.sort(self.rng.uniform(7, 21.5, int(self.rng.poisson(self._a_day))))
        return [self._order(local(day, float(hour))) for hour in hours]

    def corrected(self, order: Order) -> Order:
        """Return an order as it is after a correction: another quantity, a line less, or a line more."""
        lines, what = list(order.lines), int(self.rng.integers(0, 3))
        if what == 0 and len(lines) > 1:
            del lines[int(self.rng.integers(0, len(lines)))]
        elif what == 1:
            lines.append(self._line(self._some_product(0)))
        else:
            lines[0] = replace(lines[0], quantity=lines[0].quantity + 1)
        return replace(order, lines=tuple(lines))

    def refund(self, order: Order, at: datetime) -> Order:
        """Return the refund of an order's first line."""
        back = replace(order.lines[0], quantity=-order.lines[0].quantity)
        named = {"order_id": f"R{order.order_id}", "refers_to": order.order_id, "kind": "refund"}
        return replace(order, ordered_at=at, lines=(back,), **named)

    def some(self, many: Sequence[Order], count: int) -> list[Order]:
        """Draw some of many, in their order."""
        chosen = self.rng.choice(len(many), min(count, len(many)), replace=False)
        return [many[place] for place in sorted(int(each) for each in chosen)]

    def happens(self, chance: float) -> bool:
        """Draw whether something happens."""
        return bool(self.rng.random() < chance)

    def visitor(self) -> str:
        """Draw a customer who comes by, the zealous ones more often."""
        return self.customers[self._who()]

    def order_of(self, customer_id: str, product_id: str, at: datetime) -> Order:
        """Return the order of one product by a customer; a guest's where the id is empty."""
        self._placed += 1
        line = Line(product_id, 1, self._prices[product_id])
        return Order(f"O{self._placed:06d}", customer_id, at, (line,), channel=self._channel())

    def _who(self) -> int:
        return int(self.rng.choice(len(self.customers), p=self._zeal / self._zeal.sum()))

    def _order(self, at: datetime) -> Order:
        self._placed += 1
        who, count = self._who(), 1 + int(self.rng.poisson(1.2))
        country = COUNTRIES[int(self._country[who])]
        return Order(
            f"O{self._placed:06d}",
            "" if self.happens(0.1) else self.customers[who],
            at,
            tuple(self._line(self._some_product(int(self._taste[who]))) for _ in range(count)),
            country=country,
            channel=self._channel(),
            currency="EUR" if country == "FR" else "GBP",
        )

    def _channel(self) -> str:
        shares = [0.1, 0.1, 0.8] if self.has_drifted else [0.7, 0.3, 0.0]
        return ("web", "shop", "app")[int(self.rng.choice(3, p=shares))]

    def _some_product(self, taste: int) -> str:
        if self.has_drifted and self.happens(0.6):
            return f"neo-{int(self.rng.integers(0, NEW_PRODUCTS))}"
        if self.happens(0.2):
            taste = int(self.rng.integers(0, len(TASTES)))
        return f"{TASTES[taste]}-{min(int(self.rng.geometric(0.2)), OF_A_TASTE) - 1}"

    def _line(self, product_id: str) -> Line:
        off = f"{int(self.rng.integers(1, 9)) / 8:.3f}" if self.happens(0.1) else ""
        return Line(product_id, 1 + int(self.rng.poisson(0.5)), self._prices[product_id], off)
