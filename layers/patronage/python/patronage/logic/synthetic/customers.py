"""The people: tastes, rates, lifetimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.parameters import SyntheticShop
    from patronage.logic.synthetic.world import World

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_LEAST_DROPOUT = 1e-6


@dataclass(frozen=True)
class People:
    """A block of customers, and after them its guests, in aligned arrays.

    Parameters
    ----------
    customers : int
        How many of the rows are customers; the rest are guests.
    main_group : array of int64
    groups, styles : array of float64, shape (people, groups) and (people, styles)
        The latent factors: weights of the taste groups and of the styles.
    orders_per_day : array of float64
        Order rate in busy time; 0 for guests.
    dropout : array of float64
        Chance to leave for ever after each order but the first; 1 for guests.
    joined : array of float64
        Busy time of the first order.
    country, channel : array of int64
        Positions in the shop's lists.
    pantry : array of int64, shape (people, picks)
        Consumables kept in stock, -1 for none.
    rhythm_seconds : array of float64, shape (people, picks)
        How long each lasts with this customer; 1 where there is none.
    """

    customers: int
    main_group: Ints
    groups: Floats
    styles: Floats
    orders_per_day: Floats
    dropout: Floats
    joined: Floats
    country: Ints
    channel: Ints
    pantry: Ints
    rhythm_seconds: Floats


def draw_people(world: World, customers: int, rng: np.random.Generator) -> People:
    """Draw a block of customers and its guests."""
    shop = world.shop
    n = customers + int(rng.poisson(customers * shop.guests_per_customer))
    known = np.arange(n) < customers
    main_group, groups = _group_weights(shop, n, rng)
    styles = _dirichlet(shop.style_concentration, (n, shop.styles), rng)
    joined = rng.beta(1.0, shop.joining_skew, n) * world.calendar.length
    rate = rng.gamma(shop.rate_shape, shop.orders_per_year / 365.25 / shop.rate_shape, n)
    dropout = np.maximum(rng.beta(shop.dropout_a, shop.dropout_b, n), _LEAST_DROPOUT)
    country = _one_of([share for _, share, _ in shop.countries], n, rng)
    channel = _one_of([share for _, share in shop.channels], n, rng)
    first_day = world.calendar.day_of(world.calendar.instants(joined))
    pantry = _pantry(world, groups, styles, first_day, rng)
    pantry[~known | (rng.random(n) >= shop.pantry_share)] = -1
    own = np.exp(shop.rhythm_spread * rng.standard_normal(pantry.shape))
    rhythm_days = world.catalogue.rhythm_days[pantry] * own
    return People(
        customers=customers,
        main_group=main_group,
        groups=groups,
        styles=styles,
        orders_per_day=np.where(known, rate, 0.0),
        dropout=np.where(known, dropout, 1.0),
        joined=joined,
        country=country,
        channel=channel,
        pantry=pantry,
        rhythm_seconds=np.where(pantry >= 0, rhythm_days * 86_400, 1.0),
    )


def _group_weights(shop: SyntheticShop, n: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Draw each person's main group, the earlier ones likelier, and weights around it."""
    appeal = 1 / (3.0 + np.arange(shop.groups))
    main = _one_of((appeal / appeal.sum()).tolist(), n, rng)
    weights = (1 - shop.main_group_share) * _dirichlet(1.0, (n, shop.groups), rng)
    weights[np.arange(n), main] += shop.main_group_share
    return main, weights


def _dirichlet(concentration: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    gammas = rng.standard_gamma(concentration, shape) + 1e-12
    weights: Floats = gammas / gammas.sum(axis=1, keepdims=True)
    return weights


def _pantry(world: World, groups: Floats, styles: Floats, day: Ints, rng: np.random.Generator) -> Ints:
    """Draw products to keep in stock: consumables alone, and one drawn twice counts once."""
    n, picks = len(groups), world.shop.pantry_picks
    who = np.repeat(np.arange(n), picks)
    drawn = world.chooser.choose(groups, styles, who, day[who], rng).reshape(n, picks)
    repeated = np.zeros(drawn.shape, dtype=np.bool_)
    for later in range(1, picks):
        repeated[:, later] = (drawn[:, :later] == drawn[:, later : later + 1]).any(axis=1)
    return np.where(repeated | (world.catalogue.rhythm_days[drawn] == 0), -1, drawn)


def _one_of(shares: list[float], n: int, rng: np.random.Generator) -> Ints:
    heaped = np.cumsum(shares) / sum(shares)
    return np.searchsorted(heaped[:-1], rng.random(n), side="right").astype(np.int64)
