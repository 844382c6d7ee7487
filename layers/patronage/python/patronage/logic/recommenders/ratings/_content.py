"""Ratings predicted from what the shop says of products and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.ratings._features import tag_features, text_features
from patronage.logic.recommenders.ratings._kernel import SimilarityModel

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Scores, Side
    from patronage.logic.recommenders.ratings._baseline import Biases
    from patronage.logic.recommenders.ratings._model import Ratings


class ContentRatings(SimilarityModel):
    """Predict a rating from the customer's ratings of products that are described alike.

    Two products are alike by the tags that they share, each kind of tag counting the same, and by the TF-IDF
    cosine of their texts. Each customer's taste is a kernel ridge regression over the products that they
    rated: the Gaussian process view of content-based filtering (Rasmussen and Williams, 2006, chapter 2).
    Without tags and texts the prediction is that of the biases.

    Parameters
    ----------
    text_weight : float
        Weight of the texts beside a kind of tag.
    noise : float
        How much of a rating no similarity explains.
    """

    def __init__(self, *, text_weight: float = 0.5, noise: float = 10.0) -> None:
        self.text_weight = text_weight
        self.noise = noise

    def _check(self) -> None:
        super()._check()
        if self.text_weight < 0:
            raise BadInput(f"text_weight={self.text_weight} must not be negative")

    def _similarity(self, ratings: Ratings, biases: Biases, side: Side) -> Scores:
        tags = tag_features(side.product_tags, ratings.n_products)
        words = text_features(side.texts, ratings.n_products)
        alike = np.float32(self.text_weight) * (words @ words.T).toarray()
        for part in tags.values():
            alike += (part @ part.T).toarray()
        return alike
