"""The part of the training run that learns: arrays in, models and recommendations as arrays out.

Its function holds NumPy and SciPy but neither DuckDB nor Delta Lake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.errors import BadInput
from patronage.logic.evaluation.holdout import Holdout, time_ordered_holdout
from patronage.logic.recommenders import Interactions, ItemNeighbours, Popularity, Recommender, top_k
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.logic.recommenders.base import Ids, Matrix, Scores
    from patronage.stores.objects import ObjectStore

CANDIDATES: Mapping[str, Callable[[], Recommender]] = {
    "item_to_item": ItemNeighbours,
    "popularity": Popularity,
}
"""The models that a run compares, with the settings they are trained with."""

CANDIDATES_PER_CUSTOMER = 50
SIMILAR_PER_PRODUCT = 50
POPULAR_PRODUCTS = 1_000
ROWS_PER_SHARD = 5_000
MIN_EVALUATED_CUSTOMERS = 20
"""Below this many the comparison says nothing: item-to-item is published, marked low on data."""


def candidates() -> dict[str, Any]:
    """List the models that the run trains side by side."""
    return {"models": [{"model": name} for name in CANDIDATES]}


def evaluate(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Train a candidate before the cut-off and measure it on what customers newly bought after it."""
    interactions = load_interactions(run_id, store)
    measured = measure(candidate(model), time_ordered_holdout(interactions))
    write_json(store, f"runs/{run_id}/metrics/{model}.json", measured)
    return {"model": model, "ndcg_at_10": measured["ndcg_at_10"], "customers": measured["customers"]}


