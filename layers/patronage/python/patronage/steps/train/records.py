"""Write the registry's record of each method of a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from patronage.logic.engine_choice import SPARK
from patronage.logic.model_records import PROMOTED, PUBLISHED, RECORDED, SKIPPED
from patronage.logic.said import coded
from patronage.steps.train.libraries import libraries
from patronage.stores.objects import write_json
from patronage.stores.registry import record_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.said import Said
    from patronage.steps.manifest import Manifest
    from patronage.stores.objects import ObjectStore


def decision_of(manifest: Manifest) -> str:
    """Return what the version that a run publishes is marked as."""
    return PROMOTED if manifest.promoted else PUBLISHED


def write_records(
    manifest: Manifest,
    model: str,
    *,
    why: Said,
    is_low_data: bool,
    metrics: Mapping[str, dict[str, Any]],
    left_out: Mapping[str, str],
    store: ObjectStore,
) -> None:
    """Write a record of each method that was measured, and of each that was left out.

    Parameters
    ----------
    manifest : Manifest
        Of the run, whose id is the version of each.
    model, why
        The method that is published, and why.
    is_low_data : bool
        Whether there was little to learn from.
    metrics, left_out : mapping
        By method what was measured, or why it was not.
    store : ObjectStore
        Where models lie.
    """
    shared = {
        "version": manifest.run_id,
        **why.fields(),
        "low_data": is_low_data,
        "parent": manifest.champion,
        "as_of": manifest.as_of.isoformat(),
        "created_at": manifest.created_at.isoformat(),
        "tables": manifest.tables,
        "manifest": _read_by(manifest),
        "engine": manifest.engine,
        "libraries": libraries(with_spark=manifest.engine == SPARK),
    }
    for name, found in metrics.items():
        decision = decision_of(manifest) if name == model else RECORDED
        record = {"model": name, "decision": decision, "metrics": found, **shared, **_parameters(found)}
        if decision == PROMOTED:
            record["promoted"] = manifest.promoted
        write_json(store, record_key(name, manifest.run_id), record)
    for name, reason in left_out.items():
        record = {
            "model": name,
            "decision": SKIPPED,
            "metrics": None,
            **shared,
            "reason": reason,
            **coded("reason", reason),
        }
        write_json(store, record_key(name, manifest.run_id), record)


def _read_by(manifest: Manifest) -> dict[str, Any]:
    """Return what decides what a run learns, besides the parameters of the method."""
    return {
        "as_of": manifest.as_of.isoformat(),
        "tables": manifest.tables,
        "order_lines": manifest.lines,
        "shop": asdict(manifest.shop),
        "segments": manifest.previous,
    }


def _parameters(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that won, or of the blend its weights."""
    return {"parameters": {name: found[name] for name in ("settings", "weights") if name in found}}
