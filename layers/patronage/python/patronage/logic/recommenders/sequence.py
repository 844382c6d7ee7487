"""Sequence-aware item-to-item: what is bought after what, and how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons
from patronage.logic.recommenders.cells import values_of
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.item_to_item import ItemToItem
from patronage.logic.recommenders.pairs import NearPairs
from patronage.logic.recommenders.pruning import in_cells_of, kept_cells, stacked, strongest_cells
from patronage.logic.recommenders.recency import recency_weights
from patronage.logic.recommenders.threads import in_threads
from patronage.logic.serve.kinds import ALIKE, BOUGHT_NEXT, BOUGHT_TOGETHER, POPULAR

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Matrix,
        Scores,
        Side,
    )


class SequenceNeighbours(ItemToItem):
    """Score a product by how often it is bought soon after what the customer bought last.

    Every two purchases of a customer that stand near each other count for the pair of their products, with
    a weight that falls with the visits between them; the later product counts fully for the earlier one, the
    earlier for the later one `backward` as much, and products of one visit count fully for each other. This
    is the item-to-item form of the gap-weighted sequential rules of Ludewig and Jannach (User Modeling and
    User-Adapted Interaction 28, 2018), normalised as in item-based collaborative filtering with powers of
    the popularity (Aiolli, RecSys 2013). Where texts or tags of the products are known, their likeness is
    added, so that products with few or no purchases are found too.

    Parameters
    ----------
    neighbours : int
        How many products each product leads to.
    window : int
        How many purchases before and after each one count for it; bounds the cost.
    gap_power : float
        A pair d visits apart weighs ``(1 + d) ** -gap_power``.
    backward : float
        What a pair weighs against its order, 0 to 1.
    activity_power : float
        A customer's pairs are divided by the number of their purchases to this power.
    source_power, target_power : float
        Sums of pairs are divided by the popularity of the bought and of the recommended product to these
        powers: the second is what holds bestsellers back.
    recency : float
        What was bought a visit earlier weighs this much less in the customer's history.
    content_weight : float
        What likeness weighs, with similarity scaled so that a product's strongest is 1 on average.
    """

    def __init__(
        self,
        *,
        neighbours: int = 100,
        window: int = 50,
        gap_power: float = 0.6,
        backward: float = 0.2,
        activity_power: float = 0.4,
        source_power: float = 0.4,
        target_power: float = 0.5,
        recency: float = 0.65,
        content_weight: float = 0.5,
    ) -> None:
        self.neighbours = neighbours
        self.window = window
        self.gap_power = gap_power
        self.backward = backward
        self.activity_power = activity_power
        self.source_power = source_power
        self.target_power = target_power
        self.recency = recency
        self.content_weight = content_weight

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        reasons = super()._explain(histories, ids)
        rows, columns = np.nonzero(reasons.because >= 0)
        because, towards = reasons.because[rows, columns], ids[rows, columns]
        after, together, alike = (
            values_of(each, because, towards) for each in (self.share_, self.together_, self.alike_)
        )
        # Most who bought both bought it afterwards, or they did not, or nobody bought both near each other.
        kind = np.where(2 * after >= together, BOUGHT_NEXT, BOUGHT_TOGETHER)
        kind = np.where(together > 0, kind, np.where(alike > 0, ALIKE, POPULAR))
        share = np.select([kind == BOUGHT_NEXT, kind == BOUGHT_TOGETHER], [after, together], alike)
        reasons.kind[rows, columns] = kind
        reasons.share[rows, columns] = share
        reasons.because[rows, columns] = np.where(kind == POPULAR, -1, because)
        return reasons

    def _check(self) -> None:
        if min(self.neighbours, self.window) < 1:
            raise BadInput(f"neighbours={self.neighbours} and window={self.window} must be at least 1")
        for name in ("backward", "recency"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput(f"{name}={getattr(self, name)} must be from 0 to 1")
        for name in ("gap_power", "activity_power", "content_weight"):
            if getattr(self, name) < 0:
                raise BadInput(f"{name}={getattr(self, name)} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        similarity, self.share_, self.together_ = stacked(self._neighbours(interactions))
        self.similarity_: Matrix = _scaled(similarity)
        shape = (interactions.n_products, interactions.n_products)
        self.alike_ = cast("Matrix", sparse.csr_array(shape, dtype=np.float32))
        if self.content_weight > 0 and (side.texts or side.product_tags):
            self._add_content(interactions, side)

    def _neighbours(self, interactions: Interactions) -> list[list[Matrix]]:
        pairs = NearPairs(interactions.histories(), kernel=self._kernel(), activity_power=self.activity_power)
        counts = np.bincount(interactions.products, minlength=interactions.n_products)
        popularity = np.maximum(counts, 1).astype(np.float32)
        source, target = popularity**-self.source_power, popularity**-self.target_power
        buyers = np.maximum(pairs.buyers, 1).astype(np.float32)

        def neighbours_of(products: slice) -> list[Matrix]:
            weight, together, after = pairs.sums(products)
            row = np.repeat(np.arange(products.start, products.stop), np.diff(weight.indptr))
            weight.data *= source[row] * target[weight.indices]
            weight.data[row == weight.indices] = 0
            kept = strongest_cells(weight, self.neighbours)
            return kept_cells(weight, kept, weight.data, after / buyers[row], together / buyers[row])

        return in_threads(neighbours_of, pairs.blocks())

    def _kernel(self) -> Scores:
        gaps = np.arange(-self.window, self.window + 1)
        weights = (1.0 + np.abs(gaps)) ** -self.gap_power
        return np.where(gaps < 0, self.backward * weights, weights).astype(np.float32)

    def _add_content(self, interactions: Interactions, side: Side) -> None:
        content = ContentNeighbours().fit(interactions, side=side)
        likeness = content.similarity_ * np.float32(self.content_weight)
        self.similarity_ = sparse.csr_array(self.similarity_ + likeness)
        self.similarity_.sort_indices()
        self.alike_ = in_cells_of(self.similarity_, content.share_)
        self.share_ = in_cells_of(self.similarity_, self.share_)
        self.together_ = in_cells_of(self.similarity_, self.together_)

    def _weights(self, histories: Histories) -> Matrix:
        return recency_weights(histories, self.recency)


def _scaled(similarity: Matrix) -> Matrix:
    """Scale similarities, in place, so that a product's strongest is 1 on average."""
    strongest = np.asarray(similarity.max(axis=1).todense()).ravel()
    strongest = strongest[strongest > 0]
    if len(strongest):
        similarity.data /= np.float32(strongest.mean())
    return similarity
