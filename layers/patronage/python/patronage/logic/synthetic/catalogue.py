"""The products of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.synthetic.identifiers import product_ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.synthetic.parameters import SyntheticShop

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

GROUPS = (
    ("Tea and coffee", ("tea tin", "coffee filter", "infuser")),
    ("Garden", ("seed packet", "planter", "trowel")),
    ("Toys", ("puzzle", "wooden train", "kite")),
    ("Kitchen", ("whisk", "mixing bowl", "ladle")),
    ("Stationery", ("notebook", "pencil set", "envelope")),
    ("Candles", ("pillar candle", "tealight", "wax melt")),
    ("Bath", ("soap", "bath salt", "sponge")),
    ("Textiles", ("cushion", "throw", "tea towel")),
    ("Lighting", ("lantern", "fairy light", "desk lamp")),
    ("Pets", ("dog chew", "cat toy", "bird feed")),
    ("Baking", ("cake case", "sprinkles", "icing bag")),
    ("Travel", ("luggage tag", "travel mug", "neck pillow")),
)
"""Each taste group's name, which is the product's category, and what it sells."""

STYLES = ("Classic", "Modern", "Rustic")
_COLOURS = ("red", "blue", "green", "white", "black", "yellow", "pink", "grey")
_BRANDS = ("Alder & Co", "Birkenhof", "Casa Lina", "Dovecote", "Élan", "Fjord", "Granary")
_FIRST_BETA = 1.2


@dataclass(frozen=True)
class Catalogue:
    """The products in aligned arrays of shape (products,).

    Parameters
    ----------
    groups, styles : int
        How many taste groups and styles there are.
    group, style : array of int64
        The taste cell of each product; every cell has one that is sold from the first day.
    weight : array of float64
        Popularity, which counts inside the cell.
    launch_day : array of int64
        Day of the history from which it is sold, 0 for most.
    rhythm_days : array of float64
        How long one lasts; 0 for what is not consumable.
    price_minor : array of int64
        Net price of a piece.
    return_rate : array of float64
        Chance that a line of it comes back.
    """

    groups: int
    styles: int
    group: Ints
    style: Ints
    weight: Floats
    launch_day: Ints
    rhythm_days: Floats
    price_minor: Ints
    return_rate: Floats

    def ids(self) -> list[str]:
        """Write each product's id."""
        return product_ids(range(len(self.group)))

    def texts(self) -> dict[str, list[str]]:
        """Write each product's title, category, brand and style."""
        groups = [GROUPS[group % len(GROUPS)] for group in self.group.tolist()]
        styles = [STYLES[style % len(STYLES)] for style in self.style.tolist()]
        titles = [
            f"{style} {_COLOURS[number * 5 % len(_COLOURS)]} {nouns[number % len(nouns)]}, no. {number}"
            for number, (style, (_, nouns)) in enumerate(zip(styles, groups, strict=True))
        ]
        brands = [_BRANDS[number * 3 % len(_BRANDS)] for number in range(len(titles))]
        return {"title": titles, "category": [name for name, _ in groups], "brand": brands, "style": styles}


def draw_catalogue(shop: SyntheticShop) -> Catalogue:
    """Draw the products."""
    rng = shop.stream(0)
    n, cells = shop.products, shop.groups * shop.styles
    cell = np.where(np.arange(n) < cells, np.arange(n), rng.integers(0, cells, n))
    late = (rng.random(n) < shop.late_launch_share) & (np.arange(n) >= cells)
    launch_day = np.where(late, rng.integers(0, shop.days, n), 0)
    rank = 1 + rng.permutation(n)
    price = shop.price_median * np.exp(shop.price_spread * rng.standard_normal(n))
    shortest, longest = shop.rhythm_days
    consumable = rng.random(n) < shop.consumable_share
    return Catalogue(
        groups=shop.groups,
        styles=shop.styles,
        group=cell // shop.styles,
        style=cell % shop.styles,
        weight=np.power(rank, -shop.popularity_exponent, dtype=np.float64),
        launch_day=launch_day,
        rhythm_days=np.where(consumable, rng.uniform(shortest, longest, n), 0.0),
        price_minor=np.maximum(np.rint(price * 20).astype(np.int64) * 5, 5),
        return_rate=rng.beta(_FIRST_BETA, _FIRST_BETA * (1 / shop.return_mean - 1), n),
    )
