"""Recommenders: one contract, several methods."""

from __future__ import annotations

from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.base import RatingRecommender, Reasons, Recommender
from patronage.logic.recommenders.by_id import ById
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.interactions import Histories, Interactions, Side
from patronage.logic.recommenders.neighbours import ItemNeighbours
from patronage.logic.recommenders.nmf import Nmf
from patronage.logic.recommenders.popularity import Popularity
from patronage.logic.recommenders.ranking import top_k
from patronage.logic.recommenders.repeat import RepeatPurchase
from patronage.logic.recommenders.sequence import SequenceNeighbours
from patronage.logic.recommenders.svd import Svd
from patronage.logic.recommenders.together import BoughtTogether
from patronage.logic.recommenders.trending import Trending
from patronage.logic.recommenders.users import UserNeighbours
from patronage.logic.recommenders.word_vectors import WordVectors

__all__ = [
    "BoughtTogether",
    "ById",
    "ContentNeighbours",
    "Ease",
    "Histories",
    "Hybrid",
    "ImplicitAls",
    "Interactions",
    "ItemNeighbours",
    "Nmf",
    "Popularity",
    "RatingRecommender",
    "Reasons",
    "Recommender",
    "RepeatPurchase",
    "SequenceNeighbours",
    "Side",
    "Svd",
    "Trending",
    "UserNeighbours",
    "WordVectors",
    "top_k",
]
