"""What a promoted version was made of, to be trained again just so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound
from patronage.logic.recommenders.candidates import CANDIDATES, POPULARITY
from patronage.stores.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.steps.manifest import Manifest
    from patronage.stores.objects import ObjectStore


def promoted_weights(manifest: Manifest, store: ObjectStore) -> dict[str, float]:
    """Return what each method counts in the promoted version.

    Raises
    ------
    BadInput
        The version was not measured, so that nothing says how to train it.
    """
    model, version = (manifest.promoted[name] for name in ("model", "version"))
    metrics = Registry(store).record(model, version)["metrics"]
    if metrics is None:
        raise BadInput(f"{model}@{version} was left out of its run; promote a version that was measured")
    weights: dict[str, float] = metrics.get("weights") or {model: 1.0}
    return weights


def promoted_methods(manifest: Manifest, store: ObjectStore) -> list[str]:
    """Return the methods that a run of a promoted version trains, in the order of the candidates.

    Those of the version and of the variants that experiments need, and popularity, which every answer may
    fall back to.
    """
    parts = {POPULARITY, *promoted_weights(manifest, store)}
    parts |= {name for weights in manifest.variants.values() for name in weights}
    return [name for name in CANDIDATES if name in parts]


def trials_of(model: str, manifest: Manifest, store: ObjectStore) -> Sequence[Mapping[str, Any]]:
    """Return the settings to try: of a promoted version those that it had, else all that are known."""
    if manifest.promoted:
        try:
            metrics = Registry(store).record(model, manifest.promoted["version"])["metrics"]
        except NotFound:
            metrics = None
        if metrics:
            return [metrics["settings"]]
    return CANDIDATES[model].trials
