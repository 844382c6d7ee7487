"""Make one shard of lists: what to recommend to customers, and what goes with products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from patronage.logic.recommenders.exploration import explore
from patronage.logic.recommenders.owned import bought_last
from patronage.logic.serve.bought import MOST_BOUGHT
from patronage.logic.serve.kinds import ALIKE, BOUGHT_TOGETHER, NEW, SAME_BASKET
from patronage.steps.learn_arrays import save_arrays
from patronage.steps.recommendation_shards import USERS, rows_of, variant_in
from patronage.steps.train.learnt import Learnt

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from patronage.logic.recommenders.interactions import Ids, Scores
    from patronage.logic.recommenders.item_to_item import ItemToItem
    from patronage.stores.objects import ObjectStore

CANDIDATES_PER_CUSTOMER = 50
SIMILAR_PER_PRODUCT = 50
NEW_PER_CUSTOMER = 20
_SHARE_OF = {"similar": BOUGHT_TOGETHER, "together": SAME_BASKET, "alike": ALIKE}
"""What the share of each method is of that finds what goes with a product."""


class _Nearest(NamedTuple):
    """What goes with each product: aligned arrays of shape (products, places), empty places behind."""

    ids: Ids
    scores: Scores
    share: Scores
    kinds: Ids

    def each(self, work: Callable[[NDArray[Any]], NDArray[Any]]) -> _Nearest:
        """Do the same with each of the arrays."""
        return _Nearest(work(self.ids), work(self.scores), work(self.share), work(self.kinds))


def make_lists(
    run_id: str, shard: str, store: ObjectStore, *, learnt: Learnt | None = None
) -> dict[str, Any]:
    """Make a shard by its name; repeating it writes the same.

    Parameters
    ----------
    run_id, shard, store
        Which, of the run's list of shards.
    learnt : Learnt, optional
        What the run learnt, for a process that makes several shards; by default it is read for this one.
    """
    kind, start, stop = rows_of(shard)
    kind, variant = variant_in(kind)
    learnt = learnt or Learnt(run_id, store)
    arrays: dict[str, NDArray[Any]] = (
        _users(learnt, variant, start, stop) if kind == USERS else _products(learnt, kind, slice(start, stop))
    )
    save_arrays(store, f"runs/{run_id}/recommendations/{shard}.npz", arrays)
    return {"shard": shard, "rows": len(arrays["rows"])}


def _users(learnt: Learnt, variant: str, start: int, stop: int) -> dict[str, NDArray[Any]]:
    shop, active = learnt.shop, learnt.active
    customers, histories = learnt.customers(start, stop)
    model = learnt.chosen(variant)
    ids, scores, explain = model.answer(
        histories,
        k=CANDIDATES_PER_CUSTOMER,
        exclude_history=not shop.recommend_bought,
        in_stock=active,
    )
    is_new = np.zeros(ids.shape, dtype=np.bool_)
    if shop.explore_share:
        # Of the products too new to be judged by their sales, those most like what each customer bought.
        new, fits = learnt.towards_new.recommend(
            histories, k=NEW_PER_CUSTOMER, include=learnt.new_products, in_stock=active
        )
        found = np.where(fits > 0, new, np.int32(-1))
        ids, scores, is_new = explore(ids, scores, found, share=shop.explore_share, customers=customers)
    reasons = explain(np.where(is_new, -1, ids))
    indptr, bought = bought_last(histories, MOST_BOUGHT)
    return {
        "rows": customers,
        "items": ids,
        "scores": scores,
        "kind": np.where(is_new, NEW, reasons.kind).astype(np.int32),
        "because": reasons.because,
        "share": reasons.share,
        "bought_indptr": indptr,
        "bought_items": bought,
    }


def _products(learnt: Learnt, kind: str, rows: slice) -> dict[str, NDArray[Any]]:
    """Take each product's nearest; behind what the same customers bought, what is like it by what is said."""
    nearest = _nearest(learnt, kind, rows)
    if kind == "similar":
        nearest = _joined(nearest, _nearest(learnt, "alike", rows))
    products = np.arange(rows.start, rows.start + len(nearest.ids), dtype=np.int32)
    return {
        "rows": products,
        "items": nearest.ids,
        "scores": nearest.scores,
        "kind": nearest.kinds,
        "because": np.where(nearest.ids >= 0, products[:, None], -1).astype(np.int32),
        "share": nearest.share,
    }


def _nearest(learnt: Learnt, model: str, rows: slice) -> _Nearest:
    method = cast("ItemToItem", learnt.model(model))
    ids, scores, share = method.similar(k=SIMILAR_PER_PRODUCT, rows=rows)
    is_sold = learnt.active[ids] & (ids >= 0)
    kinds = np.full(ids.shape, _SHARE_OF[model], dtype=np.int32)
    return _ranked(_Nearest(np.where(is_sold, ids, np.int32(-1)), scores, share, kinds))


def _joined(first: _Nearest, second: _Nearest) -> _Nearest:
    """Put the second lists behind the first, each product once, and keep the first places."""
    repeated = (second.ids[:, :, None] == first.ids[:, None, :]).any(axis=2)
    # What is only alike stands behind, so its scores lie below all of those before it.
    lowest = np.where(first.scores > 0, first.scores, np.inf).min(axis=1, keepdims=True, initial=1.0)
    highest = second.scores.max(axis=1, keepdims=True, initial=1.0)
    behind = second._replace(
        ids=np.where(repeated, np.int32(-1), second.ids),
        scores=second.scores * (lowest / highest * 0.999).astype(np.float32),
    )
    both: list[NDArray[Any]] = [np.concatenate(pair, axis=1) for pair in zip(first, behind, strict=True)]
    return _ranked(_Nearest(*both)).each(lambda values: values[:, : first.ids.shape[1]])


def _ranked(nearest: _Nearest) -> _Nearest:
    """Move empty places behind the others, and empty them whole."""
    order = np.argsort(nearest.ids < 0, axis=1, kind="stable")
    moved = nearest.each(lambda values: np.take_along_axis(values, order, axis=1))
    is_there = moved.ids >= 0
    return moved.each(lambda values: values * is_there)._replace(ids=moved.ids)
