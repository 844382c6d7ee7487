"""Repeat purchases: what a customer buys again and again, and when it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Reasons
from patronage.logic.recommenders.cells import values_of
from patronage.logic.recommenders.habits import RHYTHMS, habits
from patronage.logic.recommenders.item_to_item import ItemToItem
from patronage.logic.recommenders.recency import recent_purchases, visits_ago
from patronage.logic.recommenders.sequence import SequenceNeighbours
from patronage.logic.serve.kinds import BOUGHT_AGAIN

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions, Matrix, Scores, Side

_POPULAR = 500
_ENOUGH = 20.0


class RepeatPurchase(ItemToItem):
    """Score a product by the customer's habit of buying it, what goes with their habits, and popularity.

    A habit is how often the customer bought the product, each time weighed down by the visits since, as in
    the personal frequency of TIFU-KNN (Hu et al., SIGIR 2020); in the place of that method's neighbouring
    customers, whose search costs the square of their number, stand neighbouring products. A habit counts as
    much as habits of the same rhythm (bought once; bought lately; due; overdue) turned out to be worth at the
    last visit of each customer who was learnt from. Meant for ``recommend(..., exclude_history=False)``.

    Parameters
    ----------
    decay : float
        What was bought a visit earlier weighs this much less.
    taste_weight : float
        What products that go with the customer's habits weigh.
    popularity_weight : float
        What the most popular product weighs.
    half_life_days : float
        Age at which a purchase counts half for popularity.
    rhythm : bool
        Weigh habits by their rhythm.
    neighbours : int
        How many products each product leads to.
    """

    def __init__(
        self,
        *,
        decay: float = 0.95,
        taste_weight: float = 1.0,
        popularity_weight: float = 1.0,
        half_life_days: float = 30.0,
        rhythm: bool = True,
        neighbours: int = 200,
    ) -> None:
        self.decay = decay
        self.taste_weight = taste_weight
        self.popularity_weight = popularity_weight
        self.half_life_days = half_life_days
        self.rhythm = rhythm
        self.neighbours = neighbours

    def _explain(self, histories: Histories, ids: Ids) -> Reasons:
        reasons = super()._explain(histories, ids)
        found = habits(histories, decay=1.0, now=np.full(len(histories), histories.now))
        visits = np.zeros(len(histories))
        has_any = histories.lengths > 0
        visits[has_any] = visits_ago(histories)[histories.indptr[:-1][has_any]] + 1
        shape = (len(histories), histories.n_products + 1)
        times = sparse.csr_array((found.times, (found.rows, found.products + 1)), shape=shape)
        # Products stand one beyond their index, so that -1 has a place of its own, which is empty.
        places = np.repeat(np.arange(len(ids)), ids.shape[1])
        again = values_of(times, places, ids.ravel() + 1).reshape(ids.shape)
        rows, columns = np.nonzero(again)
        reasons.kind[rows, columns] = BOUGHT_AGAIN
        reasons.because[rows, columns] = ids[rows, columns]
        reasons.share[rows, columns] = again[rows, columns] / visits[rows]
        return reasons

    def _check(self) -> None:
        if not 0 < self.decay <= 1:
            raise BadInput(f"decay={self.decay} must be above 0 and at most 1")
        if self.half_life_days <= 0:
            raise BadInput(f"half_life_days={self.half_life_days} must be above 0")
        for name in ("taste_weight", "popularity_weight"):
            if getattr(self, name) < 0:
                raise BadInput(f"{name}={getattr(self, name)} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        go_together = SequenceNeighbours(
            neighbours=self.neighbours,
            gap_power=0.0,
            backward=1.0,
            activity_power=1.0,
            source_power=0.7,
            target_power=0.1,
            content_weight=0.0,
        ).fit(interactions)
        self.similarity_, self.share_ = go_together.similarity_, go_together.together_
        bought = recent_purchases(interactions, self.half_life_days)
        self.popularity_: Scores = (self.popularity_weight * bought / bought.max()).astype(np.float32)
        self.worth_: Scores = np.ones(RHYTHMS, dtype=np.float32)
        if self.rhythm:
            self.worth_ = self._learn_worth(interactions.histories())

    def _learn_worth(self, histories: Histories) -> Scores:
        """Compare what habits promised before each customer's last visit with what was bought at it."""
        is_last = visits_ago(histories) == 0
        before, last = histories.where(~is_last), histories.where(is_last)
        now = np.zeros(len(histories), dtype=np.int64)
        now[last.rows] = last.days
        found = habits(before, decay=self.decay, now=now)
        cells = last.rows * last.n_products + last.products
        came = np.isin(found.rows * before.n_products + found.products, cells)
        promised = np.bincount(found.rhythm, weights=found.weight, minlength=RHYTHMS)
        kept = np.bincount(found.rhythm, weights=came, minlength=RHYTHMS)
        usual = kept.sum() / max(promised.sum(), 1e-12)
        if usual == 0:
            return np.ones(RHYTHMS, dtype=np.float32)
        worth: Scores = ((kept + _ENOUGH) / (promised * usual + _ENOUGH)).astype(np.float32)
        return worth

    def _weights(self, histories: Histories) -> Matrix:
        """Return each customer's habits, as shares of all of them."""
        own = self._habits(histories, worth=np.ones(RHYTHMS, dtype=np.float32))
        sums: Scores = np.asarray(own.sum(axis=1)).ravel()
        own.data /= np.repeat(sums, np.diff(own.indptr))
        return own

    def _habits(self, histories: Histories, *, worth: Scores) -> Matrix:
        now = np.full(len(histories), histories.now)
        found = habits(histories, decay=self.decay, now=now)
        cells = (found.weight * worth[found.rhythm], (found.rows, found.products))
        return sparse.csr_array(cells, shape=(len(histories), histories.n_products))

    def _scores(self, histories: Histories) -> Matrix:
        taste = self._weights(histories) @ self.similarity_ * np.float32(self.taste_weight)
        popular = self.popular_[:_POPULAR]
        rows = np.repeat(np.arange(len(histories)), len(popular))
        cells = (np.tile(self.popularity_[popular], len(histories)), (rows, np.tile(popular, len(histories))))
        bestsellers = sparse.csr_array(cells, shape=taste.shape)
        scores: Matrix = self._habits(histories, worth=self.worth_) + taste + bestsellers
        rest = self.popularity_.copy()
        rest[popular] = 0
        scores.data += rest[scores.indices]
        return scores
