"""How tests of shop exports read a public file by themselves, ingest it, and ask the lake."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING, Any

import duckdb

from patronage.steps.ingest import Upload, ingest
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.lake import Lake


def records(path: Path) -> Iterator[dict[str, str]]:
    """Read a CSV file with the standard library."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(io.StringIO(content.decode(), newline=""))


def taken_in(path: Path, lake: Lake, shop: Shop) -> dict[str, Any]:
    """Ingest a file whose key does not say its table."""
    upload = Upload(path=path, key=f"uploads/{path.name}", version="1", last_modified=NOW)
    return ingest(upload, lake, shop, now=NOW)


def rows(lake: Lake, table: str, query: str) -> list[tuple[Any, ...]]:
    """Query a table of the lake as `t`."""
    files = [str(path) for path in lake.snapshot(table).files()]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.sql(f"WITH t AS (FROM read_parquet({files})) {query}").fetchall()
