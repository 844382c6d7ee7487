"""What the gate measured of the live model, measured again over as many days as have passed since."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import LacksData
from patronage.logic.drift.decay import K, Measured
from patronage.logic.evaluation import score_users, split_at
from patronage.logic.evaluation.splits import relevant_items
from patronage.logic.recommenders.candidates import HYBRID
from patronage.steps.manifest import Manifest
from patronage.steps.train.blend import blended
from patronage.steps.train.drawn_windows import held_out
from patronage.steps.train.windows import read_lists
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Ids
    from patronage.stores.objects import ObjectStore

_EPOCH = date(1970, 1, 1)


def measure_at_gate(run_id: str, model: str, store: ObjectStore, *, days: int) -> Measured:
    """Measure the lists that the gate held the model to, on the first days of its test window.

    Parameters
    ----------
    run_id, model, store
        The run, its published method, and where its files are.
    days : int
        So many days, at most those of the window.

    Raises
    ------
    LacksData
        The gate held the model to no common days.
    NotFound
        The run's files are not there any more.
    """
    buys_again = Manifest.load(store, run_id).shop.recommend_bought
    interactions, window = held_out(run_id, store, buys_again=buys_again)
    ids = _lists_of(run_id, model, store, n_products=interactions.n_products)
    if window.cutoff is None:
        raise LacksData("the gate measured last purchases, which lie on no common days")
    cutoff = (window.cutoff - _EPOCH).days
    early = interactions.where(interactions.days < cutoff + days)
    split = split_at(early.customers, early.products, early.days, cutoff=cutoff, only_new=not buys_again)
    relevant = relevant_items(
        early.customers[split.test],
        early.products[split.test],
        n_users=interactions.n_customers,
        n_items=interactions.n_products,
    )
    scores = score_users(ids, relevant[window.customers], k=K)
    values = np.stack([scores.metric("ndcg"), scores.metric("hit_rate")], axis=1)
    return Measured.of_scores(values)


def _lists_of(run_id: str, model: str, store: ObjectStore, *, n_products: int) -> Ids:
    """Return the test lists of a method; those of a blend are put together again from its parts."""
    if model != HYBRID:
        ids, _ = read_lists(store, run_id, model)["test"]
        return ids[:, :K]
    weights: dict[str, float] = read_json(store, f"runs/{run_id}/metrics/{HYBRID}.json")["weights"]
    parts = {name: read_lists(store, run_id, name)["test"] for name in weights}
    return blended(parts, weights, n_products)
