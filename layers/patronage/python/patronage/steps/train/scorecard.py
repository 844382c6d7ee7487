"""What a run measured of each method, as one document to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.model_records import RECORDED, SKIPPED
from patronage.logic.recommenders.candidates import POPULARITY
from patronage.logic.said import coded
from patronage.steps.train.records import decision_of
from patronage.steps.train.windows import K

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.said import Said
    from patronage.steps.manifest import Manifest
    from patronage.steps.train.chosen import Chosen

_TOLD = ("customers", "metrics", "by_activity", "validation_ndcg_at_10", "settings", "weights")


def scorecard(
    manifest: Manifest,
    chosen: Chosen,
    *,
    why: Said,
    is_low_data: bool,
    metrics: Mapping[str, dict[str, Any]],
    left_out: Mapping[str, str],
) -> dict[str, Any]:
    """Return what was decided, and the figures that it was decided on.

    Parameters
    ----------
    manifest : Manifest
        Of the run.
    chosen : Chosen
        What is published.
    why : Said
        Why.
    is_low_data : bool
        Whether there was little to learn from, or few to measure on.
    metrics : mapping
        By method what was measured.
    left_out : mapping
        By method why it was not.

    Returns
    -------
    dict
        Of the published model ``model``, ``version``, ``decision``, ``reason``, ``low_data`` and ``metrics``;
        how it was measured: ``split``, ``cutoff``, ``k``, ``customers``; ``baseline`` and ``champion``, which
        it was held against, by name; ``as_of`` and ``evaluated_at``; ``candidates``: by method the
        ``decision`` and what was measured, or the ``reason`` why it was left out; and ``variants`` that arms
        of experiments can name: by name the weights of its methods, or the ``reason`` why there is none.
    """
    model = chosen.model
    best = metrics[model]
    decisions = {name: decision_of(manifest) if name == model else RECORDED for name in metrics}
    measured = {
        name: {"decision": decisions[name], **{key: found[key] for key in _TOLD if key in found}}
        for name, found in metrics.items()
    }
    skipped = {
        name: {"decision": SKIPPED, "reason": reason, **coded("reason", reason)}
        for name, reason in left_out.items()
    }
    return {
        "model": model,
        "version": manifest.run_id,
        "decision": decision_of(manifest),
        **why.fields(),
        "low_data": is_low_data,
        "metrics": best["metrics"],
        "split": "cutoff" if best["cutoff"] else "last",
        "cutoff": best["cutoff"],
        "k": K,
        "customers": best["customers"],
        "baseline": POPULARITY,
        "champion": manifest.champion,
        "as_of": manifest.as_of.isoformat(),
        "evaluated_at": manifest.created_at.isoformat(),
        "candidates": {**measured, **skipped},
        "variants": {
            **{name: {"weights": weights} for name, weights in chosen.variants.items()},
            **{name: {"reason": reason} for name, reason in chosen.left_out.items()},
        },
    }
