"""A Parquet file that is to become part of a lake table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Part:
    """A Parquet file on this machine.

    Parameters
    ----------
    path : Path
        Where it lies.
    rows, size : int
        Its rows and bytes.
    columns : mapping
        Column to what Parquet holds of it as text: ``min``, ``max``, ``null_count``, ``min_is_exact``, …
    """

    path: Path
    rows: int
    size: int
    columns: Mapping[str, Mapping[str, str]]

    def bounds(self, column: str) -> tuple[str, str] | None:
        """Return the least and greatest text of a column, or what bounds them; None where all are null."""
        stats = self.columns.get(column, {})
        if "min" not in stats:
            return None
        exact = stats.get("max_is_exact", "true") == "true"
        return stats["min"], stats["max"] if exact else stats["max"] + chr(0x10FFFF)

    def exact_bounds(self, column: str) -> tuple[str, str] | None:
        """Return the least and greatest text of a column; None where Parquet holds only their beginnings."""
        stats = self.columns.get(column, {})
        marks = (stats.get("min_is_exact", "true"), stats.get("max_is_exact", "true"))
        return (stats["min"], stats["max"]) if "min" in stats and marks == ("true", "true") else None

    def nulls(self, column: str) -> int:
        """Return how many rows have no value in a column."""
        return int(self.columns.get(column, {}).get("null_count", self.rows))
