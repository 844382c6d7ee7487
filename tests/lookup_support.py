"""A shelf made by hand, and a reader in memory over it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.collect.session import Session
from patronage.logic.serve.bought import pack_bought
from patronage.logic.serve.catalogue import Product, Stocked
from patronage.logic.serve.packing import Candidate
from patronage.logic.serve.pointer import Entry
from patronage.logic.serve.rules_document import rules_of
from patronage.logic.serve.shelf import Shelf, make_shelf
from patronage.logic.serve.wanted import Found, Own, Wanted
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

ENTRY = Entry(
    run_id="run",
    shards_key="",
    as_of="2026-01-10T11:00:00+00:00",
    created_at="2026-01-10T11:30:00+00:00",
    published_at="2026-01-10T11:40:00+00:00",
    currency="GBP",
    model={"name": "ease", "version": "run"},
)


def shelf_of(
    products: Iterable[Product],
    popular: str = "",
    *,
    stocked: Iterable[Stocked] = (),
    rules: Mapping[str, Any] | None = None,
    segments: str = "",
) -> Shelf:
    """Make a shelf; each letter of `popular` is a product, the best first."""
    catalogue = {each.product_id: each for each in products}
    return make_shelf(
        ENTRY,
        catalogue,
        candidates(popular, kind=0),
        rules_of(rules or {}),
        stocked={each.product_id: each for each in stocked},
        stock_as_of="2026-01-10T11:50:00+00:00" if stocked else None,
        segments=segments,
    )


def letters(text: str, **fields: Any) -> list[Product]:
    """Make a product of each letter, the first with the most buyers."""
    return [
        Product(each, each.upper(), 100 * place, len(text) - place, **fields)
        for place, each in enumerate(text)
    ]


def stocked(product_id: str, stock: int | None = None, **fields: Any) -> Stocked:
    """Make what the shop says of a product: by default nothing but that it is sold."""
    row = {"name": "", "price_minor": None, "category": "", "is_active": True, "released_on": ""} | fields
    return Stocked(product_id=product_id, stock=stock, **row)


def candidates(text: str, kind: int = 1) -> list[Candidate]:
    """Make a candidate of each letter, the best first."""
    return [Candidate(each, 1 / place, kind=kind) for place, each in enumerate(text, start=1)]


def session(viewed: str = "", bought: str = "", at: datetime = NOW) -> Session:
    """Make a session in which each letter was viewed or bought a second after the one before."""
    done = [("view", each) for each in viewed] + [("purchase", each) for each in bought]
    events = (
        Session.of_event(f"e{second}", event_type, at + timedelta(seconds=second), [product_id])
        for second, (event_type, product_id) in enumerate(done)
    )
    return Session().merged(*events)


class MemoryReader:
    """A `RecommendationReader` over plain values; it counts its round trips and fails while `is_down`."""

    def __init__(self, shelf: Shelf) -> None:
        self.live = shelf
        self.users: dict[str, Own] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.segments: dict[str, str] = {}
        self.lists: dict[tuple[str, str], list[Candidate]] = {}
        self.variants: dict[tuple[str, str], Own] = {}
        self.trips: list[Wanted] = []
        self.is_down = False
        self.trips_until_down: int | None = None

    def give(self, user_id: str, own: str, filling: str = "", bought: str = "") -> None:
        """Give a customer an own list, and what they bought."""
        places = [self.live.order.index(each) for each in bought]
        self.users[user_id] = Own(candidates(own) + candidates(filling, kind=0), pack_bought(places))

    def beside(self, product_id: str, similar: str) -> None:
        """Say what is similar to a product."""
        self.lists["similar", product_id] = candidates(similar)

    def shelf(self, now: datetime) -> Shelf:
        if self.is_down:
            raise TryAgain("down")
        return self.live

    def remembered_shelf(self, now: datetime) -> Shelf | None:
        return self.live

    def read(self, wanted: Wanted, shelf: Shelf, found: Found, now: datetime) -> None:
        if self.trips_until_down is not None and len(self.trips) >= self.trips_until_down:
            raise TryAgain("down")
        self.trips.append(wanted)
        found.users |= _known(self.users, wanted.users)
        found.sessions |= _known(self.sessions, wanted.sessions)
        found.segments |= _known(self.segments, wanted.customers)
        found.lists |= _known(self.lists, wanted.lists)
        found.variants |= _known(self.variants, wanted.variants)


def placed(answer: Mapping[str, Any]) -> str:
    """Write an answer as product and first letter of its rung: ``a:u b:s``."""
    return " ".join(f"{each['product_id']}:{each['rung'][0]}" for each in answer["items"])


def ids(answer: Mapping[str, Any]) -> str:
    """Write the products of an answer, one letter each."""
    return "".join(each["product_id"] for each in answer["items"])


def _known(values: Mapping[Any, Any], keys: Iterable[Any]) -> dict[Any, Any]:
    return {key: values[key] for key in keys if key in values}
