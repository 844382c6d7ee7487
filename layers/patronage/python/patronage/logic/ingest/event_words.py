"""Words for what a visitor did, as common trackers write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.tables import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    "view": (
        "page",
        "page view",
        "screen view",
        "view item",
        "view content",
        "view cart",
        "product view",
        "product viewed",
        "product detail",
        "detail",
        "cart viewed",
        "begin checkout",
        "checkout started",
        "initiate checkout",
        "add shipping info",
        "add payment info",
        "watch",
    ),
    "click": ("select item", "select promotion", "product clicked", "promotion clicked", "item click"),
    "impression": (
        "view item list",
        "view promotion",
        "product list viewed",
        "promotion viewed",
    ),
    "cart_add": ("add to cart", "add cart", "cart", "product added", "cart added"),
    "cart_remove": ("remove from cart", "remove cart", "product removed", "cart removed"),
    "purchase": (
        "order completed",
        "transaction",
        "buy",
        "order",
        "checkout completed",
        "ecommerce purchase",
    ),
    "search": ("view search results", "products searched", "product searched"),
}
"""Segment's ecommerce events, GA4's, Meta's pixel, and shop logs, in small letters."""


def _spellings(word: str) -> Iterator[str]:
    """Yield how a name is written: with blanks, underscores, hyphens, or together, small or capital."""
    for cased in (word, word.capitalize(), word.title(), word.upper()):
        yield cased
        yield from (cased.replace(" ", mark) for mark in ("_", "-", ""))
    first, *rest = word.split(" ")
    yield first + "".join(map(str.capitalize, rest))


def _known() -> Iterator[tuple[str, str]]:
    yield from ((name, name) for name in EVENT_TYPES)  # first, for they are tried in this order
    for name, words in _WORDS.items():
        for word in (name.replace("_", " "), *words):
            yield from ((spelling, name) for spelling in _spellings(word))


EVENT_WORDS = dict(_known())
"""What a file may call an event, to what it is."""
