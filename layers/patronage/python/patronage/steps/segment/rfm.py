"""RFM: score every customer and name the segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments import default_map, map_sql
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.stores.lake import Lake


def rfm(run_id: str, lake: Lake) -> dict[str, Any]:
    """Score every customer, name the segment, and write both with the summary of the segments."""
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake) as engine:
        engine.table("rfm_customers", query("rfm_customers"), today=manifest.today)
        engine.table("rfm_map", map_sql(default_map()))
        engine.table("customer_segments", query("rfm_segments"))
        with lake.store.writing(f"runs/{run_id}/segments/customers.parquet") as path:
            engine.parquet("FROM customer_segments ORDER BY customer_id", path)
        bins = engine.row(
            "SELECT COUNT(DISTINCT r) AS r, COUNT(DISTINCT f) AS f, COUNT(DISTINCT m) AS m "
            "FROM customer_segments"
        )
        segments = engine.rows(query("rfm_summary"))
    write_json(lake.store, f"runs/{run_id}/segments/rfm.json", {"bins": bins, "segments": segments})
    return {"segments": len(segments)}
