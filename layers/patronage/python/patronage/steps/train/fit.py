"""Train one of the chosen methods on everything, and keep what it learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.recommenders.candidates import BESIDE, CANDIDATES, candidate
from patronage.logic.recommenders.fingerprint import fingerprint
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.saved import learnt, restored
from patronage.logic.recommenders.threads import single_blas_thread
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.train.chosen import chosen_weights
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.stores.objects import read_json, write_json
from patronage.stores.registry import fitted_key

if TYPE_CHECKING:
    from patronage.logic.recommenders import Recommender
    from patronage.stores.objects import ObjectStore


def fit(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Train a method, with the settings that won, on all of the run's interactions.

    The fingerprint of what it learnt is kept beside it: only now is it known, and each has one writer.
    """
    interactions, side = load_interactions(run_id, store), load_side(run_id, store)
    with single_blas_thread():
        trained = untrained(run_id, model, store).fit(interactions, side=side)
    return keep_learnt(run_id, model, trained, store)


def keep_learnt(run_id: str, model: str, trained: Recommender, store: ObjectStore) -> dict[str, Any]:
    """Keep what a method learnt, and its fingerprint."""
    arrays = learnt(trained)
    save_arrays(store, _key(run_id, model), arrays, compressed=False)
    found = fingerprint(arrays)
    write_json(store, fitted_key(model, run_id), {"fingerprint": found})
    return {"model": model, "fingerprint": found}


def load_model(run_id: str, model: str, store: ObjectStore) -> Recommender:
    """Take up a method that `fit` trained."""
    return restored(untrained(run_id, model, store), load_arrays(store, _key(run_id, model)))


def load_chosen(run_id: str, variant: str, store: ObjectStore) -> Recommender:
    """Take up what is published: what the gate chose (""), or a variant for an arm of an experiment."""
    weights = chosen_weights(store, run_id, variant)
    models = {name: load_model(run_id, name, store) for name in weights}
    if len(models) == 1:
        return next(iter(models.values()))
    return Hybrid.of_trained(models, weights)


def untrained(run_id: str, model: str, store: ObjectStore) -> Recommender:
    """Make a method with the settings that won; one that was not compared has its defaults."""
    if model not in CANDIDATES:
        return BESIDE[model]()
    return candidate(model, read_json(store, f"runs/{run_id}/metrics/{model}.json")["settings"])


def _key(run_id: str, model: str) -> str:
    return f"models/{model}/{run_id}/learnt.npz"
