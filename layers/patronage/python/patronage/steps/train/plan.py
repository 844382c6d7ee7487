"""What a run serves, cut into shards; and what is popular, which every answer may fall back to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from patronage.logic.recommenders import Popularity, top_k
from patronage.logic.recommenders.candidates import POPULARITY
from patronage.steps.learn_arrays import save_arrays
from patronage.steps.recommendation_shards import shard_names
from patronage.steps.train.fit import load_model
from patronage.steps.train.inputs import load_active, load_interactions, load_side
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from patronage.logic.recommenders import Interactions, Side
    from patronage.logic.recommenders.interactions import Ids, Scores
    from patronage.stores.objects import ObjectStore

    Pairs = list[tuple[int, float]]

POPULAR_PRODUCTS = 1_000
POPULAR_IN_CONTEXT = 100
_GROUPS = ("country", "segment")


def plan(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Write what is popular, and list the shards: those to make (``lists_key``) and those to publish.

    Returns
    -------
    dict
        ``lists_key`` and ``shards_key``.
    """
    folder = f"runs/{run_id}/recommendations"
    interactions, side = load_interactions(run_id, store), load_side(run_id, store)
    popularity = cast("Popularity", load_model(run_id, POPULARITY, store))
    scores: Scores = np.where(load_active(run_id, store), popularity.scores_, np.float32(0))
    items, best = _best(scores, POPULAR_PRODUCTS)
    save_arrays(store, f"{folder}/popular.npz", {"items": items, "scores": best})
    contexts = _by_category(scores, side) | _by_month(scores, interactions)
    for kind in _GROUPS:
        grouped = Popularity(half_life_days=popularity.half_life_days, group=kind).fit(
            interactions, side=side
        )
        for name in grouped.group_names_.tolist():
            contexts[f"{kind}={name}"] = _pairs(np.where(scores > 0, grouped.of_group(name), 0))
    devices = read_json(store, f"runs/{run_id}/features/devices.json")
    contexts |= {f"device={name}": pairs for name, pairs in devices.items()}
    write_json(store, f"{folder}/contexts.json", contexts)
    write_json(store, f"{folder}/model.json", read_json(store, f"models/{model}/{run_id}/model.json"))
    lists = shard_names("users", interactions.n_customers)
    lists += [name for kind in ("similar", "together") for name in shard_names(kind, interactions.n_products)]
    lists_key, shards_key = f"{folder}/lists.json", f"runs/{run_id}/publish/recommendations/shards.json"
    write_json(store, lists_key, [{"shard": name} for name in lists])
    shards = ["popular", "contexts", "catalogue", *lists]
    write_json(store, shards_key, [{"shard": name} for name in shards])
    return {"lists_key": lists_key, "shards_key": shards_key, "shards": len(shards)}


def _by_category(scores: Scores, side: Side) -> dict[str, Pairs]:
    """Return by category what is popular in it."""
    members: dict[str, list[int]] = defaultdict(list)
    for product, tags in enumerate(side.product_tags):
        for tag in tags:
            if tag.startswith("category="):
                members[tag].append(product)
    found = {}
    for category in sorted(members):
        inside = np.array(members[category])
        found[category] = [(int(inside[place]), score) for place, score in _pairs(scores[inside])]
    return found


def _by_month(scores: Scores, interactions: Interactions) -> dict[str, Pairs]:
    """Return by month of the year what was bought most in it, in whatever year."""
    months = interactions.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    found = {}
    for month in np.unique(months):
        bought = np.bincount(interactions.products[months == month], minlength=len(scores))
        found[f"month={month}"] = _pairs(np.where(scores > 0, bought, 0))
    return found


def _best(scores: NDArray[np.floating | np.integer], k: int) -> tuple[Ids, Scores]:
    ids, best = top_k(scores.astype(np.float32)[None, :], k)
    known = ids[0] >= 0
    return ids[0, known], best[0, known]


def _pairs(scores: NDArray[np.floating | np.integer]) -> Pairs:
    ids, best = _best(scores, POPULAR_IN_CONTEXT)
    return list(zip(ids.tolist(), best.tolist(), strict=True))
