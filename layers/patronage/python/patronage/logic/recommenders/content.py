"""Content similarity: products of which the shop says alike things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.item_to_item import ItemToItem
from patronage.logic.recommenders.pruning import kept_cells, stacked, strongest_cells
from patronage.logic.recommenders.recency import recency_weights
from patronage.logic.recommenders.threads import in_blocks
from patronage.logic.recommenders.words import term_counts, words_of
from patronage.logic.serve.kinds import ALIKE

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Interactions, Matrix, Scores, Side
    from patronage.logic.recommenders.word_vectors import WordVectors

_CELLS_AT_ONCE = 1 << 23
_MOST_ROWS_AT_ONCE = 512
_RARE_ENOUGH = 100
_MOST_NEIGHBOURS = 10_000_000
"""Of all products together; so a catalogue of 33,333 products has 300 each, and a larger one fewer."""
_MOST_FOUND = 1_000
"""The fan-out of a word or tag: a product is led to so many others by it."""


class ContentNeighbours(ItemToItem):
    """Score a product by the likeness of its texts and tags to those of what the customer bought.

    Likeness is the cosine of the products' TF-IDF vectors (Salton and Buckley, 1988): words of title and
    description are one part, tags such as category and brand another, means of word vectors a third if they
    are given; each part has the same weight. Of products that are equally alike, popular ones come first. A
    product without a purchase has neighbours, and is one, as soon as it is described.

    Parameters
    ----------
    neighbours : int
        How many similar products each product keeps; fewer in a catalogue of which all would keep more than
        10 million.
    popularity_power : float
        Likeness is multiplied by the popularity to this power, divided by the average of that.
    common : float
        Words and tags of more than this share of the products say nothing, except the rarest of a product
        that has no other. Of more than 1,000 products that share one, the most popular 1,000 are found by it.
        Both bound the cost.
    recency : float
        What was bought a visit earlier weighs this much less in the customer's history.
    word_vectors : WordVectors, optional
        Embeddings of words, for texts that say the same in other words.
    """

    reason_kind = ALIKE

    def __init__(
        self,
        *,
        neighbours: int = 300,
        popularity_power: float = 0.02,
        common: float = 0.05,
        recency: float = 0.7,
        word_vectors: WordVectors | None = None,
    ) -> None:
        self.neighbours = neighbours
        self.popularity_power = popularity_power
        self.common = common
        self.recency = recency
        self.word_vectors = word_vectors

    def _check(self) -> None:
        if self.neighbours < 1:
            raise BadInput(f"neighbours={self.neighbours} must be at least 1")
        if not 0 < self.common <= 1:
            raise BadInput(f"common={self.common} must be above 0 and at most 1")
        if not 0 <= self.recency <= 1:
            raise BadInput(f"recency={self.recency} must be from 0 to 1")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        n_products = interactions.n_products
        described, embedded = self._vectors(side, n_products)
        counts = interactions.purchases()
        prior = np.maximum(counts, 0.5) ** self.popularity_power
        prior = (prior / prior.mean()).astype(np.float32)
        towards = _bounded(described.T.tocsr(), prior)

        def nearest(rows: slice) -> list[Matrix]:
            cosine = sparse.csr_array(described[rows] @ towards)
            if embedded.shape[1]:
                cosine = sparse.csr_array(cosine.toarray() + embedded[rows] @ embedded.T)
            return self._nearest(cosine, rows.start, prior)

        step = max(1, min(_MOST_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(n_products, 1)))
        self.similarity_, self.share_ = stacked(in_blocks(nearest, n_products, step))

    def _nearest(self, cosine: Matrix, start: int, prior: Scores) -> list[Matrix]:
        row = np.repeat(np.arange(start, start + cosine.shape[0]), np.diff(cosine.indptr))
        likeness = sparse.csr_array(cosine)
        likeness.data = np.where(row == cosine.indices, 0, cosine.data * prior[cosine.indices])
        kept = strongest_cells(likeness, min(self.neighbours, max(1, _MOST_NEIGHBOURS // len(prior))))
        return kept_cells(cosine, kept, likeness.data, np.minimum(cosine.data, 1))

    def _vectors(self, side: Side, n_products: int) -> tuple[Matrix, Scores]:
        """Describe each product by a sparse and a dense vector of length 1 together, or 0 if unknown."""
        words, tags = [words_of(text) for text in side.texts], side.product_tags
        parts = [self._weighed(term_counts(terms, n_products)[1]) for terms in (words, tags)]
        embedded = np.zeros((n_products, 0), dtype=np.float32)
        if self.word_vectors is not None:
            embedded = self.word_vectors.means(side.texts, n_products)
        filled = np.sum([np.diff(part.indptr) > 0 for part in parts] + [embedded.any(axis=1)], axis=0)
        scale = (1 / np.sqrt(np.maximum(filled, 1))).astype(np.float32)
        described: Matrix = sparse.hstack(parts, format="csr")
        described.data *= np.repeat(scale, np.diff(described.indptr))
        return described, embedded * scale[:, None]

    def _weighed(self, counts: Matrix) -> Matrix:
        """Weigh words or tags by their rarity, each row of length 1 or empty, and drop the common ones then.

        What is dropped still counts for the length: who shares less of it with others is less alike to them.
        """
        n_products = counts.shape[0]
        row = np.repeat(np.arange(n_products), np.diff(counts.indptr))
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])[counts.indices]
        weights = (1 + np.log(counts.data)) * (np.log((1 + n_products) / (1 + frequency)) + 1)
        norms = np.sqrt(np.bincount(row, weights=weights**2, minlength=n_products))
        rarest = np.full(n_products, n_products + 1)
        np.minimum.at(rarest, row, frequency)
        limit = max(self.common * n_products, _RARE_ENOUGH)
        kept = (frequency <= limit) | (frequency == rarest[row])
        (weighed,) = kept_cells(counts, kept, weights / norms[row])
        return weighed

    def _weights(self, histories: Histories) -> Matrix:
        return recency_weights(histories, self.recency)


def _bounded(having: Matrix, prior: Scores) -> Matrix:
    """Keep of the products that have a word or tag, a row each, the most popular ones."""
    cells = (prior[having.indices], having.indices, having.indptr)
    by_popularity: Matrix = sparse.csr_array(cells, shape=having.shape)
    (bounded,) = kept_cells(having, strongest_cells(by_popularity, _MOST_FOUND), having.data)
    return bounded
