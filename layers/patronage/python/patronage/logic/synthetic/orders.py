"""Orders in time, their lines, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.customers import People
    from patronage.logic.synthetic.parameters import SyntheticShop
    from patronage.logic.synthetic.world import World

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Orders:
    """The orders of a block by time, in aligned arrays of shape (orders,), and two figures a person.

    Parameters
    ----------
    person : array of int64
        Row of the person.
    instant : array of int64
        Seconds since 1970.
    channel : array of int64
        Position in the shop's list.
    coupon : array of bool
    pantry_due : array of bool, shape (orders, picks)
        Which of the person's consumables have run out.
    count : array of int64, shape (people,)
        Orders of each person.
    left : array of bool, shape (people,)
        Whether the person dropped out with the last of them.
    active_until : array of float64, shape (people,)
        Busy time of that last order, or the end of the history.
    """

    person: Ints
    instant: Ints
    channel: Ints
    coupon: NDArray[np.bool_]
    pantry_due: NDArray[np.bool_]
    count: Ints
    left: NDArray[np.bool_]
    active_until: Floats


@dataclass(frozen=True)
class Lines:
    """Sale lines by order, and refunds, in aligned arrays; amounts in the minor unit.

    Parameters
    ----------
    order : array of int64
        Position in `Orders`; a refund's is that of the order it refers to.
    number : array of int64
        Line of that order, from 1.
    product, quantity, discount, tax, shipping, instant : array of int64
        A refund has the negative quantity and tax, and the discount taken back.
    is_refund : array of bool
    """

    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    discount: Ints
    tax: Ints
    shipping: Ints
    instant: Ints
    is_refund: NDArray[np.bool_]


def draw_orders(world: World, people: People, rng: np.random.Generator) -> Orders:
    """Draw when everyone orders.

    In busy time the first order falls on the joining time, later ones follow at the person's rate, and
    after each later one the person drops out with the person's chance: the BG/NBD model (Fader, Hardie and
    Lee 2005).
    """
    shop, calendar = world.shop, world.calendar
    later = rng.poisson(people.orders_per_day * (calendar.length - people.joined))
    allowed = 1 + rng.geometric(people.dropout)
    person = np.repeat(np.arange(len(later)), later + 1)
    first = np.concatenate(([True], person[1:] != person[:-1]))
    span = (calendar.length - people.joined)[person]
    busy = people.joined[person] + np.where(first, 0.0, rng.random(len(person))) * span
    busy = busy[np.lexsort((busy, person))]  # the person column keeps its order
    position = np.arange(len(person)) - np.flatnonzero(first)[person]
    kept = position < allowed[person]
    person, busy = person[kept], busy[kept]
    count = np.minimum(later + 1, allowed)
    left = later + 1 >= allowed
    last_busy = busy[np.cumsum(count) - 1]
    instant = calendar.instants(busy)
    due = _pantry_due(people, person, instant)
    by_time = np.lexsort((person, instant))
    person, instant = person[by_time], instant[by_time]
    return Orders(
        person=person,
        instant=instant,
        channel=_channels(shop, people, person, rng),
        coupon=rng.random(len(person)) < shop.coupon_share,
        pantry_due=due[by_time],
        count=count,
        left=left,
        active_until=np.where(left, last_busy, calendar.length),
    )


def draw_lines(world: World, people: People, orders: Orders, rng: np.random.Generator) -> Lines:
    """Draw what is in each order, and what of it comes back before the history ends."""
    shop = world.shop
    order, product = _baskets(world, people, orders, rng)
    number = np.arange(len(order)) - np.searchsorted(order, order) + 1
    quantity = 1 + rng.poisson(shop.extra_pieces, len(order))
    gross = quantity * world.catalogue.price_minor[product]
    discount = _percent_of(gross, _reductions(world, orders, order, rng))
    taxes = np.array([percent for _, _, percent in shop.countries])
    sales = Lines(
        order=order,
        number=number,
        product=product,
        quantity=quantity,
        discount=discount,
        tax=_percent_of(gross - discount, taxes[people.country[orders.person]][order]),
        shipping=_shipping(shop, orders, order, number, gross - discount),
        instant=orders.instant[order],
        is_refund=np.zeros(len(order), dtype=np.bool_),
    )
    return _with_refunds(shop, sales, world.catalogue.return_rate, rng)


def _pantry_due(people: People, person: Ints, instant: Ints) -> NDArray[np.bool_]:
    """Say which consumables ran out since the person's previous order; arrays by person and time.

    The stock of each is filled with the first order and runs out at every multiple of its rhythm.
    """
    first = np.concatenate(([True], person[1:] != person[:-1]))
    since = instant - instant[np.flatnonzero(first)][person]
    periods = since[:, None] // people.rhythm_seconds[person]
    due = np.ones(periods.shape, dtype=np.bool_)
    due[1:] = periods[1:] > periods[:-1]
    due[first] = True
    return due & (people.pantry[person] >= 0)


def _channels(shop: SyntheticShop, people: People, person: Ints, rng: np.random.Generator) -> Ints:
    preferred = rng.random(len(person)) < shop.preferred_channel_share
    anything = rng.integers(0, len(shop.channels), len(person))
    return np.where(preferred, people.channel[person], anything)


def _baskets(world: World, people: People, orders: Orders, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Put what ran out and what pleases into each order; a product stands once in an order."""
    due_order, slot = np.nonzero(orders.pantry_due)
    due_product = people.pantry[orders.person[due_order], slot]
    by_taste = rng.poisson(world.shop.extra_lines, len(orders.person)) + ~orders.pantry_due.any(axis=1)
    taste_order = np.repeat(np.arange(len(orders.person)), by_taste)
    day = world.calendar.day_of(orders.instant)[taste_order]
    taste_product = world.chooser.choose(people.groups, people.styles, orders.person[taste_order], day, rng)
    order = np.concatenate((due_order, taste_order))
    products = world.shop.products
    pairs = np.unique(order * products + np.concatenate((due_product, taste_product)))
    return pairs // products, pairs % products


