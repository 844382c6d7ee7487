"""The features of a customer."""

from __future__ import annotations

from functools import partial

from patronage.logic.features.definition import Feature

_MONTHS = (30, 90, 365)
_WEEKS = (7, 30, 90)
_SEGMENTATION, _SALES, _STOREFRONT, _MARKETING = "segmentation", "sales", "storefront", "marketing"
_MINOR = "in minor units of the shop's currency"

_customer = partial(Feature, entity="customer")
_by_day = partial(_customer, query="features_days", owner=_SEGMENTATION)
_by_order = partial(_customer, query="features_orders", owner=_SALES)
_by_line = partial(_customer, query="features_baskets", owner=_SEGMENTATION)
_by_event = partial(_customer, query="features_events", owner=_STOREFRONT)
_profile = partial(_customer, query="features_profile", owner=_MARKETING, kind="text", ttl_hours=720)

_PURCHASES = (
    _by_day(name="recency_days", kind="whole", description="shop days since the last day with a purchase"),
    _by_day(name="tenure_days", kind="whole", description="shop days since the first day with a purchase"),
    _by_day(
        name="occasions",
        kind="whole",
        description="days with a purchase; what RFM calls frequency where it counts days",
        is_zero_if_none=True,
    ),
    _by_day(
        name="net_minor",
        kind="whole",
        description=f"net of all order lines, fees and what was taken back included, {_MINOR}",
        is_zero_if_none=True,
    ),
    *(
        _by_day(
            name=f"net_minor_{days}d",
            kind="whole",
            owner=_SALES,
            window_days=days,
            description=f"net of the order lines booked in the window, {_MINOR}",
            is_zero_if_none=True,
        )
        for days in _MONTHS
    ),
    _by_day(name="net_per_occasion_minor", kind="number", description=f"net a day with a purchase, {_MINOR}"),
    _by_day(
        name="days_between_occasions",
        kind="number",
        description="mean days from one day with a purchase to the next; null for one who came once",
    ),
    _by_day(
        name="weekend_share",
        kind="number",
        owner=_MARKETING,
        description="share of the days with a purchase that are a Saturday or Sunday",
    ),
)

_ORDERS = (
    _by_order(
        name="orders",
        kind="whole",
        description="orders with a purchase; what RFM calls frequency where it counts orders",
        is_zero_if_none=True,
    ),
    *(
        _by_order(
            name=f"orders_{days}d",
            kind="whole",
            window_days=days,
            description="orders with a purchase",
            is_zero_if_none=True,
        )
        for days in _MONTHS
    ),
    _by_order(
        name="returns",
        kind="whole",
        description="orders, credit notes included, that cancel or refund something",
        is_zero_if_none=True,
    ),
    _by_order(
        name="average_order_minor", kind="number", description=f"mean net of an order's purchases, {_MINOR}"
    ),
)

_BASKETS = (
    _by_line(name="items", kind="number", owner=_SALES, description="pieces bought", is_zero_if_none=True),
    *(
        _by_line(
            name=f"items_{days}d",
            kind="number",
            owner=_SALES,
            window_days=days,
            description="pieces bought",
            is_zero_if_none=True,
        )
        for days in _MONTHS
    ),
    _by_line(
        name="distinct_products",
        kind="whole",
        description="different products bought",
        is_zero_if_none=True,
    ),
    _by_line(
        name="categories", kind="whole", description="different categories bought", is_zero_if_none=True
    ),
    _by_line(name="items_per_occasion", kind="number", description="pieces a day with a purchase"),
    _by_line(name="price_per_item_minor", kind="number", description=f"mean net of a piece, {_MINOR}"),
    _by_line(
        name="distinct_product_share",
        kind="number",
        description="different products a purchase line: 1 for one who never buys the same again",
    ),
    _by_line(
        name="returned_share",
        kind="number",
        description="share of the money of purchases that cancellations and refunds took back, at most 1",
    ),
    _by_line(
        name="discounted_share", kind="number", description="share of the purchase lines with a discount"
    ),
    _customer(
        name="favourite_category",
        kind="text",
        query="features_favourites",
        owner=_MARKETING,
        description="category of most purchase lines",
        ttl_hours=720,
    ),
)

_VISITS = (
    _by_event(
        name="days_since_last_visit", kind="whole", description="shop days since the last event", ttl_hours=72
    ),
    *(
        _by_event(
            name=f"{name}_{days}d",
            kind="whole",
            window_days=days,
            description=description,
            ttl_hours=72 if days <= 7 else 168,
            is_zero_if_none=True,
        )
        for name, description in {
            "visits": "visits: different session ids, or days where an event has none",
            "views": "pages and products looked at",
            "cart_adds": "times that something was put into the cart",
            "clicks": "clicks on what was shown",
            "impressions": "times that a recommendation was shown",
        }.items()
        for days in _WEEKS
    ),
    _customer(
        name="cart_abandonment_90d",
        kind="number",
        query="features_carts",
        owner=_STOREFRONT,
        window_days=90,
        description="share of the visits with something put into the cart that ended without a purchase",
    ),
)

_PROFILE = (
    _profile(name="country", description="country of the newest order, else of the customer's own row"),
    _profile(name="channel", description="channel of the newest order, else of the customer's own row"),
    _profile(
        name="accepts_marketing",
        kind="flag",
        description="whether the customer agreed to marketing; null where neither yes nor no is known",
    ),
)

CUSTOMER_FEATURES = (*_PURCHASES, *_ORDERS, *_BASKETS, *_VISITS, *_PROFILE)
