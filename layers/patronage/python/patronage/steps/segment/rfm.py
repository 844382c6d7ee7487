"""RFM: score every customer and name the segment, which a customer does not leave for a day's difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments import default_map, map_sql, read_map
from patronage.logic.segments.assigning import rfm_rule
from patronage.logic.segments.options import MAP
from patronage.logic.segments.rfm_grid import rfm_grid
from patronage.logic.segments.rfm_scores import (
    margins_sql,
    quintile_cuts,
    scored_sql,
    stated,
    threshold_cuts,
)
from patronage.steps.features.compute import compute_features
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import show_previous
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.engines.base import Engine
    from patronage.logic.segments.rfm_scores import Cuts
    from patronage.stores.lake import Lake


FREQUENCY = {"days": "occasions", "orders": "orders"}
"""By what the shop counts as an occasion, the feature that RFM takes for frequency."""


def rfm(run_id: str, lake: Lake) -> dict[str, Any]:
    """Score every customer, name the segment, and write both with the summary of the segments.

    Writes `segments/rfm.parquet` (customer_id, recency_days, frequency, net_minor, r, f, m, segment_id,
    scored_segment_id), `segments/rfm.json`, `segments/rfm_map.json` (customers by recency and frequency) and,
    for `combine`, `segments/rfm_rule.json`. By the scores of this run alone, a customer belongs to
    `scored_segment_id`; `segment_id` is where the customer stands, and may be the segment of the run before.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake) as engine:
        cuts, cells = _score(manifest, engine)
        _settle(manifest, lake, engine, cuts)
        with lake.store.writing(f"runs/{run_id}/segments/rfm.parquet") as path:
            engine.parquet("FROM customer_segments ORDER BY customer_id", path)
        found = {
            "frequency_unit": manifest.options.frequency_unit,
            "bins": engine.row(
                "SELECT COUNT(DISTINCT r) AS r, COUNT(DISTINCT f) AS f, COUNT(DISTINCT m) AS m "
                "FROM customer_segments"
            ),
            "cuts": stated(cuts),
            "kept": engine.row("SELECT COUNT(*) AS customers FROM rfm_kept")["customers"],
            "segments": engine.rows(query("rfm_summary")),
        }
        grid = rfm_grid(engine.rows(query("rfm_cells")), cells)
    rule = rfm_rule(cuts, cells, manifest.options.frequency_unit)
    write_json(lake.store, f"runs/{run_id}/segments/rfm_rule.json", rule)
    write_json(lake.store, f"runs/{run_id}/segments/rfm.json", found)
    stated_beside = {name: found[name] for name in ("frequency_unit", "cuts")}
    write_json(lake.store, f"runs/{run_id}/segments/rfm_map.json", grid | stated_beside)
    return {"segments": len(found["segments"]), "kept": found["kept"]}


def _score(manifest: Manifest, engine: Engine) -> tuple[Mapping[str, Cuts], list[tuple[int, int, str]]]:
    """Make the table `rfm_segments`, and return what reaches which score, and the map of the segments."""
    options = manifest.options
    _measure(manifest, engine)
    quintiles = engine.rows(query("rfm_quintiles"), margin=options.stability_margin)
    fixed = threshold_cuts(options.thresholds, minor_digits=manifest.shop.minor_digits)
    cuts = quintile_cuts(quintiles) | fixed
    engine.view("rfm_scored", scored_sql(cuts))
    cells = read_map(options.rfm_map, place=MAP) if options.rfm_map else default_map()
    engine.table("rfm_map", map_sql(cells))
    engine.table("rfm_segments", query("rfm_segments"))
    return cuts, cells


def _measure(manifest: Manifest, engine: Engine) -> None:
    """Make the table `rfm_customers`, of the features that the shop's unit of frequency asks for."""
    frequency = FREQUENCY[manifest.options.frequency_unit]
    compute_features(
        engine,
        names=("recency_days", frequency, "net_minor"),
        as_of=manifest.as_of,
        known_at=None,  # the tables are pinned: they hold what was known
        into="rfm_features",
        among=("orders",),
    )
    engine.table(
        "rfm_customers",
        f"SELECT customer_id, recency_days, CAST({frequency} AS INTEGER) AS frequency, net_minor "
        "FROM rfm_features",
    )


def _settle(manifest: Manifest, lake: Lake, engine: Engine, cuts: Mapping[str, Cuts]) -> None:
    """Make the tables `rfm_kept` and `customer_segments`."""
    if show_previous(manifest, lake.store, engine):
        engine.view("rfm_margins", margins_sql(cuts))
        engine.table("rfm_kept", query("rfm_kept"))
    else:
        engine.show_none("rfm_kept", {"customer_id": "VARCHAR", "segment_id": "VARCHAR"})
    engine.table("customer_segments", query("rfm_settled"))
