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
    with DuckEngine(Manifest.load(store, run_id).shop) as engine:
        engine.scan("segments", [store.staged(f"runs/{run_id}/segments/customers.parquet")])
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


def print_method(store: ObjectStore, run_id: str, method: str, shop: Shop) -> None:
    """Print the segments of a method with their customers and money."""
    profiles = read_json(store, f"runs/{run_id}/segments/profiles.json")[method]
    rows = [
        (row["segment_id"], row["name"], f"{row['customers']:,}", shop.format_amount(row["net_minor"]))
        for row in sorted(profiles, key=lambda row: (-row["customers"], row["segment_id"]))
    ]
    header = ("Id", "Segment", "Customers", f"Net {shop.currency}")
    print_rows(f"Segments by {method}", header, rows, numbers_from=2)
