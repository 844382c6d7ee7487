"""What is popular in a country, segment, category or month."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.popularity import Popularity
from patronage.logic.recommenders.ranking import best_products

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Interactions, Scores, Side

    Pairs = list[tuple[int, float]]

POPULAR_IN_CONTEXT = 100
_GROUPS = ("country", "segment")


def popular_by_context(
    scores: Scores, interactions: Interactions, side: Side, *, half_life_days: float
) -> dict[str, Pairs]:
    """Return by context, such as ``country=Germany``, what is popular in it: products and their scores.

    Parameters
    ----------
    scores : array of float32, shape (products,)
        What is popular in the shop; a product of 0 stands in no context.
    interactions, side
        Who bought what, and what is known beside.
    half_life_days : float
        Age at which a purchase counts half.
    """
    contexts = _by_category(scores, side) | _by_month(scores, interactions)
    for kind in _GROUPS:
        grouped = Popularity(half_life_days=half_life_days, group=kind).fit(interactions, side=side)
        for name in grouped.group_names_.tolist():
            contexts[f"{kind}={name}"] = _pairs(np.where(scores > 0, grouped.of_group(name), 0))
    return contexts


def _by_category(scores: Scores, side: Side) -> dict[str, Pairs]:
    """Return by category what is popular in it."""
    members: dict[str, list[int]] = defaultdict(list)
    for product, tags in enumerate(side.product_tags):
        for tag in tags:
            if tag.startswith("category="):
                members[tag].append(product)
    found = {}
    for category in sorted(members):
        inside = np.array(members[category])
        found[category] = [(int(inside[place]), score) for place, score in _pairs(scores[inside])]
    return found


def _by_month(scores: Scores, interactions: Interactions) -> dict[str, Pairs]:
    """Return by month of the year what was bought most in it, in whatever year."""
    months = interactions.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    found = {}
    for month in np.unique(months):
        bought = interactions.where(months == month).purchases()
        found[f"month={month}"] = _pairs(np.where(scores > 0, bought, 0))
    return found


def _pairs(scores: NDArray[np.floating | np.integer]) -> Pairs:
    ids, best = best_products(scores, POPULAR_IN_CONTEXT)
    return list(zip(ids.tolist(), best.tolist(), strict=True))
