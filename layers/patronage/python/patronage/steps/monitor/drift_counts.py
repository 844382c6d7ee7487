"""Count the columns of a table, so that two sides can be held against each other without their rows.

Numbers are counted in fine bins (`fine_bins`) and categories by value, all rows of them: nothing is sampled.
What is kept of a million customers are some thousand counts a column, and no id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.drift.categories import categories_beside
from patronage.logic.drift.fine_bins import fine_bin_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from patronage.engines.base import Engine


@dataclass(frozen=True)
class Side:
    """A column of one side.

    Parameters
    ----------
    rows, units : int
        All rows, and how many different orders or visits they are of.
    counts : mapping
        Of a number by bin the least value and how many rows; of a category by its name how many rows, and how
        many orders or visits they are of.
    known : int
        The rows with a value.
    """

    rows: int
    units: int
    known: int
    counts: Mapping[Any, Any]


def count_columns(
    engine: Engine, source: str, kinds: Mapping[str, str], *, unit: str | None = None
) -> dict[str, Side]:
    """Count columns of a table.

    Parameters
    ----------
    engine, source
        The engine, and the table or query in brackets that has the columns.
    kinds : mapping
        By column "number", "category" or "presence".
    unit : str, optional
        The column of what rows belong to; by default each stands alone.
    """
    units = "COUNT(*)" if unit is None else f"COUNT(DISTINCT {unit})"
    counted = engine.row(f"SELECT COUNT(*) AS n, {units} AS units FROM {source}")
    found = {name: _COUNTING[kind](engine, source, name, unit) for name, kind in kinds.items()}
    return {
        name: Side(counted["n"], counted["units"], known, counts) for name, (known, counts) in found.items()
    }


def held_together(
    kinds: Mapping[str, str], reference: Mapping[str, Side], current: Mapping[str, Side], *, prefix: str = ""
) -> list[dict[str, Any]]:
    """Lay both sides of each column beside each other, as `Column.from_mapping` reads them."""
    return [
        {
            "column": f"{prefix}{name}",
            "kind": kind,
            "rows": [side[name].rows for side in (reference, current)],
            "units": [side[name].units for side in (reference, current)],
            "missing": [side[name].rows - side[name].known for side in (reference, current)],
            "counts": _beside(kind, reference[name].counts, current[name].counts),
        }
        for name, kind in kinds.items()
    ]


def _numbers(
    engine: Engine, source: str, column: str, _unit: str | None
) -> tuple[int, dict[int, tuple[float, int]]]:
    rows = engine.rows(
        f"SELECT {fine_bin_sql('value')} AS bin, MIN(value) AS value, COUNT(*) AS n "
        f"FROM (SELECT CAST({column} AS DOUBLE) AS value FROM {source}) AS cells "
        "WHERE ISFINITE(value) GROUP BY 1"
    )
    return sum(row["n"] for row in rows), {row["bin"]: (row["value"], row["n"]) for row in rows}


def _categories(
    engine: Engine, source: str, column: str, unit: str | None
) -> tuple[int, dict[str, tuple[int, int]]]:
    units = "COUNT(*)" if unit is None else f"COUNT(DISTINCT {unit})"
    rows = engine.rows(
        f"SELECT CAST({column} AS VARCHAR) AS value, COUNT(*) AS n, {units} AS units FROM {source} "
        f"WHERE {column} IS NOT NULL GROUP BY 1"
    )
    return sum(row["n"] for row in rows), {row["value"]: (row["n"], row["units"]) for row in rows}


def _presence(engine: Engine, source: str, column: str, _unit: str | None) -> tuple[int, dict[str, int]]:
    return int(engine.row(f"SELECT COUNT({column}) AS n FROM {source}")["n"]), {}


_COUNTING: Mapping[str, Callable[[Engine, str, str, str | None], tuple[int, Mapping[Any, Any]]]] = {
    "number": _numbers,
    "category": _categories,
    "presence": _presence,
}


def _beside(kind: str, reference: Mapping[Any, Any], current: Mapping[Any, Any]) -> list[Sequence[Any]]:
    if kind == "presence":
        return []
    if kind == "category":
        before, now = ({name: n for name, (n, _) in side.items()} for side in (reference, current))
        return list(categories_beside(before, now, {name: units for name, (_, units) in reference.items()}))
    both = ((reference.get(each), current.get(each)) for each in sorted({*reference, *current}))
    # A bin is called by its least value of the reference: no label moves with what is held against it.
    return [((old or new or (0.0,))[0], old[1] if old else 0, new[1] if new else 0) for old, new in both]
