"""Make one shard of lists: what to recommend to customers, and what goes with products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from patronage.logic.recommenders.exploration import explore, new_products
from patronage.logic.serve.kinds import ALIKE, BOUGHT_TOGETHER, NEW, SAME_BASKET
from patronage.steps.learn_arrays import save_arrays
from patronage.steps.manifest import Manifest
from patronage.steps.recommendation_shards import rows_of
from patronage.steps.train.fit import load_model, load_published
from patronage.steps.train.inputs import load_active, load_interactions

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Histories, Ids, Interactions, Scores
    from patronage.logic.recommenders.item_to_item import ItemToItem
    from patronage.stores.objects import ObjectStore

    Nearest = tuple[Ids, Scores, Scores, Ids]

CANDIDATES_PER_CUSTOMER = 50
SIMILAR_PER_PRODUCT = 50
NEW_PER_CUSTOMER = 20
_SHARE_OF = {"similar": BOUGHT_TOGETHER, "together": SAME_BASKET, "alike": ALIKE}
"""What the share of each method is of that finds what goes with a product."""


def make_lists(run_id: str, shard: str, store: ObjectStore) -> dict[str, Any]:
    """Make a shard by its name; repeating it writes the same."""
    kind, start, stop = rows_of(shard)
    arrays = (
        _users(run_id, start, stop, store)
        if kind == "users"
        else _products(run_id, kind, slice(start, stop), store)
    )
    save_arrays(store, f"runs/{run_id}/recommendations/{shard}.npz", arrays)
    return {"shard": shard, "rows": len(arrays["rows"])}


def _users(run_id: str, start: int, stop: int, store: ObjectStore) -> dict[str, Ids | Scores]:
    shop = Manifest.load(store, run_id).shop
    interactions, active = load_interactions(run_id, store), load_active(run_id, store)
    customers = np.arange(start, min(stop, interactions.n_customers), dtype=np.int32)
    histories = interactions.histories(customers)
    model = load_published(run_id, store)
    exclude_history = not shop.recommend_bought
    ids, scores = model.recommend(
        histories, k=CANDIDATES_PER_CUSTOMER, exclude_history=exclude_history, in_stock=active
    )
    is_new = np.zeros(ids.shape, dtype=np.bool_)
    if shop.explore_share:
        new = _new(run_id, interactions, histories, store)
        ids, scores, is_new = explore(ids, scores, new, share=shop.explore_share, customers=customers)
    earned = np.where(is_new, -1, ids)
    reasons = model.explain(histories, earned, exclude_history=exclude_history, in_stock=active)
    return {
        "rows": customers,
        "items": ids,
        "scores": scores,
        "kind": np.where(is_new, NEW, reasons.kind).astype(np.int32),
        "because": reasons.because,
        "share": reasons.share,
    }


def _new(run_id: str, interactions: Interactions, histories: Histories, store: ObjectStore) -> Ids:
    """Find the products too new to be judged by their sales that are most like what each customer bought."""
    ids, fits = load_model(run_id, "alike", store).recommend(
        histories,
        k=NEW_PER_CUSTOMER,
        include=new_products(interactions),
        in_stock=load_active(run_id, store),
    )
    return np.where(fits > 0, ids, np.int32(-1))


def _products(run_id: str, kind: str, rows: slice, store: ObjectStore) -> dict[str, Ids | Scores]:
    """Take each product's nearest; behind what the same customers bought, what is like it by what is said."""
    nearest = _nearest(run_id, kind, rows, store)
    if kind == "similar":
        nearest = _joined(nearest, _nearest(run_id, "alike", rows, store))
    ids, scores, share, kinds = nearest
    products = np.arange(rows.start, rows.start + len(ids), dtype=np.int32)
    return {
        "rows": products,
        "items": ids,
        "scores": scores,
        "kind": kinds,
        "because": np.where(ids >= 0, products[:, None], -1).astype(np.int32),
        "share": share,
    }


def _nearest(run_id: str, model: str, rows: slice, store: ObjectStore) -> Nearest:
    method = cast("ItemToItem", load_model(run_id, model, store))
    ids, scores, share = method.similar(k=SIMILAR_PER_PRODUCT, rows=rows)
    is_sold = load_active(run_id, store)[ids] & (ids >= 0)
    kinds = np.full(ids.shape, _SHARE_OF[model], dtype=np.int32)
    return _ranked(np.where(is_sold, ids, np.int32(-1)), scores, share, kinds)


def _joined(first: Nearest, second: Nearest) -> Nearest:
    """Put the second lists behind the first, each product once, and keep the first places."""
    width = first[0].shape[1]
    repeated = (second[0][:, :, None] == first[0][:, None, :]).any(axis=2)
    # What is only alike stands behind, so its scores lie below all of those before it.
    lowest = np.where(first[1] > 0, first[1], np.inf).min(axis=1, keepdims=True, initial=1.0)
    ranked = _ranked(
        np.concatenate([first[0], np.where(repeated, np.int32(-1), second[0])], axis=1),
        np.concatenate([first[1], second[1] * (lowest * 0.999).astype(np.float32)], axis=1),
        np.concatenate([first[2], second[2]], axis=1),
        np.concatenate([first[3], second[3]], axis=1),
    )
    return ranked[0][:, :width], ranked[1][:, :width], ranked[2][:, :width], ranked[3][:, :width]


def _ranked(ids: Ids, scores: Scores, share: Scores, kinds: Ids) -> Nearest:
    """Move empty places behind the others, and empty them whole."""
    order = np.argsort(ids < 0, axis=1, kind="stable")
    ids = np.take_along_axis(ids, order, axis=1)
    is_there = ids >= 0
    return (
        ids,
        np.take_along_axis(scores, order, axis=1) * is_there,
        np.take_along_axis(share, order, axis=1) * is_there,
        np.take_along_axis(kinds, order, axis=1) * is_there,
    )
