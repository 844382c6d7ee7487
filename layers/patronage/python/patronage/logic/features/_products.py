"""The features of a product."""

from __future__ import annotations

from functools import partial

from patronage.logic.features.definition import Feature

_MONTHS = (30, 90, 365)
_ALL = (*_MONTHS, None)
_WEEKS = (7, 30, 90)
_MINOR = "in minor units of the shop's currency"

_product = partial(Feature, entity="product")
_sales = partial(_product, query="features_product_sales", owner="sales")


def _suffix(days: int | None) -> str:
    return "" if days is None else f"_{days}d"


_SALES = (
    _sales(
        name="days_since_last_sale",
        kind="whole",
        description="shop days since the last day with a sale",
    ),
    _sales(
        name="days_since_first_sale",
        kind="whole",
        description="shop days since the first day with a sale",
    ),
    *(
        _sales(
            name=f"buyers{_suffix(days)}",
            kind="whole",
            window_days=days,
            description="different customers who bought it; guests, who cannot be told apart, are none",
            is_zero_if_none=True,
        )
        for days in _ALL
    ),
    *(
        _sales(
            name=f"items{_suffix(days)}",
            kind="number",
            window_days=days,
            description="pieces sold",
            is_zero_if_none=True,
        )
        for days in _ALL
    ),
    *(
        _sales(
            name=f"net_minor{_suffix(days)}",
            kind="whole",
            window_days=days,
            description=f"net of its order lines, what was taken back included, {_MINOR}",
            is_zero_if_none=True,
        )
        for days in _ALL
    ),
)

_VISITS = tuple(
    _product(
        name=f"{name}_{days}d",
        kind="whole",
        query="features_product_events",
        owner="storefront",
        window_days=days,
        description=description,
        ttl_hours=72 if days <= 7 else 168,
        is_zero_if_none=True,
    )
    for name, description in {
        "views": "times that it was looked at",
        "cart_adds": "times that it was put into a cart",
        "clicks": "clicks on it where it was shown",
        "impressions": "times that it was shown as a recommendation",
    }.items()
    for days in _WEEKS
)

_FACTS = (
    _product(
        name="price_minor",
        kind="whole",
        query="features_product_facts",
        owner="merchandising",
        description=f"price of a piece at the newest sale, else in the catalogue, {_MINOR}",
    ),
    _product(
        name="category",
        kind="text",
        query="features_product_facts",
        owner="merchandising",
        description="category of the catalogue",
        ttl_hours=720,
    ),
)

PRODUCT_FEATURES = (*_SALES, *_VISITS, *_FACTS)
