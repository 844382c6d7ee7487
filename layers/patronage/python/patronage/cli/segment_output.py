"""The segments of one method: printed, and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.cli.outputs import print_rows
from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.segments.methods import METHODS
from patronage.steps.manifest import Manifest
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.objects import ObjectStore


def write_method(store: ObjectStore, run_id: str, method: str, path: Path) -> None:
    """Write a row for each customer that a method puts into a segment, `segment_id` first after the id.

    Beside another method's, RFM's segment is `rfm_segment_id`, as it was settled.

    Raises
    ------
    NotFound
        The method has no segments in this run: the lake lacks what it needs.
    """
    column = METHODS[method].column
    is_rfm = method == "rfm"
    beside = "" if is_rfm else "segment_id AS rfm_segment_id, "
    left_out = "customer_id, segment_id" + ("" if is_rfm else f", scored_segment_id, {column}")
    with _segments(store, run_id) as engine:
        if not engine.row(f"SELECT COUNT({column}) AS customers FROM segments")["customers"]:
            raise NotFound(
                f"the run has no segments by {method}: the lake lacks what it needs, such as events"
            )
        sql = (
            f"SELECT customer_id, {column} AS segment_id, {beside}* EXCLUDE ({left_out}) FROM segments "
            f"WHERE {column} IS NOT NULL ORDER BY customer_id"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        (engine.csv if path.suffix == ".csv" else engine.parquet)(sql, path)


def _segments(store: ObjectStore, run_id: str) -> DuckEngine:
    engine = DuckEngine(Manifest.load(store, run_id).shop)
    engine.scan("segments", [store.staged(f"runs/{run_id}/segments/customers.parquet")])
    return engine


def print_method(store: ObjectStore, run_id: str, method: str, shop: Shop) -> None:
    """Print the segments of a method with their customers and money."""
    profiles = read_json(store, f"runs/{run_id}/segments/profiles.json")[method]
    names = {str(row["segment_id"]): str(row["name"]) for row in profiles}
    column = METHODS[method].column
    with _segments(store, run_id) as engine:
        found = engine.rows(
            f"SELECT CAST({column} AS VARCHAR) AS id, COUNT(*) AS customers, "
            f"CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor FROM segments "
            f"WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY customers DESC, id"
        )
    rows = [
        (
            row["id"],
            names.get(row["id"], row["id"]),
            f"{row['customers']:,}",
            shop.format_amount(row["net_minor"]),
        )
        for row in found
    ]
    header = ("Id", "Segment", "Customers", f"Net {shop.currency}")
    print_rows(f"Segments by {method}", header, rows, numbers_from=2)
