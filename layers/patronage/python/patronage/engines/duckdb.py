"""DuckDB: embedded, spills to disk, one process."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

import duckdb

from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from patronage.settings import Shop


class DuckEngine:
    """An `Engine` over an in-memory DuckDB database that spills to a temporary folder.

    Parameters
    ----------
    shop : Shop
        Gives the zone in which days are cut and the digits of the currency's minor unit.
    memory_limit : str, optional
        DuckDB's own limit, such as ``2GB``. By default three fifths of a Lambda's memory (Delta Lake and
        Python need the rest), elsewhere what DuckDB takes: four fifths of the machine's.
    """

    def __init__(self, shop: Shop, *, memory_limit: str | None = None) -> None:
        memory_limit = memory_limit or _share_of_lambda()
        self._spill = tempfile.TemporaryDirectory(prefix="patronage-duckdb-")
        self.connection = duckdb.connect(config={"temp_directory": self._spill.name})
        self.connection.execute(f"SET TimeZone = '{shop.timezone}'")
        if memory_limit is not None:
            self.connection.execute(f"SET memory_limit = '{memory_limit}'")
        self.connection.execute(f"CREATE MACRO shop_day(ts) AS CAST(timezone('{shop.timezone}', ts) AS DATE)")
        self.connection.execute(
            "CREATE MACRO to_minor(amount) AS "
            f"CAST(round_even(amount, {shop.minor_digits}) * {10**shop.minor_digits} AS BIGINT)"
        )

    def __enter__(self) -> DuckEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self._spill.cleanup()

    def scan(self, name: str, files: Sequence[Path]) -> None:
        listed = ", ".join(literal(str(file)) for file in files)
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM read_parquet([{listed}])")

    def table(self, name: str, sql: str, **parameters: object) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}", parameters or None)

    def row(self, sql: str, **parameters: object) -> dict[str, Any]:
        (found,) = self.rows(sql, **parameters)
        return found

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def chunks(self, sql: str, *, size: int = 100_000) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.connection.execute(sql)
        while chunk := cursor.fetchmany(size):
            yield chunk

    def parquet(self, sql: str, path: Path) -> None:
        self._copy(sql, path, "FORMAT parquet, COMPRESSION snappy")

    def csv(self, sql: str, path: Path) -> None:
        self._copy(sql, path, "FORMAT csv, HEADER")

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return a query as a relation, which Delta Lake takes as an Arrow stream."""
        return self.connection.sql(sql)

    def stream(self, name: str, source: object) -> None:
        """Keep an Arrow stream (any object with `__arrow_c_stream__`) as a table."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM source")

    def append(self, name: str, columns: Mapping[str, object]) -> None:
        """Append aligned NumPy arrays, by column name, to a table."""
        self.connection.execute(f"INSERT INTO {name} BY NAME FROM columns")

    def _copy(self, sql: str, path: Path, options: str) -> None:
        self.connection.execute(f"COPY ({sql}) TO {literal(str(path))} ({options})")


def _share_of_lambda() -> str | None:
    """Return DuckDB's part of the memory of the Lambda that this runs in; None elsewhere."""
    megabytes = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return f"{int(megabytes) * 3 // 5}MB" if megabytes else None
