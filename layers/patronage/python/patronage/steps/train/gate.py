"""Choose the method to publish, and record the decision on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.recommenders.candidates import BESIDE, HYBRID, POPULARITY
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.stores.objects import ObjectStore

MIN_EVALUATED_CUSTOMERS = 20
"""Below this many the comparison says nothing: `WITHOUT_EVIDENCE` is published, marked low on data."""
WITHOUT_EVIDENCE = "item_to_item"
FEW_INTERACTIONS = 1_000
"""Below this many, whatever is published is marked low on data."""


def gate(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Choose the method by NDCG@10 on the test window, and record why for each.

    The live model is the champion: all methods, the champion's among them, are trained and measured on the
    same windows, and another one is published only where it beats both the champion and popularity.

    Returns
    -------
    dict
        ``publish``, the ``model``, the ``reason``, and the ``parts``: the methods that it is made of, one
        entry ``{"model": name}`` each.
    """
    manifest = Manifest.load(store, run_id)
    listed = read_json(store, f"runs/{run_id}/metrics/candidates.json")
    metrics = {
        name: read_json(store, f"runs/{run_id}/metrics/{name}.json") for name in [*listed["models"], HYBRID]
    }
    model, reason = _choose(metrics, manifest.champion.get("name"))
    evaluated = min(measured["customers"] for measured in metrics.values())
    low_data = evaluated < MIN_EVALUATED_CUSTOMERS or listed["interactions"] < FEW_INTERACTIONS
    shared = {
        "version": run_id,
        "reason": reason,
        "low_data": low_data,
        "parent": manifest.champion,
        "as_of": manifest.as_of.isoformat(),
        "tables": manifest.tables,
    }
    for name, measured in metrics.items():
        decision = "published" if name == model else "recorded"
        record = {"model": name, "decision": decision, "metrics": measured, **shared}
        write_json(store, f"models/{name}/{run_id}/model.json", record)
    for name, why in listed["skipped"].items():
        record = {"model": name, "decision": "skipped", "metrics": None, **shared, "reason": why}
        write_json(store, f"models/{name}/{run_id}/model.json", record)
    weights = metrics[model].get("weights") or {model: 1.0}
    parts = [name for name, weight in weights.items() if weight > 0]
    parts += [name for name in (POPULARITY, *BESIDE) if name not in parts]
    return {"publish": True, "model": model, "reason": reason, "parts": [{"model": part} for part in parts]}


def _choose(metrics: Mapping[str, dict[str, Any]], champion: str | None) -> tuple[str, str]:
    evaluated = min(measured["customers"] for measured in metrics.values())
    if evaluated < MIN_EVALUATED_CUSTOMERS:
        return (
            WITHOUT_EVIDENCE,
            f"only {evaluated} customers bought something new after the cut-off, fewer than "
            f"{MIN_EVALUATED_CUSTOMERS}: too few to compare models, so item-to-item is taken",
        )
    score = {name: measured["ndcg_at_10"] for name, measured in metrics.items()}
    best = max(score, key=lambda name: (score[name], name == champion, name == POPULARITY))
    compared = ", ".join(f"{name} {value:.4f}" for name, value in sorted(score.items()))
    return best, f"best NDCG@10 on {evaluated} customers ({compared})"
