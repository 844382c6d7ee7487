"""Visits: who comes by is recommended something, sees it, may click on it, and may buy it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soak._http import BROWSER_KEY, ask

if TYPE_CHECKING:
    from datetime import datetime

    from soak._books import Books
    from soak._cloud import Cloud
    from soak._orders import Order
    from soak._shop import SimulatedShop

K = 5


@dataclass
class Shown:
    """What a visitor was shown of an experiment, and did about it."""

    arm: str
    since: datetime
    impressions: dict[tuple[str, str], datetime] = field(default_factory=dict)
    clicks: dict[tuple[str, str], datetime] = field(default_factory=dict)


class Visits:
    """The shop's visitors, and what they saw.

    Parameters
    ----------
    cloud, shop, books
        Where they go, who they are, and where their events are noted.
    """

    def __init__(self, cloud: Cloud, shop: SimulatedShop, books: Books) -> None:
        self._cloud, self._shop, self._books = cloud, shop, books
        self._number, self._posted = 0, 0
        self.answers: list[dict[str, Any]] = []
        """Those of the day."""
        self.arms: dict[tuple[str, str], set[str]] = defaultdict(set)
        """By experiment and visitor the arms that answers named."""
        self.shown: dict[str, dict[str, Shown]] = defaultdict(dict)
        """By experiment and visitor what was shown."""
        self.posted: Counter[str] = Counter()

    def visit(self) -> Order | None:
        """Let somebody come by; return what they order, if they do."""
        self._number += 1
        is_guest = self._shop.happens(0.25)
        visitor = f"visit-{self._number:05d}" if is_guest else self._shop.visitor()
        who = {"session_id": visitor} if is_guest else {"user_id": visitor}
        answer = self._recommended(who)
        if answer["experiment"]:
            self.arms[answer["experiment"]["experiment_id"], visitor].add(answer["experiment"]["arm"])
        clicked = self._seen(visitor, who, answer)
        if clicked is None or not self._shop.happens(0.5):
            return None
        self._cloud.clock.pass_(minutes=2)
        order = self._shop.order_of("" if is_guest else visitor, clicked, self._cloud.clock.now)
        self._post(who, {"event_type": "purchase", "product_id": clicked, "order_id": order.order_id})
        return order

    def look_around(self) -> None:
        """Look at the lists that are about nobody."""
        near = self._shop.products[int(self._shop.rng.integers(0, len(self._shop.products)))]
        asked = {
            "/products/{product_id}/similar": {"path": {"product_id": near}},
            "/products/{product_id}/together": {"path": {"product_id": near}},
            "/products/trending": {},
        }
        for resource, more in asked.items():
            self.answers.append(ask(self._cloud, "lookup", "GET", resource, key=BROWSER_KEY, **more))

    def forget(self, customer_id: str) -> None:
        """Take a customer out of what was shown."""
        for visitors in self.shown.values():
            visitors.pop(customer_id, None)

    def _recommended(self, who: dict[str, str]) -> dict[str, Any]:
        key = {"key": BROWSER_KEY} if "session_id" in who else {}
        query = {**who, "k": str(K), "placement": "home"}
        answer = ask(self._cloud, "lookup", "GET", "/recommendations", **query, **key)
        self.answers.append(answer)
        return answer

    def _seen(self, visitor: str, who: dict[str, str], answer: dict[str, Any]) -> str | None:
        """Post what came into view, and a click on some of it; return the product that was clicked."""
        about = {"placement": "home", "recommendation_id": answer["recommendation_id"]}
        products = [each["product_id"] for each in answer["items"]]
        seen = [
            {"event_type": "impression", **about, "product_id": each, "position": place}
            for place, each in enumerate(products, 1)
        ] or [{"event_type": "impression", **about}]
        at = self._post(who, *seen)
        clicked = None
        if products and self._shop.happens(0.6):
            clicked = products[int(self._shop.rng.integers(0, len(products)))]
            self._post(who, {"event_type": "click", **about, "product_id": clicked}, {"event_type": "view"})
        if answer["experiment"]:
            named = answer["experiment"]
            shown = self.shown[named["experiment_id"]].setdefault(visitor, Shown(named["arm"], at))
            shown.impressions |= {(answer["recommendation_id"], each): at for each in products}
            if clicked:
                shown.clicks[answer["recommendation_id"], clicked] = self._cloud.clock.now
        return clicked

    def _post(self, who: dict[str, str], *events: dict[str, Any]) -> datetime:
        """Post events from the shop's server, now and then twice; return when they happened."""
        self._cloud.clock.pass_(seconds=5)
        now = self._cloud.clock.now
        named = [
            {
                **each,
                **{("customer_id" if name == "user_id" else name): value for name, value in who.items()},
                "event_id": f"e-{self._posted + place:06d}",
                "occurred_at": now.isoformat(),
            }
            for place, each in enumerate(events)
        ]
        self._posted += len(named)
        for _ in range(2 if self._shop.happens(0.1) else 1):
            said = ask(self._cloud, "collect", "POST", "/events", body={"events": named})
            self.posted.update({name: said[name] for name in ("accepted", "refused", "repeated")})
        for each in named:
            self._books.note_event(each)
        return now
