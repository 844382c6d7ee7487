"""What a run measured of each method, as one document to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.recommenders.candidates import POPULARITY
from patronage.steps.train.windows import K

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.steps.manifest import Manifest

_TOLD = ("customers", "metrics", "by_activity", "validation_ndcg_at_10", "settings", "weights")


def scorecard(
    manifest: Manifest,
    model: str,
    *,
    reason: str,
    is_low_data: bool,
    metrics: Mapping[str, dict[str, Any]],
    left_out: Mapping[str, str],
) -> dict[str, Any]:
    """Return what was decided, and the figures that it was decided on.

    Parameters
    ----------
    manifest : Manifest
        Of the run.
    model : str
        The method that is published, by its name.
    reason : str
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
        it was held against, by name; ``as_of`` and ``evaluated_at``; and ``candidates``: by method the
        ``decision`` and what was measured, or the ``reason`` why it was left out.
    """
    chosen = metrics[model]
    decisions = {name: "published" if name == model else "recorded" for name in metrics}
    measured = {
        name: {"decision": decisions[name], **{key: found[key] for key in _TOLD if key in found}}
        for name, found in metrics.items()
    }
    skipped = {name: {"decision": "skipped", "reason": why} for name, why in left_out.items()}
    return {
        "model": model,
        "version": manifest.run_id,
        "decision": "published",
        "reason": reason,
        "low_data": is_low_data,
        "metrics": chosen["metrics"],
        "split": "cutoff" if chosen["cutoff"] else "last",
        "cutoff": chosen["cutoff"],
        "k": K,
        "customers": chosen["customers"],
        "baseline": POPULARITY,
        "champion": manifest.champion,
        "as_of": manifest.as_of.isoformat(),
        "evaluated_at": manifest.created_at.isoformat(),
        "candidates": {**measured, **skipped},
    }
