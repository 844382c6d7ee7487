"""Every parameter of a simulation, with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from patronage.errors import BadInput

MAX_DAYS = 3_660
PLACEMENTS = ("home", "product", "basket")
"""Where recommendations stand: as the visit begins, beside a product, beside the basket."""


def _parameter(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """How visits are made up from orders; the meaning of each parameter stands in its field's metadata."""

    seed: int = _parameter(7, "seed of every random stream")
    days: int = _parameter(120, "orders of so many days, the last order's included, get visits")
    history_days: int = _parameter(
        180, "days before those whose orders tell what is popular and goes together"
    )
    most_orders: int = _parameter(50_000, "of more orders in the span, so many are drawn and get visits")

    browses_per_order: float = _parameter(2.0, "mean visits without an order before one of a known customer")
    anonymous_per_order: float = _parameter(
        0.5, "mean visits of somebody unknown, without an order, an order"
    )
    glances_per_order: float = _parameter(
        3.0, "mean visits of somebody unknown who sees one page, no product's, and leaves, an order"
    )
    browse_gap_days: float = _parameter(
        5.0, "mean days, at least 1, from a visit without an order to the order"
    )
    visit_seconds: tuple[int, int] = _parameter((120, 1_800), "least and greatest length of a visit")
    channels: tuple[tuple[str, float], ...] = _parameter(
        (("direct", 0.38), ("search", 0.27), ("email", 0.15), ("social", 0.1), ("paid", 0.1)),
        "channel, share of visits",
    )
    glance_channels: tuple[tuple[str, float], ...] = _parameter(
        (("direct", 0.2), ("search", 0.35), ("email", 0.05), ("social", 0.2), ("paid", 0.2)),
        "the same of visits that see one page; the channels in the same order",
    )
    signed_in_share: float = _parameter(
        0.7,
        "share of a known customer's visits signed in from the start; others name the customer at a purchase",
    )

    most_wanted: int = _parameter(3, "most products that a visit is about: of the order, at random")
    wanted_views: float = _parameter(0.9, "mean of what a visit without an order is about, beyond the first")
    other_views: float = _parameter(0.7, "mean views of other products, at most 2")
    own_share: float = _parameter(0.5, "chance that a known customer browses from what was bought before")
    together_share: float = _parameter(
        0.6, "chance that another product is one bought together with the first"
    )
    search_share: float = _parameter(0.25, "chance of a search for the first two words of the first product")
    cart_share: float = _parameter(
        0.8, "chance that a viewed product of the order, after the first, is seen carted"
    )
    browse_cart_share: float = _parameter(
        0.12, "chance that a viewed product is carted in a visit without an order"
    )
    other_cart_share: float = _parameter(0.12, "chance that a viewed other product is carted")
    cart_remove_share: float = _parameter(
        0.6, "chance that what is carted and not ordered is taken out again"
    )

    placements: tuple[tuple[str, float], ...] = _parameter(
        tuple(zip(PLACEMENTS, (0.35, 0.4, 0.25), strict=True)),
        "placement, share of the occasions that show it",
    )
    shown: int = _parameter(4, "products of an answer")
    popular_products: int = _parameter(40, "products that the popular list is drawn from, by rank")
    popular_days: int = _parameter(28, "days before each week whose orders make that list")
    personal_hit: float = _parameter(
        0.4, "chance that a personal answer holds a product that the visit is about"
    )
    popular_hit: float = _parameter(0.15, "the same of a popular answer")
    examined: tuple[float, ...] = _parameter((1.0, 0.75, 0.55, 0.45), "chance that a position is looked at")
    hit_click: float = _parameter(0.6, "chance that such a product, looked at, is clicked")
    other_click: float = _parameter(0.03, "the same of any other product")
    tile_cart_share: float = _parameter(
        0.3, "share of carted clicks that are carted on the recommendation itself"
    )

    experiment_after_days: int = _parameter(
        7, "days of the span before the experiment starts, if it has twice as many"
    )
    holdout_share: float = _parameter(
        0.05, "share of visitors in the permanent holdout, from the start of the span"
    )

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise BadInput(f"seed={self.seed} must not be negative")
        if not 1 <= self.days <= MAX_DAYS:
            raise BadInput(f"days={self.days} must lie between 1 and {MAX_DAYS:,}")

    def stream(self, *names: int) -> np.random.Generator:
        """Return the generator of one part of the simulation, independent of every other part."""
        return np.random.default_rng((self.seed, *names))

    def meanings(self) -> list[tuple[str, Any, str]]:
        """List name, value and meaning of every parameter."""
        return [(item.name, getattr(self, item.name), item.metadata["meaning"]) for item in fields(self)]
