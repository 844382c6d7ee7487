"""Train one of the chosen methods on everything, and keep what it learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.recommenders.candidates import BESIDE, CANDIDATES, HYBRID, candidate
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.saved import learnt, restored
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from patronage.logic.recommenders import Recommender
    from patronage.stores.objects import ObjectStore


def fit(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Train a method, with the settings that won, on all of the run's interactions."""
    interactions, side = load_interactions(run_id, store), load_side(run_id, store)
    trained = _untrained(run_id, model, store).fit(interactions, side=side)
    save_arrays(store, _key(run_id, model), learnt(trained), compressed=False)
    return {"model": model}


def load_model(run_id: str, model: str, store: ObjectStore) -> Recommender:
    """Take up a method that `fit` trained."""
    return restored(_untrained(run_id, model, store), load_arrays(store, _key(run_id, model)))


def load_published(run_id: str, store: ObjectStore) -> Recommender:
    """Take up what the gate chose: one method, or the blend of several."""
    record = read_json(store, f"runs/{run_id}/recommendations/model.json")
    if record["model"] != HYBRID:
        return load_model(run_id, record["model"], store)
    weights = record["metrics"]["weights"]
    return Hybrid.of_trained({name: load_model(run_id, name, store) for name in weights}, weights)


def _untrained(run_id: str, model: str, store: ObjectStore) -> Recommender:
    """Make a method with the settings that won; one that was not compared has its defaults."""
    if model not in CANDIDATES:
        return BESIDE[model]()
    return candidate(model, read_json(store, f"runs/{run_id}/metrics/{model}.json")["settings"])


def _key(run_id: str, model: str) -> str:
    return f"models/{model}/{run_id}/learnt.npz"
