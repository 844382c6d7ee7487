"""Models of explicit ratings, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.recommenders.ratings._baseline import BiasRatings
from patronage.logic.recommenders.ratings._content import ContentRatings
from patronage.logic.recommenders.ratings._gibbs import GibbsRatings
from patronage.logic.recommenders.ratings._item_cf import ItemCfRatings
from patronage.logic.recommenders.ratings._nmf import NmfRatings
from patronage.logic.recommenders.ratings._stack import MEMBERS as _MEMBERS
from patronage.logic.recommenders.ratings._stack import HybridRatings
from patronage.logic.recommenders.ratings._svd import SvdRatings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.logic.recommenders.base import RatingRecommender

RATING_MODELS: Mapping[str, Callable[[], RatingRecommender]] = {
    **_MEMBERS,
    "hybrid": HybridRatings,
}
"""What makes an untrained model of each name, with its default settings."""

__all__ = [
    "RATING_MODELS",
    "BiasRatings",
    "ContentRatings",
    "GibbsRatings",
    "HybridRatings",
    "ItemCfRatings",
    "NmfRatings",
    "SvdRatings",
]
