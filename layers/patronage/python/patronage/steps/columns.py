"""Hand aligned columns to an engine, and tables to files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.queries import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine


def hold(engine: DuckEngine, name: str, columns: Mapping[str, Any]) -> None:
    """Keep aligned columns, arrays or lists of texts, as a table with `row_number`, from 0."""
    arrays = {
        key: values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
        for key, values in columns.items()
    }
    count = len(next(iter(arrays.values())))
    engine.stream(name, {"row_number": np.arange(count), **arrays})


def write(engine: DuckEngine, name: str, path: Path) -> int:
    """Write a table as a Parquet or CSV file, as its ending says, and return how many rows it has."""
    if path.suffix == ".parquet":
        engine.parquet(f"FROM {name}", path)
    else:
        engine.csv(f"SELECT {_as_text(engine, name)} FROM {name}", path)
    return int(engine.row(f"SELECT COUNT(*) AS n FROM {name}")["n"])


def _as_text(engine: DuckEngine, name: str) -> str:
    """Write times as ISO 8601 in UTC, whatever the zone of the engine."""
    return ", ".join(
        f"strftime({column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS {column}"
        if row["column_type"] == "TIMESTAMP WITH TIME ZONE"
        else column
        for row in engine.rows(f"DESCRIBE {name}")
        for column in [identifier(row["column_name"])]
    )
