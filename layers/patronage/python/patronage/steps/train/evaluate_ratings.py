"""Measure models of explicit ratings on random folds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.evaluation import k_folds, rating_errors
from patronage.logic.recommenders.ratings import RATING_MODELS
from patronage.steps.train.inputs import load_ratings, load_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.stores.objects import ObjectStore

FOLDS = 5


def evaluate_ratings(
    run_id: str,
    models: Sequence[str],
    store: ObjectStore,
    *,
    on_step: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Predict each fifth of the ratings from the other four, the same fifths for all models.

    Returns
    -------
    dict
        By model ``rmse`` and ``mae``, each with ``value``, ``low`` and ``high``, and how many ``ratings``.
    """
    ratings, side = load_ratings(run_id, store), load_side(run_id, store, of="ratings_side")
    given = ratings.values
    if given is None:
        raise BadInput(f"run {run_id} has no ratings; write them again")
    for model in models:
        if why := rating_model(model).why_not(ratings):
            raise BadInput(f"{model} cannot be measured: {why}")
    predicted = {model: np.empty(len(given), dtype=np.float32) for model in models}
    for fold, test in enumerate(k_folds(len(given), folds=FOLDS), start=1):
        train = ratings.where(~test)
        pairs = (ratings.customers[test], ratings.products[test])
        for model in models:
            on_step(f"{model}, fold {fold} of {FOLDS}")
            trained = rating_model(model).fit(train, side=side)
            predicted[model][test] = trained.predict(*pairs, days=ratings.days[test])
    return {model: asdict(rating_errors(values, given)) for model, values in predicted.items()}


def rating_model(name: str) -> Any:
    """Make an untrained model of ratings by its name."""
    if name not in RATING_MODELS:
        raise BadInput(f"model {name!r} predicts no ratings; those that do are {', '.join(RATING_MODELS)}")
    return RATING_MODELS[name]()
