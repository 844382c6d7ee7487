"""Learn how to blend the candidates, and measure the blend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import RunFailed
from patronage.logic.evaluation import measure_ranking
from patronage.logic.recommenders.blend import OFFSET, learn_weights
from patronage.logic.recommenders.blend import blend as blend_lists
from patronage.logic.recommenders.candidates import HYBRID
from patronage.logic.recommenders.ranking import top_k_sparse
from patronage.steps.manifest import Manifest
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.promoted import promoted_weights
from patronage.steps.train.windows import K, Windows, measured, read_lists
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from patronage.logic.recommenders.interactions import Ids, Lists
    from patronage.steps.train.windows import Split
    from patronage.stores.objects import ObjectStore

_ROWS_AT_ONCE = 4_096


def blend(run_id: str, store: ObjectStore, *, split: Split = "cutoff") -> dict[str, Any]:
    """Learn the weights on the validation window, measure the blend on the test window, and keep both.

    A promoted blend keeps the weights that it had.

    Returns
    -------
    dict
        ``weights`` by model, which add up to 1, and ``ndcg_at_10``.
    """
    manifest = Manifest.load(store, run_id)
    interactions = load_interactions(run_id, store)
    windows = Windows.of(interactions, buys_again=manifest.shop.recommend_bought, split=split)
    return blend_measured(manifest, windows, store)


def blend_measured(manifest: Manifest, windows: Windows, store: ObjectStore) -> dict[str, Any]:
    """Blend the lists that a run measured on these windows, as `blend` says."""
    run_id = manifest.run_id
    lists = {name: read_lists(store, run_id, name) for name in measured(store, run_id)}
    before = {name: found["validation"] for name, found in lists.items()}
    if manifest.promoted.get("model") == HYBRID:
        weights = _kept_weights(manifest, lists, store)
    else:
        weights = learn_weights(before, windows.validation.relevant, k=K, offset=OFFSET)
    chosen = {name: weight for name, weight in weights.items() if weight > 0}
    n_products = windows.test.train.n_products
    ids = blended({name: lists[name]["test"] for name in chosen}, chosen, n_products)
    validation_ids = blended(before, chosen, n_products)
    validation = measure_ranking(validation_ids, windows.validation.relevant, k=K, resamples=1)
    metrics = windows.test.measure(ids, k=K) | {
        "validation_ndcg_at_10": validation.metrics["ndcg"].value,
        "weights": chosen,
    }
    write_json(store, f"runs/{run_id}/metrics/{HYBRID}.json", metrics)
    return {"weights": chosen, "ndcg_at_10": metrics["ndcg_at_10"]}


def _kept_weights(manifest: Manifest, lists: Collection[str], store: ObjectStore) -> dict[str, float]:
    weights = promoted_weights(manifest, store)
    if lacking := [name for name in weights if name not in lists]:
        raise RunFailed(f"{lacking[0]}, which the promoted blend is made of, could not be trained again")
    return weights


def blended(lists: Mapping[str, Lists], weights: Mapping[str, float], n_products: int) -> Ids:
    """Blend the lists of some methods to one list of `K` products a row."""
    rows = len(next(iter(lists.values()))[0])
    ids = np.full((rows, K), -1, dtype=np.int32)
    for start in range(0, rows, _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        parts = {name: (lists[name][0][block], lists[name][1][block]) for name in weights}
        ids[block], _ = top_k_sparse(blend_lists(parts, weights, offset=OFFSET, n_products=n_products), K)
    return ids