def _reductions(world: World, orders: Orders, order: Ints, rng: np.random.Generator) -> Ints:
    """Return each line's reduction in per cent: by the sale or by the coupon, whichever is greater."""
    shop = world.shop
    on_sale = world.calendar.campaign[world.calendar.day_of(orders.instant)][order]
    reduced = on_sale & (rng.random(len(order)) < shop.campaign_line_share)
    by_coupon = np.where(orders.coupon[order], shop.coupon_percent, 0)
    return np.maximum(np.where(reduced, shop.campaign_percent, 0), by_coupon)


def _shipping(shop: SyntheticShop, orders: Orders, order: Ints, number: Ints, net: Ints) -> Ints:
    order_net = np.bincount(order, weights=net, minlength=len(orders.person))
    names = np.array([name for name, _ in shop.channels])
    charged = (order_net < shop.free_shipping_from * 100) & (names[orders.channel] != "store")
    return np.where(charged[order] & (number == 1), round(shop.shipping * 100), 0)


def _with_refunds(shop: SyntheticShop, sales: Lines, return_rate: Floats, rng: np.random.Generator) -> Lines:
    back = np.flatnonzero(rng.random(len(sales.order)) < return_rate[sales.product])
    delay = 86_400 * (2 + rng.exponential(shop.return_days, len(back)))
    pieces = rng.integers(1, sales.quantity[back] + 1)
    instant = sales.instant[back] + delay.astype(np.int64)
    in_time = instant < shop.end_instant
    back, pieces, instant = back[in_time], pieces[in_time], instant[in_time]
    refund = {
        "order": sales.order[back],
        "number": sales.number[back],
        "product": sales.product[back],
        "quantity": -pieces,
        "discount": sales.discount[back] * pieces // sales.quantity[back],
        "tax": -(sales.tax[back] * pieces // sales.quantity[back]),
        "shipping": np.zeros(len(back), dtype=np.int64),
        "instant": instant,
        "is_refund": np.ones(len(back), dtype=np.bool_),
    }
    return Lines(**{name: np.concatenate((getattr(sales, name), added)) for name, added in refund.items()})


def _percent_of(amount: Ints, percent: Ints) -> Ints:
    """Take whole per cents of an amount that is not negative, half a minor unit upwards."""
    return (amount * percent + 50) // 100
