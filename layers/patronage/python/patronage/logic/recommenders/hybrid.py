"""Several recommenders as one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.recommenders.base import Answer, Reasons, Recommender
from patronage.logic.recommenders.blend import OFFSET, blend
from patronage.logic.recommenders.cells import values_of
from patronage.logic.recommenders.ranking import top_k_sparse
from patronage.logic.recommenders.threads import in_threads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.recommenders.interactions import (
        Histories,
        Ids,
        Interactions,
        Lists,
        Mask,
        Matrix,
        Scores,
        Side,
    )

_BOUGHT_AT_ONCE = 1 << 15
_ROWS_AT_ONCE = 8_192


class Hybrid(Recommender):
    """Blend the lists of several recommenders, each by its weight and the rank that it gives a product.

    Ranks make models comparable whose scores are not. `learn_weights` finds weights on a validation window;
    the reason for a product is that of the model that contributes most to its score.

    Parameters
    ----------
    models : mapping of str to Recommender
        The models by name; `fit` trains each of them.
    weights : mapping of str to float, optional
        What each model counts; by default all the same. A model of weight 0 is neither trained nor asked.
    candidates : int
        How many products each model may put forward for a customer.
    offset : float
        The greater, the less the first places of each list stand out.
    """

    def __init__(
        self,
        models: Mapping[str, Recommender],
        *,
        weights: Mapping[str, float] | None = None,
        candidates: int = 100,
        offset: float = OFFSET,
    ) -> None:
        self.models = models
        self.weights = weights
        self.candidates = candidates
        self.offset = offset

    @classmethod
    def of_trained(cls, models: Mapping[str, Recommender], weights: Mapping[str, float]) -> Hybrid:
        """Blend models that are trained already."""
        hybrid = cls(models, weights=weights)
        hybrid._check()
        hybrid.weights_ = hybrid._chosen()
        hybrid.popular_ = models[next(iter(hybrid.weights_))].popular_
        return hybrid

    @property
    def is_dense(self) -> bool:  # type: ignore[override]
        """Whether one of the models is."""
        return any(self.models[name].is_dense for name in self._chosen())

    def why_not(self, interactions: Interactions) -> str:
        """Say which of the models cannot be trained, and why."""
        reasons = {name: self.models[name].why_not(interactions) for name in self._chosen()}
        return "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)

    def answer(
        self,
        histories: Histories,
        *,
        k: int = 10,
        exclude_history: bool = True,
        in_stock: Mask | None = None,
    ) -> Answer:
        """Recommend, and keep what each model put forward for saying why."""
        eligible = self._eligible(None, None, in_stock)
        put_forward: dict[int, dict[str, Lists]] = {}

        def best(rows: slice) -> Lists:
            lists = self._lists(histories[rows], max(k, self.candidates), eligible, exclude_history)
            put_forward[rows.start] = lists
            return top_k_sparse(self._blend(lists), k)

        ids, scores = self._filled(best, histories, k, eligible, exclude_history)
        if not put_forward:
            return Answer(ids, scores, lambda asked: Reasons.none(asked.shape))
        lists = {
            name: _below_each_other([put_forward[start][name] for start in sorted(put_forward)])
            for name in self.weights_
        }
        return Answer(ids, scores, partial(self._explained, histories, lists))

    def explain(
        self,
        histories: Histories,
        ids: Ids,
        *,
        exclude_history: bool = True,
        in_stock: Mask | None = None,
    ) -> Reasons:
        """Give the reason of the model that contributes most to each product."""
        filters: dict[str, Any] = {"exclude_history": exclude_history, "in_stock": in_stock}
        reasons = Reasons.none(ids.shape)
        for start in range(0, len(histories), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            answer = self.answer(histories[rows], k=max(ids.shape[1], 1), **filters)
            reasons.put(rows, answer.explain(ids[rows]))
        return reasons

    def _chosen(self) -> dict[str, float]:
        weights = dict.fromkeys(self.models, 1.0) if self.weights is None else self.weights
        total = sum(weights.values())
        return {name: weight / total for name, weight in weights.items() if weight > 0}

    def _check(self) -> None:
        if not self.models:
            raise BadInput("a hybrid needs at least one model")
        for name, weight in (self.weights or {}).items():
            if name not in self.models:
                raise BadInput(f"there is a weight for {name!r}; the models are {', '.join(self.models)}")
            if weight < 0:
                raise BadInput(f"the weight {weight} of {name!r} must not be negative")
        if not self._chosen():
            raise BadInput("at least one model needs a weight above 0")
        if self.candidates < 1:
            raise BadInput(f"candidates={self.candidates} must be at least 1")
        if self.offset < 0:
            raise BadInput(f"offset={self.offset} must not be negative")

    def _fit(self, interactions: Interactions, side: Side) -> None:
        self.weights_: dict[str, float] = self._chosen()
        for name in self.weights_:
            self.models[name].fit(interactions, side=side)

    def _best(self, histories: Histories, k: int, eligible: Mask, exclude_history: bool) -> Lists:
        lists = self._lists(histories, max(k, self.candidates), eligible, exclude_history)
        return top_k_sparse(self._blend(lists), k)

    def _scores(self, histories: Histories) -> Matrix:
        every = np.ones(histories.n_products, dtype=np.bool_)
        return self._blend(self._lists(histories, self.candidates, every, exclude_history=False))

    def _lists(self, histories: Histories, k: int, eligible: Mask, exclude_history: bool) -> dict[str, Lists]:
        """Ask each model for its best; places that it does not fill itself stay empty."""
        return {
            name: self.models[name]._best(histories, k, eligible, exclude_history) for name in self.weights_
        }

    def _blend(self, lists: Mapping[str, Lists]) -> Matrix:
        return blend(lists, self.weights_, offset=self.offset, n_products=len(self.popular_))

    def _explained(self, histories: Histories, lists: Mapping[str, Lists], ids: Ids) -> Reasons:
        """Give the reason of the model that contributes most to each of `ids` by what each put forward."""
        reasons = Reasons.none(ids.shape)

        def name_reasons(rows: slice) -> None:
            block, asked = histories[rows], ids[rows]
            of_block = {name: (found[rows], scores[rows]) for name, (found, scores) in lists.items()}
            strongest = self._contributions(of_block, asked, histories.n_products).argmax(axis=0)
            for place, name in enumerate(self.weights_):
                chosen = strongest == place
                found = self.models[name].explain(block, np.where(chosen, asked, -1))
                reasons.put(rows, found, where=chosen)

        in_threads(name_reasons, histories.ranges(_BOUGHT_AT_ONCE))
        return reasons

    def _contributions(self, lists: Mapping[str, Lists], ids: Ids, n_products: int) -> Scores:
        """Return what each model contributes to each of `ids`, of shape (models, rows, k)."""
        rows = np.repeat(np.arange(len(ids)), ids.shape[1])
        columns = np.maximum(ids, 0).ravel()
        parts = [
            blend({name: lists[name]}, {name: weight}, offset=self.offset, n_products=n_products)
            for name, weight in self.weights_.items()
        ]
        return np.stack([values_of(part, rows, columns).reshape(ids.shape) for part in parts])


def _below_each_other(parts: Sequence[Lists]) -> Lists:
    ids, scores = (np.concatenate(each) for each in zip(*parts, strict=True))
    return ids, scores
