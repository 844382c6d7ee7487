"""The point-in-time join: all features of every customer of the bundled orders, at 30 instants of the year.

`patronage features join` answers a table of customers and instants in one pass over the lake. Beside it
stands the same, instant by instant.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from benchmarks.bundled_orders import SHOP, take_in
from benchmarks.figures import Figure, median_seconds
from benchmarks.shared_data import ORDERS
from patronage.engines.duckdb import DuckEngine
from patronage.steps.features.join import Joined, join_features
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

INSTANTS = [datetime(2010, 12, 10, tzinfo=UTC) - timedelta(days=12 * number) for number in range(30)]


def features_join_s() -> Figure:
    """Time one join of all instants, against a join an instant."""
    together, apart = [_ours()], _one_by_one()
    if _counted(together) != _counted(apart):
        raise SystemExit(f"{together} and {apart} are not of the same rows")
    print(f"  {together}", file=sys.stderr, flush=True)
    ours, theirs = median_seconds(_ours), median_seconds(_one_by_one)
    return Figure(ours, "s", "the same, instant by instant", theirs)


def _counted(joined: list[Joined]) -> tuple[int, int]:
    return sum(each.rows for each in joined), sum(each.unknown for each in joined)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="patronage-features-")


@cache
def _lake() -> Lake:
    lake = Lake(FolderStore(Path(_folder().name, "lake")))
    take_in(ORDERS, lake)
    return lake


@cache
def _asked() -> tuple[Path, list[Path]]:
    """Write who is asked for: all instants in one file, and a file for each."""
    whole, folder = Path(_folder().name, "asked.parquet"), Path(_folder().name)
    each = [folder / f"asked-{number}.parquet" for number in range(len(INSTANTS))]
    with DuckEngine(SHOP) as engine:
        engine.scan("orders", _lake().snapshot("orders").files())
        customers = "SELECT DISTINCT customer_id FROM orders WHERE customer_id IS NOT NULL"
        rows = [
            f"SELECT customer_id, TIMESTAMPTZ '{instant.isoformat()}' AS as_of FROM ({customers})"
            for instant in INSTANTS
        ]
        engine.parquet(" UNION ALL ".join(rows), whole)
        for sql, path in zip(rows, each, strict=True):
            engine.parquet(sql, path)
    return whole, each


def _ours() -> Joined:
    return _joined(_asked()[0])


def _one_by_one() -> list[Joined]:
    return [_joined(path) for path in _asked()[1]]


def _joined(asked: Path) -> Joined:
    return join_features(asked, Path(_folder().name, "out.parquet"), _lake(), SHOP, now=datetime.now(UTC))


FIGURES = {"features_join_s": features_join_s}
