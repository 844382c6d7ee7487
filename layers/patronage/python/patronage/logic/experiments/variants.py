"""Which lists the arms of experiments need beside those of the live model.

A training run publishes, besides what the gate chose, the lists of each variant that an arm of a draft or
running experiment names: those of one method, or of a blend with weights of its own.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.arms import HYBRID, LEARNT, MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLANNED = ("draft", "running")
_DECIMALS = 6


def variant_of(arm: Mapping[str, Any]) -> tuple[str, dict[str, float]]:
    """Return the variant that an arm needs, by name, and the share of each method in it.

    Parameters
    ----------
    arm : mapping
        ``kind``; of ``model`` the ``model``, a method's name; of ``hybrid`` the ``weights`` by method.

    Returns
    -------
    tuple of str and dict
        "" and {} for an arm that shows what is live, popular or nothing. Weights add up to 1; equal shares
        have one name, however they are written, and a blend of one method is that method.

    Examples
    --------
    >>> variant_of({"kind": "model", "model": "als"})
    ('als', {'als': 1.0})
    >>> variant_of({"kind": "hybrid", "weights": {"ease": 1, "als": 3}})
    ('hybrid-66b1a81e', {'als': 0.75, 'ease': 0.25})
    >>> variant_of({"kind": "model"})
    ('', {})
    """
    if arm["kind"] == MODEL and arm.get("model"):
        name = str(arm["model"])
        return name, ({} if name == LEARNT else {name: 1.0})
    if arm["kind"] != HYBRID:
        return "", {}
    weights = _shares(arm["weights"])
    if len(weights) == 1:
        return next(iter(weights)), weights
    text = json.dumps(weights, sort_keys=True)
    return f"hybrid-{hashlib.sha256(text.encode()).hexdigest()[:8]}", weights


def variants_of(experiments: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return by name the variants that the arms of draft and running experiments need."""
    arms = (arm for each in experiments if each["state"] in _PLANNED for arm in each["arms"])
    return dict(sorted((name, weights) for name, weights in map(variant_of, arms) if name))


def _shares(weights: Mapping[str, Any]) -> dict[str, float]:
    """Return what each method counts for, adding up to 1, by name; those that count nothing are left out."""
    values = {name: float(weight) for name, weight in weights.items() if float(weight) > 0}
    total = sum(values.values())
    rounded = {name: round(values[name] / total, _DECIMALS) for name in sorted(values)}
    return {name: value for name, value in rounded.items() if value > 0}
