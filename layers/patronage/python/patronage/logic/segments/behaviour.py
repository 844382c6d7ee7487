"""Behaviour: what customers do on their visits, and the segment that follows by the first rule that is met.

The kinds follow Moe, "Buying, Searching, or Browsing: Differentiating Between Online Shoppers Using In-Store
Navigational Clickstream" (Journal of Consumer Psychology 13, 2003), who tells direct buyers, deliberating
searchers and browsers apart by how deep they look and whether they buy; those who wait for a price and those
who fill or leave carts stand beside them. Bounds that say "the shop's" move with the shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_LINES = 3
"""Order lines before a share of discounted ones says something."""

LEAST_PRICED = 10
"""Priced events before a share of reduced ones says something."""

LEAST_SHARE = 0.5
"""Share of what was bought, or looked at, that a bargain hunter has at a reduced price."""

LEAST_CARTS = 2
"""Sessions with a cart before their abandonment says something."""

LEAST_ABANDONMENT = 0.75
LEAST_BASKET = 3
"""Different products a purchase day, or additions a cart."""

LEAST_CONVERSION = 0.5
LEAST_DEPTH = 5
"""Views of pages and products in a researcher's session."""

_ABOVE_SHARE, _ABOVE_BASKET, _ABOVE_DEPTH = 1.25, 1.5, 2


@dataclass(frozen=True, kw_only=True)
class Norms:
    """What the shop's customers do on average; None where nothing is known of it.

    Parameters
    ----------
    median_depth : float
        Views of pages and products in the median session.
    discount_share : float
        Share of order lines with a discount, 0 to 1.
    reduced_share : float
        Share of priced events at a reduced price, 0 to 1.
    products_per_occasion : float
        Different products on a day of purchase.
    adds_per_cart : float
        Additions to the cart in a session with one.
    """

    median_depth: float | None = None
    discount_share: float | None = None
    reduced_share: float | None = None
    products_per_occasion: float | None = None
    adds_per_cart: float | None = None


@dataclass(frozen=True)
class Behaviour:
    """A behaviour, what to do with those who show it, and its rule with the numbers of a run.

    ``limits`` are these numbers. A clause whose bound is not known is in neither.
    """

    behaviour_id: str
    name: str
    description: str
    rule: str
    limits: Mapping[str, float]


def bounds(norms: Norms) -> dict[str, float | None]:
    """Return the bounds of the rules by their names in `behaviour_customers.sql`; None: never met."""
    return {
        "least_lines": LEAST_LINES,
        "least_discount_affinity": _at_least(LEAST_SHARE, _ABOVE_SHARE, norms.discount_share),
        "least_priced": LEAST_PRICED,
        "least_discount_interest": _at_least(LEAST_SHARE, _ABOVE_SHARE, norms.reduced_share),
        "least_carts": LEAST_CARTS,
        "least_abandonment": LEAST_ABANDONMENT,
        "least_products": _at_least(LEAST_BASKET, _ABOVE_BASKET, norms.products_per_occasion),
        "least_adds": _at_least(LEAST_BASKET, _ABOVE_BASKET, norms.adds_per_cart),
        "least_conversion": LEAST_CONVERSION,
        "most_direct_depth": norms.median_depth,
        "least_depth": _at_least(LEAST_DEPTH, _ABOVE_DEPTH, norms.median_depth),
    }


def behaviours(norms: Norms) -> list[Behaviour]:
    """List the behaviours in the order of their rules: a customer has the first whose rule is met."""
    known = {name: value for name, value in bounds(norms).items() if value is not None}
    return [_behaviour(texts, _RULES[texts[0]], known) for texts in _TEXTS]


def _behaviour(
    texts: tuple[str, str, str], clauses: Mapping[str, str], known: Mapping[str, float]
) -> Behaviour:
    """State the clauses whose bound is known, with its number."""
    stated = [text for name, text in clauses.items() if not name or name in known]
    limits = {name: value for name, value in known.items() if any(f"{{{name}}}" in text for text in stated)}
    numbers = {name: f"{value:.4g}" for name, value in limits.items()}
    rule = "; or ".join(text.format_map(numbers) for text in stated)
    return Behaviour(*texts, rule or "never met: nothing that it asks for is known here", limits)


def _at_least(least: float, factor: float, norm: float | None) -> float | None:
    return None if norm is None else max(least, factor * norm)


_TEXTS = (
    (
        "bargain_hunter",
        "Bargain Hunters",
        "wait for a lower price: tell them of sales, spare them full prices",
    ),
    ("cart_abandoner", "Cart Abandoners", "fill carts and leave them: remind them, show shipping cost early"),
    ("basket_builder", "Basket Builders", "take several things at once: offer bundles, what goes with it"),
    (
        "direct_buyer",
        "Direct Buyers",
        "know what they want and buy it: a short way, buying again in one step",
    ),
    ("researcher", "Researchers", "look at much before they decide: comparisons, reviews, advice"),
    ("casual_shopper", "Casual Shoppers", "buy or fill a cart now and then, without a marked habit"),
    ("passer_by", "Passers-by", "look at one thing and go: a reason to stay, a first recommendation"),
    ("window_shopper", "Window Shoppers", "look around and never take a thing: inspire, offer a first step"),
)

_RULES: Mapping[str, Mapping[str, str]] = {
    "bargain_hunter": {
        "least_discount_affinity": (
            "at least {least_lines} order lines and a share of at least {least_discount_affinity} of them "
            f"with a discount ({LEAST_SHARE} or {_ABOVE_SHARE} times the shop's share, whichever is more)"
        ),
        "least_discount_interest": (
            "at least {least_priced} priced views, clicks and cart additions and a share of at least "
            "{least_discount_interest} of them more than 5 % below the product's highest shown price "
            f"({LEAST_SHARE} or {_ABOVE_SHARE} times the shop's share, whichever is more)"
        ),
    },
    "cart_abandoner": {
        "": (
            "at least {least_carts} sessions with a cart, and a share of at least {least_abandonment} of "
            "them without a purchase"
        )
    },
    "basket_builder": {
        "least_products": (
            "at least {least_products} different products on a day of purchase on average "
            f"({LEAST_BASKET} or {_ABOVE_BASKET} times the shop's mean, whichever is more)"
        ),
        "least_adds": (
            "at least {least_adds} additions a session with a cart on average "
            f"({LEAST_BASKET} or {_ABOVE_BASKET} times the shop's mean, whichever is more)"
        ),
    },
    "direct_buyer": {
        "most_direct_depth": (
            "a purchase in a share of at least {least_conversion} of the sessions, and at most "
            "{most_direct_depth} views a session on average (the shop's median)"
        )
    },
    "researcher": {
        "least_depth": (
            "at least {least_depth} views a session on average "
            f"({LEAST_DEPTH} or {_ABOVE_DEPTH} times the shop's median, whichever is more)"
        )
    },
    "casual_shopper": {"": "a purchase or a cart, and none of the rules before"},
    "passer_by": {"": "no purchase and no cart, and at most 1 view in any session"},
    "window_shopper": {"": "no purchase and no cart, and none of the rules before"},
}
"""By behaviour: the bound without which a clause cannot be met, if any, and the clause."""
