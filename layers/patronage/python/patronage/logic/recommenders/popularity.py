"""Popularity: what most customers bought lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Recommender
from patronage.logic.recommenders.filling import fill
from patronage.logic.recommenders.ranking import top_k
from patronage.logic.recommenders.recency import age_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions, Mask, Scores, Side


class Popularity(Recommender):
    """Rank products by their purchases, each halved in weight with every `half_life_days` of age.

    A customer's purchases of one product count once a day. With `group` the ranking is that of the
    customer's group, such as their country or segment, drawn towards that of the whole shop as strongly as
    `shrinkage` purchases: a group without any has the shop's.

    Parameters
    ----------
    half_life_days : float
        Age at which a purchase counts half, in days before the newest interaction.
    group : str, optional
        Kind of the customers' tag that groups them, such as ``"country"``.
    shrinkage : float
        Purchases of the shop's taste that each group is given.
    """

    is_dense = False

    def __init__(
        self, *, half_life_days: float = 30.0, group: str | None = None, shrinkage: float = 50.0
    ) -> None:
        self.half_life_days = half_life_days
        self.group = group
        self.shrinkage = shrinkage

    def _check(self) -> None:
        if self.half_life_days <= 0:
            raise BadInput(f"half_life_days={self.half_life_days} must be above 0")
        if self.shrinkage < 0:
            raise BadInput(f"shrinkage={self.shrinkage} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        weights = age_weights(interactions, self.half_life_days)
        self.scores_: Scores = _sums(interactions.products, weights, interactions.n_products)
        values = [_value(tags, self.group) for tags in side.customer_tags] if self.group else []
        self.group_names_ = np.array(sorted(set(values) - {""}), dtype=np.str_)
        # The last place is a guest's, whose index is -1.
        self.group_of_: Ids = np.full(interactions.n_customers + 1, -1, dtype=np.int32)
        places = {name: place for place, name in enumerate(self.group_names_.tolist())}
        self.group_of_[: len(values)] = [places.get(value, -1) for value in values]
        self.group_scores_: Scores = self._group_scores(interactions, weights)

    def of_group(self, name: str) -> Scores:
        """Return the scores of a group's customers, of shape (products,); the shop's where it is unknown."""
        found = np.flatnonzero(self.group_names_ == name)
        return self.group_scores_[found[0]] if len(found) else self.scores_

    def _group_scores(self, interactions: Interactions, weights: NDArray[np.float64]) -> Scores:
        usual = self.scores_ / max(self.scores_.sum(), 1e-12) * self.shrinkage
        group = self.group_of_[interactions.customers]
        shape = (len(self.group_names_), interactions.n_products)
        scores = np.empty(shape, dtype=np.float32)
        for place in range(shape[0]):
            rows = group == place
            scores[place] = _sums(interactions.products[rows], weights[rows], shape[1]) + usual
        return scores

    def _scores(self, histories: Histories) -> Scores:
        return self._by_group()[self._group(histories) + 1]

    def _best(
        self, histories: Histories, k: int, eligible: Mask, exclude_history: bool
    ) -> tuple[Ids, Scores]:
        """Take the first products of each group's order that are left, without scoring all for each row."""
        ids = np.full((len(histories), k), -1, dtype=np.int32)
        scores = np.zeros((len(histories), k), dtype=np.float32)
        group = self._group(histories)
        for place, by_product in enumerate(self._by_group(), start=-1):
            rows = np.flatnonzero(group == place)
            if len(rows) == 0:
                continue
            ranked = top_k(np.where(eligible, by_product, 0)[None, :], len(by_product))[0][0]
            chosen = ids[rows]
            fill(chosen, histories.take(rows), ranked[ranked >= 0], exclude_history)
            ids[rows], scores[rows] = chosen, np.where(chosen >= 0, by_product[chosen], np.float32(0))
        return ids, scores

    def _by_group(self) -> Scores:
        """Return the scores of the shop and then of each group, of shape (1 + groups, products)."""
        return np.concatenate([self.scores_[None, :], self.group_scores_])

    def _group(self, histories: Histories) -> Ids:
        """Return the place of each row's group, -1 for the shop's."""
        group: Ids = self.group_of_[histories.customers]
        return group


def _sums(products: NDArray[np.int32], weights: NDArray[np.float64], n_products: int) -> Scores:
    return np.bincount(products, weights=weights, minlength=n_products).astype(np.float32)


def _value(tags: Sequence[str], kind: str) -> str:
    """Return the value of the first tag of a kind; empty for none."""
    prefix = f"{kind}="
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), "")
