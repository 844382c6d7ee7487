"""What visitors do on the site: sessions of views, cart additions and purchases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.customers import People
    from patronage.logic.synthetic.orders import Lines, Orders
    from patronage.logic.synthetic.world import World

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

TYPES = ("view", "cart_add", "purchase")
_VIEW, _CART_ADD, _PURCHASE = range(3)
_LENGTH_SECONDS = (60, 1_500)
_BROWSE_DAYS_BEFORE = 7.0


@dataclass(frozen=True)
class Events:
    """The events of a block by time, in aligned arrays.

    Parameters
    ----------
    session : array of int64
        From 0 within the block, by start.
    person : array of int64
        Row of the person, -1 where the visitor is not signed in.
    type : array of int64
        Position in `TYPES`.
    product, instant, channel : array of int64
    order : array of int64
        The order of a purchase, else -1.
    sessions : int
        How many sessions there are.
    """

    session: Ints
    person: Ints
    type: Ints
    product: Ints
    instant: Ints
    channel: Ints
    order: Ints
    sessions: int


@dataclass(frozen=True)
class _Sessions:
    """Sessions in aligned arrays: those that led to an order first."""

    person: Ints
    start: Ints
    seconds: Ints
    channel: Ints
    order: Ints
    signed_in: NDArray[np.bool_]


def draw_events(
    world: World, people: People, orders: Orders, lines: Lines, rng: np.random.Generator
) -> Events:
    """Draw a session for every order that was not made in the store, and sessions without a purchase."""
    sessions = _sessions(world, people, orders, rng)
    session_of_order = np.full(len(orders.person), -1)
    bought = sessions.order >= 0
    session_of_order[sessions.order[bought]] = np.flatnonzero(bought)
    seen = _looks(world, people, sessions, rng)
    paid = _purchases(sessions, session_of_order, lines, rng)
    columns = [np.concatenate(parts) for parts in zip(*(seen + paid), strict=True)]
    return _by_time(world, sessions, people.customers, *columns)


def _sessions(world: World, people: People, orders: Orders, rng: np.random.Generator) -> _Sessions:
    shop = world.shop
    names = [name for name, _ in shop.channels]
    online = np.array([at for at, name in enumerate(names) if name != "store"])
    ordered = np.flatnonzero(np.isin(orders.channel, online))
    browses = rng.poisson(shop.browses_per_order * orders.count)
    browser = np.repeat(np.arange(len(browses)), browses)
    earliest = np.maximum(people.joined - _BROWSE_DAYS_BEFORE, 0)[browser]
    span = orders.active_until[browser] - earliest
    start = world.calendar.instants(earliest + rng.random(len(browser)) * span)
    seconds = rng.integers(*_LENGTH_SECONDS, len(ordered) + len(browser))
    order_start = np.maximum(orders.instant[ordered] - seconds[: len(ordered)], shop.start_instant)
    seconds[: len(ordered)] = orders.instant[ordered] - order_start
    return _Sessions(
        person=np.concatenate((orders.person[ordered], browser)),
        start=np.concatenate((order_start, start)),
        seconds=seconds,
        channel=np.concatenate((orders.channel[ordered], online[rng.integers(0, len(online), len(browser))])),
        order=np.concatenate((ordered, np.full(len(browser), -1))),
        signed_in=rng.random(len(seconds)) < shop.signed_in_share,
    )


def _looks(
    world: World, people: People, sessions: _Sessions, rng: np.random.Generator
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Draw views of what was not bought, by taste, and carts left behind: session, type, product, second."""
    browsing = sessions.order < 0
    mean = np.where(browsing, world.shop.browse_views, world.shop.extra_views)
    views = rng.poisson(mean) + browsing
    session = np.repeat(np.arange(len(views)), views)
    day = world.calendar.day_of(sessions.start)[session]
    product = world.chooser.choose(people.groups, people.styles, sessions.person[session], day, rng)
    second = (rng.random(len(session)) * sessions.seconds[session]).astype(np.int64)
    carted = np.flatnonzero(browsing[session] & (rng.random(len(session)) < world.shop.browse_cart_share))
    later = second[carted] + (
        rng.random(len(carted)) * (sessions.seconds[session[carted]] - second[carted])
    ).astype(np.int64)
    return [
        (session, np.full(len(session), _VIEW), product, second),
        (session[carted], np.full(len(carted), _CART_ADD), product[carted], later),
    ]


def _purchases(
    sessions: _Sessions, session_of_order: Ints, lines: Lines, rng: np.random.Generator
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Draw the view, the cart addition and the purchase of every line ordered online."""
    online = ~lines.is_refund & (session_of_order[lines.order] >= 0)
    session, product = session_of_order[lines.order[online]], lines.product[online]
    whole = sessions.seconds[session]
    viewed = (rng.random(len(session)) * 0.7 * whole).astype(np.int64)
    carted = viewed + (rng.random(len(session)) * (whole - viewed)).astype(np.int64)
    return [
        (session, np.full(len(session), kind), product, second)
        for kind, second in ((_VIEW, viewed), (_CART_ADD, carted), (_PURCHASE, whole))
    ]


def _by_time(
    world: World, sessions: _Sessions, customers: int, session: Ints, kind: Ints, product: Ints, second: Ints
) -> Events:
    """Lay events out by time, number sessions by start, and hide who is not signed in.

    A purchase always tells the customer; a guest is never told. What falls after the history is cut off.
    """
    instant = sessions.start[session] + second
    rank = np.empty(len(sessions.start), dtype=np.int64)
    rank[np.lexsort((sessions.person, sessions.start))] = np.arange(len(rank))
    order = np.lexsort((product, kind, rank[session], instant))
    order = order[instant[order] < world.shop.end_instant]
    session, kind, product, instant = session[order], kind[order], product[order], instant[order]
    person = sessions.person[session]
    known = (person < customers) & (sessions.signed_in[session] | (kind == _PURCHASE))
    return Events(
        session=rank[session],
        person=np.where(known, person, -1),
        type=kind,
        product=product,
        instant=instant,
        channel=sessions.channel[session],
        order=np.where(kind == _PURCHASE, sessions.order[session], -1),
        sessions=len(rank),
    )
