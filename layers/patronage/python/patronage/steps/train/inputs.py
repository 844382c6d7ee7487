"""What the *tables* function wrote, as the models take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from patronage.logic.recommenders import Interactions, Side
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.logic.recommenders.interactions import Ids, Mask
    from patronage.stores.objects import ObjectStore


def load_interactions(run_id: str, store: ObjectStore, *, of: str = "interactions") -> Interactions:
    """Read who bought what on which day, or of a run on Spark a part or a count of it."""
    arrays = load_arrays(store, f"runs/{run_id}/features/{of}.npz")
    return Interactions(
        customers=arrays["customers"],
        products=arrays["products"],
        days=arrays["days"],
        n_customers=int(arrays["n_customers"][0]),
        n_products=int(arrays["n_products"][0]),
        counts=arrays.get("counts"),
    )


def save_interactions(run_id: str, store: ObjectStore, interactions: Interactions, *, of: str) -> None:
    """Write what `load_interactions` reads."""
    arrays = {name: getattr(interactions, name) for name in ("customers", "products", "days")}
    arrays |= {name: np.array([getattr(interactions, name)]) for name in ("n_customers", "n_products")}
    if interactions.counts is not None:
        arrays["counts"] = interactions.counts
    save_arrays(store, f"runs/{run_id}/features/{of}.npz", arrays)


def load_active(run_id: str, store: ObjectStore) -> Mask:
    """Read which products the shop sells now; array of bool, shape (products,)."""
    active: Mask = load_arrays(store, f"runs/{run_id}/features/products.npz")["active"] != 0
    return active


def load_since(run_id: str, store: ObjectStore) -> Ids:
    """Read since which day there is each product, -1 where that is not known; shape (products,)."""
    since: Ids = load_arrays(store, f"runs/{run_id}/features/products.npz")["since"]
    return since


def load_side(run_id: str, store: ObjectStore, *, of: str = "side") -> Side:
    """Read what is known beside the interactions, or beside the ratings (``ratings_side``)."""
    return Side(**read_json(store, f"runs/{run_id}/features/{of}.json"))


def load_ratings(run_id: str, store: ObjectStore) -> Interactions:
    """Read who rated what."""
    arrays = load_arrays(store, f"runs/{run_id}/features/ratings.npz")
    return Interactions(
        customers=arrays["customers"],
        products=arrays["products"],
        days=arrays["days"],
        n_customers=int(arrays["customers"].max()) + 1,
        n_products=int(arrays["products"].max()) + 1,
        values=arrays["values"],
    )
