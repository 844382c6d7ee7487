"""Every parameter of the synthetic shop, with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from patronage.errors import BadInput

MAX_DAYS = 3_660
_START = date(2025, 1, 1)


def _parameter(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class SyntheticShop:
    """What kind of shop to draw; the meaning of each parameter stands in its field's metadata."""

    customers: int = _parameter(1_000, "customers with an id; each orders at least once")
    products: int = _parameter(200, "products of the catalogue, those launched later included")
    days: int = _parameter(365, "length of the history in days")
    seed: int = _parameter(7, "seed of every random stream")
    start: date = field(default=_START, metadata={"meaning": "first day, UTC"})
    currency: str = _parameter("EUR", "currency of all amounts; its minor unit has two digits")

    max_groups: int = _parameter(12, "most taste groups; with few products one for each 25, at least 2")
    max_styles: int = _parameter(3, "styles across the groups; 1 with fewer than 6 products a group")
    main_group_share: float = _parameter(0.7, "share of a customer's choices sure to fall in the main group")
    style_concentration: float = _parameter(0.5, "Dirichlet concentration of a customer's style weights")
    popularity_exponent: float = _parameter(0.9, "a product of popularity rank r weighs r to the minus this")
    late_launch_share: float = _parameter(0.15, "share of products launched on a random day after the first")
    price_median: float = _parameter(14.0, "median price, net, of the lognormal prices")
    price_spread: float = _parameter(0.7, "standard deviation of the logarithm of the price")

    orders_per_year: float = _parameter(9.0, "mean order rate while a customer is active")
    rate_shape: float = _parameter(0.9, "shape of the gamma distribution of the order rate")
    dropout_a: float = _parameter(0.9, "first parameter of the beta distribution of the dropout chance")
    dropout_b: float = _parameter(6.0, "second parameter of that distribution")
    joining_skew: float = _parameter(1.6, "joining times are Beta(1, this) over the history: above 1, early")
    guests_per_customer: float = _parameter(0.25, "guests, each with one order and no id, a customer")

    yearly_swing: float = _parameter(0.25, "amplitude of the yearly wave of demand")
    yearly_peak_day: int = _parameter(340, "day of the year on which that wave peaks")
    weekday_factors: tuple[float, ...] = _parameter(
        (0.95, 0.9, 0.95, 1.0, 1.15, 1.2, 0.85), "demand from Monday to Sunday"
    )
    hour_weights: tuple[float, ...] = _parameter(
        (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 15, 14, 13, 13, 14, 16, 19, 22, 23, 18, 11, 5),
        "demand by hour of the day, UTC",
    )
    campaign_days: int = _parameter(7, "length of the sale that ends each 91 days of the year")
    campaign_uplift: float = _parameter(1.3, "demand during a sale")
    campaign_line_share: float = _parameter(0.4, "share of order lines reduced during a sale")
    campaign_percent: int = _parameter(20, "reduction of those lines in per cent")
    coupon_share: float = _parameter(0.08, "share of orders with a coupon")
    coupon_percent: int = _parameter(10, "reduction by a coupon in per cent; the greater reduction counts")

    extra_lines: float = _parameter(1.1, "mean of the Poisson number of lines by taste beyond the first")
    extra_pieces: float = _parameter(0.4, "mean of the Poisson number of pieces of a line beyond the first")
    consumable_share: float = _parameter(0.35, "share of products that are used up and bought again")
    pantry_share: float = _parameter(0.4, "share of customers who keep consumables in stock")
    pantry_picks: int = _parameter(3, "draws by taste for the pantry; those not consumable are dropped")
    rhythm_days: tuple[int, int] = _parameter((14, 70), "least and greatest days that a consumable lasts")
    rhythm_spread: float = _parameter(0.15, "standard deviation of the logarithm of a customer's own rhythm")
    return_mean: float = _parameter(0.06, "mean return rate; a product's own is Beta(1.2, matching the mean)")
    return_days: float = _parameter(9.0, "mean of the exponential delay of a return, after two days")

    countries: tuple[tuple[str, float, int], ...] = _parameter(
        (("DE", 0.5, 19), ("FR", 0.18, 20), ("NL", 0.14, 21), ("AT", 0.1, 20), ("IE", 0.08, 23)),
        "country, share of customers, tax in per cent",
    )
    channels: tuple[tuple[str, float], ...] = _parameter(
        (("web", 0.6), ("app", 0.25), ("store", 0.15)), "channel, share of customers who prefer it"
    )
    preferred_channel_share: float = _parameter(0.85, "share of orders on the preferred channel, else any")
    shipping: float = _parameter(4.95, "shipping of a web or app order below the free limit, on its line 1")
    free_shipping_from: float = _parameter(50.0, "net order value from which shipping is free")

    browses_per_order: float = _parameter(2.0, "sessions without a purchase per order")
    browse_views: float = _parameter(2.0, "mean number of views of such a session beyond the first")
    browse_cart_share: float = _parameter(0.12, "share of those views that put the product into the cart")
    extra_views: float = _parameter(1.5, "mean views of products not bought in a session with a purchase")
    signed_in_share: float = _parameter(0.75, "share of customers' sessions signed in from the start")

    def __post_init__(self) -> None:
        limits = {"customers": 10**8, "products": 10**6, "days": MAX_DAYS}
        for name, greatest in limits.items():
            value = getattr(self, name)
            if not 1 <= value <= greatest:
                raise BadInput(f"{name}={value} must lie between 1 and {greatest:,}")
        if self.seed < 0:
            raise BadInput(f"seed={self.seed} must not be negative")
        if not 1970 <= self.start.year <= 9_000:
            raise BadInput(f"start={self.start} must lie in the years 1970 to 9000")

    @property
    def start_instant(self) -> int:
        """First second of the history since 1970, UTC."""
        return int(datetime.combine(self.start, datetime.min.time(), UTC).timestamp())

    @property
    def end_instant(self) -> int:
        """First second after the history."""
        return self.start_instant + self.days * 86_400

    @property
    def groups(self) -> int:
        """Number of taste groups."""
        return min(self.products, max(2, min(self.max_groups, self.products // 25)))

    @property
    def styles(self) -> int:
        """Number of styles."""
        return self.max_styles if self.products >= 6 * self.groups else 1

    def stream(self, *names: int) -> np.random.Generator:
        """Return the generator of one part of the shop, independent of every other part."""
        return np.random.default_rng((self.seed, *names))

    def meanings(self) -> list[tuple[str, Any, str]]:
        """List name, value and meaning of every parameter."""
        return [(item.name, getattr(self, item.name), item.metadata["meaning"]) for item in fields(self)]
