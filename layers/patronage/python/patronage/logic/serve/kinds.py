"""Why a product may stand in an answer: the kinds of reasons, as numbers that arrays and items hold.

The hot path imports this, so nothing is imported with it.
"""

from __future__ import annotations

POPULAR = 0
"""No product speaks for it: many customers bought it."""
BOUGHT_TOGETHER = 1
"""A share of the buyers of another product bought it too."""
BOUGHT_NEXT = 2
"""A share of the buyers of another product bought it afterwards."""
ALIKE = 3
"""What the shop says of it is like what it says of another product, by a cosine."""
BOUGHT_AGAIN = 4
"""The customer bought it before, on a share of the days on which they bought anything."""
NEW = 5
"""It is too new to be judged by its sales, and is shown to find out."""
SAME_BASKET = 6
"""It stands in a share of the baskets that hold another product."""
TRENDING = 7
"""It sells more than it used to: the score says how many times."""

NAMES = {
    POPULAR: "popular",
    BOUGHT_TOGETHER: "bought_together",
    BOUGHT_NEXT: "bought_next",
    ALIKE: "alike",
    BOUGHT_AGAIN: "bought_again",
    NEW: "new",
    SAME_BASKET: "same_basket",
    TRENDING: "trending",
}
"""What answers and files call each kind."""