def gate(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Choose the model to publish, by NDCG@10 on the holdout, and record the decision on each candidate.

    The live model is the champion: all candidates, the champion among them, are trained and measured
    on the same holdout, and another one is published only where it beats both the champion and popularity.

    Returns
    -------
    dict
        ``publish``, the ``model`` and the ``reason``.
    """
    manifest = Manifest.load(store, run_id)
    metrics = {name: read_json(store, f"runs/{run_id}/metrics/{name}.json") for name in CANDIDATES}
    model, reason, low_data = _choose(metrics, manifest.champion.get("name"))
    for name, measured in metrics.items():
        record = {
            "model": name,
            "version": run_id,
            "decision": "published" if name == model else "recorded",
            "reason": reason,
            "low_data": low_data,
            "metrics": measured,
            "parent": manifest.champion,
            "as_of": manifest.as_of.isoformat(),
            "tables": manifest.tables,
        }
        write_json(store, f"models/{name}/{run_id}/model.json", record)
    return {"publish": True, "model": model, "reason": reason}


def recommend(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Train the chosen model on everything, and write what to serve: users, similar products, popular."""
    interactions = load_interactions(run_id, store)
    folder = f"runs/{run_id}/recommendations"
    history = interactions.history()
    shards = ["popular", "catalogue"]
    popularity = Popularity().fit(interactions)
    _write_popular(popularity, store, folder)
    neighbours = ItemNeighbours().fit(interactions)
    shards += _write_similar(neighbours, store, folder)
    trained: dict[str, Recommender] = {"item_to_item": neighbours, "popularity": popularity}
    shards += _write_users(trained[model], popularity, history, store, folder)
    record = read_json(store, f"models/{model}/{run_id}/model.json")
    write_json(store, f"{folder}/model.json", record)
    shards_key = f"runs/{run_id}/publish/recommendations/shards.json"
    write_json(store, shards_key, [{"shard": name} for name in shards])
    return {"shards_key": shards_key, "shards": len(shards)}


def candidate(model: str) -> Recommender:
    """Make an untrained candidate by its name."""
    if model not in CANDIDATES:
        raise BadInput(f"model {model!r} is unknown; known are {', '.join(CANDIDATES)}")
    return CANDIDATES[model]()


def measure(recommender: Recommender, holdout: Holdout) -> dict[str, Any]:
    """Fit on the holdout's past and measure on its future."""
    recommender.fit(holdout.train)
    ids, _ = recommender.recommend(holdout.histories, k=10)
    return holdout.measure(ids)


def load_interactions(run_id: str, store: ObjectStore) -> Interactions:
    """Read the arrays that the tables function wrote."""
    arrays = load_arrays(store, f"runs/{run_id}/features/interactions.npz")
    return Interactions(
        customers=arrays["customers"],
        products=arrays["products"],
        days=arrays["days"],
        n_customers=int(arrays["n_customers"][0]),
        n_products=int(arrays["n_products"][0]),
    )


def _choose(metrics: Mapping[str, dict[str, Any]], champion: str | None) -> tuple[str, str, bool]:
    evaluated = min(measured["customers"] for measured in metrics.values())
    if evaluated < MIN_EVALUATED_CUSTOMERS:
        return (
            "item_to_item",
            f"only {evaluated} customers bought something new after the cut-off, fewer than "
            f"{MIN_EVALUATED_CUSTOMERS}: too few to compare models, so item-to-item is taken",
            True,
        )
    score = {name: measured["ndcg_at_10"] for name, measured in metrics.items()}
    best = max(score, key=lambda name: (score[name], name == champion, name == "popularity"))
    compared = ", ".join(f"{name} {value:.4f}" for name, value in sorted(score.items()))
    return best, f"best NDCG@10 on {evaluated} customers ({compared})", False


def _write_popular(popularity: Popularity, store: ObjectStore, folder: str) -> None:
    ids, scores = top_k(popularity.scores_[None, :], POPULAR_PRODUCTS)
    known = ids[0] >= 0
    save_arrays(store, f"{folder}/popular.npz", {"items": ids[0, known], "scores": scores[0, known]})


def _write_similar(neighbours: ItemNeighbours, store: ObjectStore, folder: str) -> list[str]:
    ids, scores, share = neighbours.similar(k=SIMILAR_PER_PRODUCT)
    names = []
    for start in range(0, len(ids), ROWS_PER_SHARD):
        rows = slice(start, start + ROWS_PER_SHARD)
        names.append(f"similar-{start // ROWS_PER_SHARD:05d}")
        items = np.arange(start, start + len(ids[rows]), dtype=np.int32)
        save_arrays(
            store,
            f"{folder}/{names[-1]}.npz",
            {"items": items, "similar": ids[rows], "scores": scores[rows], "share": share[rows]},
        )
    return names


def _write_users(
    model: Recommender, popularity: Popularity, history: Matrix, store: ObjectStore, folder: str
) -> list[str]:
    """Write each customer's products, by the model as far as it goes, then popular ones not yet bought."""
    names = []
    for start in range(0, history.shape[0], ROWS_PER_SHARD):
        rows = history[start : start + ROWS_PER_SHARD]
        ids, scores = model.recommend(rows, k=CANDIDATES_PER_CUSTOMER)
        reasons = model.explain(rows, ids)
        _fill(ids, scores, rows, popularity)
        names.append(f"users-{start // ROWS_PER_SHARD:05d}")
        save_arrays(
            store,
            f"{folder}/{names[-1]}.npz",
            {
                "users": np.arange(start, start + rows.shape[0], dtype=np.int32),
                "items": ids,
                "scores": scores,
                "because": reasons.because,
                "share": reasons.share,
            },
        )
    return names


def _fill(ids: Ids, scores: Scores, history: Matrix, popularity: Popularity) -> None:
    """Fill the empty places of each row, in place, with popular products that do not stand in it."""
    lacking = np.flatnonzero((ids < 0).any(axis=1))
    others, other_scores = popularity.recommend(history[lacking], k=ids.shape[1])
    for row, products, values in zip(lacking, others, other_scores, strict=True):
        start = int((ids[row] >= 0).sum())
        new = np.flatnonzero((products >= 0) & ~np.isin(products, ids[row]))[: ids.shape[1] - start]
        ids[row, start : start + len(new)] = products[new]
        scores[row, start : start + len(new)] = values[new]
