"""What a run serves, cut into shards; and what is popular, which every answer may fall back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from patronage.logic.recommenders import Popularity
from patronage.logic.recommenders.candidates import POPULARITY
from patronage.logic.recommenders.contexts import popular_by_context
from patronage.logic.recommenders.highlights import new_arrivals, trending_products
from patronage.logic.recommenders.ranking import best_products
from patronage.steps.learn_arrays import save_arrays
from patronage.steps.recommendation_shards import shard_names, users_kind
from patronage.steps.train.chosen import chosen_variants
from patronage.steps.train.fit import load_model
from patronage.steps.train.inputs import load_active, load_interactions, load_side, load_since
from patronage.stores.objects import read_json, write_json
from patronage.stores.registry import Registry

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Interactions, Scores
    from patronage.stores.objects import ObjectStore

POPULAR_PRODUCTS = 1_000


def plan(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Write what is popular, and list the shards: those to make (``lists_key``) and those to publish.

    Returns
    -------
    dict
        ``lists_key`` and ``shards_key``.
    """
    interactions = load_interactions(run_id, store)
    return plan_of(run_id, model, interactions, interactions.n_customers, store)


def plan_of(
    run_id: str, model: str, interactions: Interactions, n_customers: int, store: ObjectStore
) -> dict[str, Any]:
    """Plan as `plan` says, from interactions whose customers may be groups of the shop's customers."""
    folder = f"runs/{run_id}/recommendations"
    side = load_side(run_id, store)
    popularity = cast("Popularity", load_model(run_id, POPULARITY, store))
    active = load_active(run_id, store)
    scores: Scores = np.where(active, popularity.scores_, np.float32(0))
    today = int(interactions.days.max(initial=0))
    boards = {
        "popular": best_products(scores, POPULAR_PRODUCTS),
        "trending": trending_products(interactions, active),
        "new": new_arrivals(load_since(run_id, store), scores, active, today=today),
    }
    for name, (items, best) in boards.items():
        save_arrays(store, f"{folder}/{name}.npz", {"items": items, "scores": best})
    contexts = popular_by_context(scores, interactions, side, half_life_days=popularity.half_life_days)
    devices = read_json(store, f"runs/{run_id}/features/devices.json")
    contexts |= {f"device={name}": pairs for name, pairs in devices.items()}
    write_json(store, f"{folder}/contexts.json", contexts)
    registry = Registry(store)
    record = registry.record(model, run_id)
    write_json(store, f"{folder}/model.json", record | {"fingerprint": registry.fingerprint(record)})
    users = [users_kind(variant) for variant in ("", *chosen_variants(store, run_id))]
    lists = [name for kind in users for name in shard_names(kind, n_customers)]
    lists += [name for kind in ("similar", "together") for name in shard_names(kind, interactions.n_products)]
    lists_key, shards_key = f"{folder}/lists.json", f"runs/{run_id}/publish/recommendations/shards.json"
    write_json(store, lists_key, [{"shard": name} for name in lists])
    shards = ["popular", "contexts", "catalogue", "metrics", *lists]
    write_json(store, shards_key, [{"shard": name} for name in shards])
    return {"lists_key": lists_key, "shards_key": shards_key, "shards": len(shards)}
