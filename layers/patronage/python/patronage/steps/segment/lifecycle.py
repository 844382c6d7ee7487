"""The lifecycle: the stage of each customer and prospect, by the customer's own rhythm."""

from __future__ import annotations

from dataclasses import asdict
from math import exp
from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.lifecycle import CUTS, LOG_UNIT, QUANTILES, STAGES, Rhythm, rhythm_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import run_before, show_file
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

_STAGED = {
    "customer_id": "VARCHAR",
    "lifecycle_id": "VARCHAR",
    "purchases": "INTEGER",
    "last_purchase": "DATE",
}


def lifecycle(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write `segments/lifecycle.parquet`, a row a customer or prospect, and `segments/lifecycle.json`.

    Returns
    -------
    dict
        ``customers`` with a purchase, and ``prospects`` without.
    """
    manifest = Manifest.load(lake.store, run_id)
    folder = f"runs/{run_id}/segments"
    with pinned_engine(manifest, lake, "customers", "events") as engine:
        rhythm = stage_customers(engine, manifest.today)
        _show_stages_before(manifest, lake.store, engine)
        engine.table("lifecycle", query("lifecycle_settled"))
        with lake.store.writing(f"{folder}/lifecycle.parquet") as path:
            engine.parquet("FROM lifecycle ORDER BY customer_id", path)
        counted = {row["lifecycle_id"]: row for row in engine.rows(query("lifecycle_stages"))}
    write_json(
        lake.store,
        f"{folder}/lifecycle.json",
        {
            "as_of": manifest.as_of.isoformat(),
            "quantiles": QUANTILES,
            "rhythm": _stated(rhythm),
            "stages": [
                {
                    "id": stage.stage_id,
                    "name": stage.name,
                    "description": stage.description,
                    "rule": stage.rule,
                    "limits": {"share": QUANTILES[stage.stage_id]} if stage.stage_id in QUANTILES else {},
                    "customers": counted.get(stage.stage_id, {}).get("customers", 0),
                    "net_minor": counted.get(stage.stage_id, {}).get("net_minor", 0),
                }
                for stage in STAGES.values()
            ],
        },
    )
    total = sum(row["customers"] for row in counted.values())
    prospects = counted.get("prospect", {}).get("customers", 0)
    return {"customers": total - prospects, "prospects": prospects}


def _show_stages_before(manifest: Manifest, store: ObjectStore, engine: Engine) -> None:
    """Show the stages of the run before as `lifecycle_before`, if that run looked at an earlier time."""
    engine.show_none("lifecycle_before", _STAGED)
    before = run_before(manifest, store)
    if before is not None and before.as_of <= manifest.as_of:
        key = f"runs/{before.run_id}/segments/lifecycle.parquet"
        show_file("lifecycle_before", key, _STAGED, store, engine)


def stage_customers(engine: Engine, today: str) -> Rhythm:
    """Keep the table `lifecycle` as of a day of the shop (``2026-01-31``), and return the shop's rhythm.

    Reads `orders`, `customers` and `events`.
    """
    engine.table("lifecycle_gaps", query("lifecycle_gaps"), log_unit=LOG_UNIT)
    rhythm = rhythm_of(engine.rows(query("lifecycle_rhythm")))
    engine.table(
        "lifecycle",
        query("lifecycle_customers"),
        today=today,
        log_gap=rhythm.log_gap,
        within=rhythm.within,
        between=rhythm.between,
        log_unit=LOG_UNIT,
        **CUTS,
    )
    return rhythm


def _stated(rhythm: Rhythm) -> dict[str, Any]:
    """Return the shop's rhythm, its usual gap, and the limits of a one-time buyer in days."""
    limits = {f"{stage}_after_days": rhythm.limit_days(stage, ()) for stage in CUTS}
    return {**asdict(rhythm), "usual_gap_days": exp(rhythm.log_gap), "one_time_buyers": limits}
