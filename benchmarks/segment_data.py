"""What the figures of segmentation are measured on: a lake of 10 million order lines by 1 million customers.

It is written straight by DuckDB, as ingest would leave it, once in a process that measures.
"""

from __future__ import annotations

import contextlib
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine
from patronage.errors import TryAgain
from patronage.logic.tables import TABLES
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from patronage.logic.parts import Part

LINES = 10_000_000
CUSTOMERS = 1_000_000
SHOP = Shop(currency="GBP", timezone="Europe/London")
NOW = datetime(2026, 1, 10, tzinfo=UTC)
RUN = "bench"
"""The run that is pinned to the lake."""

_LINES_AN_ORDER = 3
_FILES = 8
_DAYS = 1095
_SQL = """
SELECT
    printf('%09d', 100000000 + o) AS order_id,
    CAST(i % {per_order} + 1 AS VARCHAR) AS line,
    printf('C%07d', CASE WHEN o < {customers} THEN o * 7919 % {customers}
        ELSE CAST(FLOOR({customers} * POW((hash(o) % 1000003) / 1000003.0, 2)) AS BIGINT) END) AS customer_id,
    printf('SKU-%05d', hash(i) % 20000) AS product_id,
    1 + hash(i + 1) % 5 AS quantity,
    (hash(i + 2) % 20000) / 100.0 AS unit_price,
    'GBP' AS currency,
    CASE WHEN hash(o + 3) % 20 = 0 THEN -1 ELSE 1 END * CAST(hash(i + 2) % 20000 AS BIGINT) AS net_minor,
    CASE WHEN hash(o + 3) % 20 = 0 THEN 'refund' ELSE 'sale' END AS kind,
    make_timestamptz({start} + CAST(hash(o + 5) % ({days} * 86400) AS BIGINT) * 1000000) AS ordered_at,
    ['United Kingdom', 'Germany', 'France', 'EIRE'][1 + CAST(hash(o) % 4 AS INTEGER)] AS country,
    ['web', 'app', 'shop'][1 + CAST(hash(o + 1) % 3 AS INTEGER)] AS channel,
    TRUE AS has_line_id,
    TIMESTAMPTZ '2026-01-10 00:00:00+00' AS received_at,
    'raw/orders/lines.csv' AS object_key,
    '0123456789abcdef0123456789abcdef' AS object_id
FROM (SELECT i, i // {per_order} AS o FROM range({first}, {last}) AS lines(i))
"""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="patronage-bench-")


@cache
def large_lake() -> Lake:
    """Return the lake, with the run `RUN` pinned to it; it goes with the process."""
    lake = lake_of(Path(_folder().name), files=_FILES)
    pin(RUN, "segments", lake, SHOP, now=NOW)
    return lake


def lake_of(root: Path, *, files: int) -> Lake:
    """Make a lake whose orders lie in so many files."""
    lake = Lake(FolderStore(root))
    with DuckEngine(SHOP) as engine:
        parts = [_part(number, files, engine, root) for number in range(files)]
    report = {"object": "bench", "content": "bench", "rules_number": 1}
    with contextlib.suppress(TryAgain):  # the first commit only makes the table
        lake.snapshot("orders").commit([], report=report)
    lake.snapshot("orders").commit(parts, report=report)
    return lake


def order_files() -> list[str]:
    """Return the Parquet files of the lake's orders, for a peer to read."""
    return [str(path) for path in large_lake().snapshot("orders").files()]


def _part(number: int, files: int, engine: DuckEngine, root: Path) -> Part:
    first, last = (LINES * each // files for each in (number, number + 1))
    start = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
    rows = _SQL.format(
        first=first, last=last, per_order=_LINES_AN_ORDER, customers=CUSTOMERS, start=start, days=_DAYS
    )
    filled = [column.name for column in TABLES["orders"].columns if f" AS {column.name}" in _SQL]
    columns = ", ".join(
        f"CAST({column.name if column.name in filled else 'NULL'} AS {column.type}) AS {column.name}"
        for column in TABLES["orders"].columns
    )
    return engine.part(f"SELECT {columns} FROM ({rows})", root / f"part-{number}.parquet")
