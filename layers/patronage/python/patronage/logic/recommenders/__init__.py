"""Recommenders: one contract, several methods."""

from patronage.logic.recommenders.base import Interactions, Reasons, Recommender, top_k
from patronage.logic.recommenders.neighbours import ItemNeighbours
from patronage.logic.recommenders.popularity import Popularity

__all__ = ["Interactions", "ItemNeighbours", "Popularity", "Reasons", "Recommender", "top_k"]
