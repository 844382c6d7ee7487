"""What a shop shows beside what is popular: what sells more than it used to, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders.ranking import best_products
from patronage.logic.recommenders.trending import times_usual

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Ids, Interactions, Mask, Scores

MOST_HIGHLIGHTS = 200
NEW_DAYS = 60
"""A product counts as new for so many days."""
_HALF_LIFE_DAYS, _USUAL_HALF_LIFE_DAYS = 14.0, 180.0
_SHRINKAGE = 10.0
"""Purchases of the usual kind that each product is given: two more of what hardly sells are no trend."""


def trending_products(
    interactions: Interactions, is_sold: Mask, *, most: int = MOST_HIGHLIGHTS
) -> tuple[Ids, Scores]:
    """Return the products that sell more than they used to, and how many times as much, falling.

    Parameters
    ----------
    interactions : Interactions
        What was bought.
    is_sold : array of bool, shape (products,)
        Which products may be named.
    most : int
        How many at most.
    """
    trend = times_usual(interactions, _HALF_LIFE_DAYS, _USUAL_HALF_LIFE_DAYS, _SHRINKAGE)
    return best_products(np.where(is_sold & (trend > 1), trend, 0), most)


def new_arrivals(
    since: Ids, scores: Scores, is_sold: Mask, *, today: int, most: int = MOST_HIGHLIGHTS
) -> tuple[Ids, Scores]:
    """Return the products that came in the last `NEW_DAYS`, best sellers first, and their scores.

    Parameters
    ----------
    since : array of int32, shape (products,)
        Day on which each product came, -1 where that is not known.
    scores : array of float32, shape (products,)
        What is popular; of what nobody bought yet the newest comes first.
    is_sold : array of bool, shape (products,)
        Which products may be named.
    today : int
        Up to which day what was bought is known; what comes later is not there yet.
    most : int
        How many at most.
    """
    found = np.flatnonzero(is_sold & (since > today - NEW_DAYS) & (since <= today))
    best = np.lexsort((found, -since[found], -scores[found]))[:most]
    ids = found[best].astype(np.int32)
    return ids, scores[ids]
