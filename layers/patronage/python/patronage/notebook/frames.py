"""Queries and documents as pandas DataFrames, each kind of value the same way everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.logic.queries import identifier
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from patronage.local.lakes import OpenLake

TEXT, WHOLE, NUMBER, CLAIM = "string", "Int64", "float64", "boolean"
DAY, INSTANT = "datetime64[us]", "datetime64[us, UTC]"
"""The types of columns; all of them know absent values."""

_TYPES = {
    "VARCHAR": TEXT,
    "ENUM": TEXT,
    "BOOLEAN": CLAIM,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), WHOLE),
    "HUGEINT": WHOLE,
    "FLOAT": NUMBER,
    "DOUBLE": NUMBER,
    "DECIMAL": NUMBER,
    "DATE": DAY,
}
"""The type of a column by DuckDB's; those that are not named here come as DuckDB gives them."""


def lake_frame(opened: OpenLake, sql: str, **parameters: object) -> pd.DataFrame:
    """Run a query over the lake's tables as they stand; a table that nothing was ingested into is empty.

    Raises
    ------
    BadInput
        The query does not run.
    """
    with DuckEngine(opened.shop) as engine:
        for name, table in TABLES.items():
            snapshot = opened.lake.snapshot(name)
            if snapshot.version < 0:
                engine.show_none(name, {column.name: column.type for column in table.columns})
            else:
                engine.scan(name, snapshot.files())
        return _framed(engine, sql, parameters)


def run_frame(opened: OpenLake, keys: Sequence[str], sql: str, **parameters: object) -> pd.DataFrame:
    """Run a query ``FROM found`` over Parquet files of a run."""
    with DuckEngine(opened.shop) as engine:
        engine.scan("found", [opened.lake.store.staged(key) for key in keys])
        return _framed(engine, sql, parameters)


def rows_frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Lay out documents in named columns.

    Parameters
    ----------
    rows : iterable of mapping
        What a row lacks of the columns is absent in the frame; a row may hold more.
    columns : mapping
        The type of each of the frame's columns: `TEXT`, `WHOLE`, `NUMBER`, `CLAIM`, `DAY` or `INSTANT`.
    """
    import pandas as pd

    listed = list(rows)
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in listed], dtype=type_) for name, type_ in columns.items()}
    )


def typed(type_: str, *names: str) -> dict[str, str]:
    """Return the type of each of some columns, all of one."""
    return dict.fromkeys(names, type_)


def _framed(engine: DuckEngine, sql: str, parameters: Mapping[str, object]) -> pd.DataFrame:
    """Run a query; each column gets the one type that stands for its type in the engine."""
    given = dict(parameters) or None
    try:
        described = engine.connection.execute(f"DESCRIBE {sql}", given).fetchall()
        if any(type_ == "HUGEINT" for _, type_, *_ in described):  # a sum of integers; pandas would round it
            cells = [_narrowed(name, type_) for name, type_, *_ in described]
            sql = f"SELECT {', '.join(cells)} FROM ({sql})"
        frame = engine.connection.execute(sql, given).df()
    except duckdb.Error as exc:
        raise BadInput(f"the query does not run: {exc}") from exc
    for place, (_, type_, *_) in enumerate(described):
        column = frame.iloc[:, place]
        if type_ == "TIMESTAMP WITH TIME ZONE":
            frame.isetitem(place, column.dt.tz_convert("UTC"))
        elif wanted := _TYPES.get(type_.partition("(")[0]):
            frame.isetitem(place, column.astype(wanted))
    return frame


def _narrowed(name: str, type_: str) -> str:
    column = identifier(name)
    return f"CAST({column} AS BIGINT) AS {column}" if type_ == "HUGEINT" else column
