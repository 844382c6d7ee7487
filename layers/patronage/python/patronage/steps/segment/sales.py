"""Sales: the shop's money from the order lines themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.stores.lake import Lake


def totals(run_id: str, lake: Lake) -> dict[str, Any]:
    """Sum the shop's money from the order lines themselves."""
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake) as engine:
        found = engine.row(query("sales_totals"))
    write_json(lake.store, f"runs/{run_id}/metrics/totals.json", found)
    return {"net_minor": found["net_minor"]}
