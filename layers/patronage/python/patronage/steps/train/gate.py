"""Choose the method to publish, and record the decision on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import RunFailed
from patronage.logic.recommenders.candidates import BESIDE, HYBRID, POPULARITY
from patronage.logic.said import SENTENCES, Said, said
from patronage.steps.manifest import Manifest
from patronage.steps.train.chosen import choose_variants
from patronage.steps.train.records import write_records
from patronage.steps.train.scorecard import scorecard
from patronage.steps.train.windows import measured
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.stores.objects import ObjectStore

MIN_EVALUATED_CUSTOMERS = 20
"""Below this many the comparison says nothing: the live method stays, at first `WITHOUT_EVIDENCE`."""
WITHOUT_EVIDENCE = ("item_to_item", POPULARITY)
"""The first of these that could be trained."""
FEW_INTERACTIONS = 1_000
"""Below this many, whatever is published is marked low on data."""


def gate(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Choose the method to publish, and record why for each.

    The challenger is the method that ranks best on the validation window; the test window, on which nothing
    was chosen, then holds it against the champion (the method that is live) and popularity, trained and
    measured on the same rows. The challenger is published only where it beats both; else the better of these,
    trained on the newest data. A person who promotes a version decides instead.

    Returns
    -------
    dict
        ``publish``, the ``model``, the ``reason``, and the ``parts``: the methods that it and the variants
        for experiments are made of, one entry ``{"model": name}`` each.

    Raises
    ------
    RunFailed
        Not even popularity could be trained, or not what was promoted.
    """
    manifest = Manifest.load(store, run_id)
    listed = read_json(store, f"runs/{run_id}/metrics/candidates.json")
    metrics = _metrics(run_id, store)
    left_out = {name: FAILED for name in listed["models"] if name not in metrics} | listed["skipped"]
    model, why = _decide(manifest, metrics, left_out)
    evaluated = min(found["customers"] for found in metrics.values())
    told: dict[str, Any] = {
        "why": why,
        "is_low_data": evaluated < MIN_EVALUATED_CUSTOMERS or listed["interactions"] < FEW_INTERACTIONS,
        "metrics": metrics,
        "left_out": left_out,
    }
    chosen = choose_variants(model, manifest.variants, metrics, left_out)
    chosen.save(store, run_id)
    write_records(manifest, model, **told, store=store)
    card = scorecard(manifest, chosen, **told)
    write_json(store, f"runs/{run_id}/recommendations/metrics.json", card)
    parts = dict.fromkeys([*chosen.parts, POPULARITY, *BESIDE])
    return {"publish": True, "model": model, **why.fields(), "parts": [{"model": part} for part in parts]}


FAILED = SENTENCES["training_failed"]


def _metrics(run_id: str, store: ObjectStore) -> dict[str, dict[str, Any]]:
    """Read the metrics of the methods that could be measured, and of their blend."""
    names = measured(store, run_id)
    if POPULARITY not in names:
        raise RunFailed(f"run {run_id} measured no popularity: {FAILED}")
    return {name: read_json(store, f"runs/{run_id}/metrics/{name}.json") for name in [*names, HYBRID]}


def _decide(
    manifest: Manifest, metrics: Mapping[str, dict[str, Any]], left_out: Mapping[str, str]
) -> tuple[str, Said]:
    """Return the method to publish, and why."""
    if manifest.promoted:
        return _promoted(manifest, metrics, left_out)
    champion = manifest.champion.get("name")
    model, why = _choose(metrics, champion)
    if champion and champion not in metrics:
        return model, said(
            f"{why.code}_uncompared", **why.values, live=champion, why=left_out.get(champion, "unknown")
        )
    return model, why


def _promoted(
    manifest: Manifest, metrics: Mapping[str, dict[str, Any]], left_out: Mapping[str, str]
) -> tuple[str, Said]:
    promoted = manifest.promoted
    model = promoted["model"]
    if model not in metrics:
        raise RunFailed(
            f"{model}@{promoted['version']} could not be trained again: {left_out.get(model, 'unknown')}"
        )
    by, version = promoted["by"], promoted["version"]
    return model, said("promoted", by=by, version=version, why=promoted["reason"])


def _choose(metrics: Mapping[str, dict[str, Any]], champion: str | None) -> tuple[str, Said]:
    evaluated = min(found["customers"] for found in metrics.values())
    if evaluated < MIN_EVALUATED_CUSTOMERS:
        model = next(name for name in (champion or "", *WITHOUT_EVIDENCE) if name in metrics)
        few = said("few_to_compare", customers=evaluated, least=MIN_EVALUATED_CUSTOMERS, model=model)
        return model, few
    score = {name: found["ndcg_at_10"] for name, found in metrics.items()}
    challenger = max(metrics, key=lambda name: (metrics[name]["validation_ndcg_at_10"], name == champion))
    contenders = {name for name in (challenger, champion or "", POPULARITY) if name in metrics}
    best = max(contenders, key=lambda name: (score[name], name == champion, name == POPULARITY))
    scores = ", ".join(f"{name} {value:.4f}" for name, value in sorted(score.items()))
    code = (
        "better_than_live"
        if best == challenger != champion
        else "no_better_on_test"
        if best != challenger
        else "still_best"
    )
    against = champion or POPULARITY
    return best, said(code, customers=evaluated, scores=scores, challenger=challenger, against=against)
