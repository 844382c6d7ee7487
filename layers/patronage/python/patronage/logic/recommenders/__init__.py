"""Recommenders: one contract, several methods."""

from __future__ import annotations

from patronage.logic.recommenders.base import (
    ALIKE,
    BOUGHT_AGAIN,
    BOUGHT_NEXT,
    BOUGHT_TOGETHER,
    POPULAR,
    RatingRecommender,
    Reasons,
    Recommender,
)
from patronage.logic.recommenders.by_id import ById
from patronage.logic.recommenders.interactions import Histories, Interactions, Side
from patronage.logic.recommenders.neighbours import ItemNeighbours
from patronage.logic.recommenders.popularity import Popularity
from patronage.logic.recommenders.ranking import top_k

__all__ = [
    "ALIKE",
    "BOUGHT_AGAIN",
    "BOUGHT_NEXT",
    "BOUGHT_TOGETHER",
    "ById",
    "POPULAR",
    "Histories",
    "Interactions",
    "ItemNeighbours",
    "Popularity",
    "RatingRecommender",
    "Reasons",
    "Recommender",
    "Side",
    "top_k",
]
