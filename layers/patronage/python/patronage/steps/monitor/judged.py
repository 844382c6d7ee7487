"""What recommendations are judged by, shown in an engine: events with visitors, sales, and who bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import query
from patronage.logic.serve.recommendation_id import PATTERN

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.engines.duckdb import DuckEngine
    from patronage.steps.manifest import Manifest
    from patronage.stores.lake import Lake


def show_judged(engine: DuckEngine, *, since: datetime) -> None:
    """Make `judged_events` from an instant on, `sales` and `buyers`.

    Parameters
    ----------
    engine : DuckEngine
        Shows `events` and `orders`.
    since : datetime
        Events before are left out.
    """
    engine.table("session_owners", query("effectiveness_owners"))
    engine.table("judged_events", query("effectiveness_events"), since=since.isoformat(), id_pattern=PATTERN)
    engine.table("sales", query("effectiveness_sales"))
    engine.table("buyers", query("effectiveness_buyers"))


def show_live_segments(engine: DuckEngine, manifest: Manifest, lake: Lake) -> None:
    """Show as `live_segments` the RFM segment of each customer in the live run of segments."""
    key = f"runs/{manifest.live_runs.get('segments', '')}/segments/customers.parquet"
    if lake.store.exists(key):
        engine.scan("segmented", [lake.store.staged(key)])
        engine.run("CREATE VIEW live_segments AS SELECT customer_id, segment_id AS segment FROM segmented")
    else:
        engine.show_none("live_segments", {"customer_id": "VARCHAR", "segment": "VARCHAR"})
