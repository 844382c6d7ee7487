"""DuckDB: embedded, spills to disk, one process."""

from __future__ import annotations

import os
from array import array
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import duckdb
from arro3.core import Array as ArrowArray
from arro3.core import DataType, Table

from patronage.engines import databases
from patronage.engines.arrow_numbers import gather_stream
from patronage.engines.clock import clock_changes, day_sql
from patronage.logic.formulas import harmless_sql
from patronage.logic.parts import Part
from patronage.logic.queries import identifier, literal
from patronage.logic.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from patronage.logic.arrays import Array
    from patronage.settings import Shop


_MOST_WORDS = 1000
"""Above so many different texts in a column, Parquet's dictionary costs more to make than it saves."""
_TYPES = {"i": "INTEGER", "q": "BIGINT", "f": "FLOAT", "d": "DOUBLE"}
"""By the typecodes of arrays."""
_QUICK_YEARS = (2005, 2036)
"""The first and last year whose days are cut without asking the zone; each more makes a query longer."""


class DuckSession:
    """An `Engine` over a DuckDB connection."""

    reads_in_place = False

    def __init__(self, connection: duckdb.DuckDBPyConnection, shop: Shop, *, path: Sequence[str]) -> None:
        self.connection = connection
        self._shop = shop
        self._path = path
        self._prepared: dict[str, str] = {}
        connection.execute(f"SET search_path = '{','.join(path)}'")
        connection.execute(f"SET TimeZone = '{shop.timezone}'")

    def session(self) -> DuckSession:
        """Open another connection to the database, for another thread; temporary tables are its own."""
        return DuckSession(self.connection.cursor(), self._shop, path=self._path)

    def scan(self, name: str, files: Sequence[Path | str]) -> None:
        listed = ", ".join(literal(str(file)) for file in files)
        by_name = ", union_by_name = true" if len(files) > 1 else ""  # older files may lack columns
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM read_parquet([{listed}]{by_name})")

    def table(self, name: str, sql: str, **parameters: object) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}", parameters or None)

    def temporary(self, name: str, sql: str, **parameters: object) -> None:
        """Run a query and keep its result under a name that only this session sees."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", parameters or None)

    def hold(self, name: str, sql: str, *, shown: str = "*", **parameters: object) -> None:
        """Run a query and hold its rows in memory under a name that only this session sees.

        A table would also gather statistics of each column, which costs a third more. What the client
        gets of a statement that is no SELECT are rows, and those can be queried.

        Parameters
        ----------
        name : str
            Under which they are seen; the query may read what it held before.
        sql : str
            The query.
        shown : str
            The columns that are seen, as a list of SELECT over those that are held.
        **parameters
            The query's; those that it does not have are passed over.
        """
        named = {key: value for key, value in parameters.items() if f"${key}" in sql}
        given = ", ".join(f"{key} := {literal(str(value))}" for key, value in named.items())
        if self._prepared.get(name) != sql:  # planned anew each time, but parsed once
            self.connection.execute(f"PREPARE {name}_rows AS {sql}")
            self._prepared[name] = sql
        rows = self.connection.sql(f"EXECUTE {name}_rows{f'({given})' if given else ''}")
        self.connection.register(f"{name}_held", rows)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {shown} FROM {name}_held")

    def view(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {sql}")

    def drop(self, name: str) -> None:
        try:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")
        except duckdb.CatalogException:  # it is a view
            self.connection.execute(f"DROP VIEW {name}")

    def show_none(self, name: str, columns: Mapping[str, str]) -> None:
        empty = ", ".join(f"CAST(NULL AS {type_}) AS {column}" for column, type_ in columns.items())
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {empty} WHERE FALSE")

    def run(self, sql: str) -> None:
        """Run a statement that gives nothing."""
        self.connection.execute(sql)

    def columns(self, name: str) -> dict[str, str]:
        described = self.connection.execute(f"DESCRIBE {name}").fetchall()
        return {column: type_ for column, type_, *_ in described}

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

    def numbers(self, sql: str, typecodes: Mapping[str, str]) -> dict[str, array[Any]]:
        typed = ", ".join(f"CAST({name} AS {_TYPES[code]}) AS {name}" for name, code in typecodes.items())
        return gather_stream(typecodes, self.connection.sql(f"SELECT {typed} FROM ({sql})"))

    def parquet(self, sql: str, path: Path) -> None:
        self._copy(sql, path, "FORMAT parquet, COMPRESSION snappy")

    def csv(self, sql: str, path: Path) -> None:
        """Write a query's rows as CSV, in which no text is a formula to a spreadsheet."""
        columns = ", ".join(
            f"{harmless_sql(name)} AS {name}" if type_ == "VARCHAR" else name
            for column, type_ in self.columns(sql).items()
            for name in [identifier(column)]
        )
        self._copy(f"SELECT {columns} FROM ({sql})", path, "FORMAT csv, HEADER")

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return a query as a relation, which Delta Lake takes as an Arrow stream."""
        return self.connection.sql(sql)

    def stream(self, name: str, source: object) -> None:
        """Keep an Arrow stream (any object with `__arrow_c_stream__`) as a table."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM source")

    def arrays(self, name: str, columns: Mapping[str, Array]) -> None:
        flat: dict[str, array[Any]] = {}
        for key, values in columns.items():
            width = values.shape[1] if len(values.shape) > 1 else 1
            for place in range(width):
                taken = array(values.values.format, values.values[place::width])
                flat[key if width == 1 else f"{key}_{place}"] = taken
        flat["idx"] = array("i", range(len(next(iter(flat.values()), ()))))
        self.stream(name, Table.from_pydict({key: _arrow(each) for key, each in flat.items()}))
        numbers = ", ".join(
            f"CASE WHEN NOT ISNAN({key}) THEN {key} END AS {key}" if each.typecode in "fd" else key
            for key, each in flat.items()
        )
        self.table(name, f"SELECT {numbers} FROM {name}")

    def append(self, name: str, columns: Mapping[str, object]) -> None:
        """Append aligned NumPy arrays, by column name, to a table."""
        self.connection.execute(f"INSERT INTO {name} BY NAME FROM columns")

    def part(self, sql: str, path: Path, **parameters: object) -> Part:
        """Run a query and write its result as a Parquet part of a lake table."""
        options = f"FORMAT parquet, COMPRESSION snappy, RETURN_STATS, DICTIONARY_SIZE_LIMIT {_MOST_WORDS}"
        copy = f"COPY ({sql}) TO {literal(str(path))} ({options})"
        ((_, rows, size, _, columns, *_),) = self.connection.execute(copy, parameters or None).fetchall()
        stats = {name.removeprefix('"').removesuffix('"'): values for name, values in columns.items()}
        return Part(path=path, rows=rows, size=size, columns=stats)

    def _copy(self, sql: str, path: Path, options: str) -> None:
        self.connection.execute(f"COPY ({sql}) TO {literal(str(path))} ({options})")


class DuckEngine(DuckSession):
    """An in-memory DuckDB database that spills to a temporary folder.

    Parameters
    ----------
    shop : Shop
        Gives the zone in which days are cut and the digits of the currency's minor unit.
    memory_limit : str, optional
        DuckDB's own limit, such as ``2GB``. By default three fifths of a Lambda's memory (Delta Lake and
        Python need the rest), elsewhere what DuckDB takes: four fifths of the machine's.
    threads : int, optional
        How many threads a query takes; by default all of the machine's, or what an open engine has set.
    """

    def __init__(self, shop: Shop, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        self._duck = databases.running(memory_limit or _share_of_lambda())
        about = (shop.timezone, shop.minor_digits)
        definitions = databases.defined(self._duck, about, lambda connection: _definitions(shop, connection))
        self._name = databases.new_name()
        self._sets_threads = False
        connection = self._duck.connection.cursor()
        databases.attach(connection, self._name)
        try:
            super().__init__(connection, shop, path=(self._name, definitions))
            if threads is not None:
                self.use_threads(threads)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> DuckEngine:
        return self

    def __exit__(self, *_: object) -> None:
        # A fault within DuckDB ends all of it, and is what the caller must hear of.
        with closing(self.connection), suppress(duckdb.FatalException):
            if self._sets_threads:
                self.connection.execute("RESET threads")
            databases.detach(self.connection, self._name)
        self._duck.give_back()

    def use_threads(self, count: int) -> None:
        """Set how many threads a query takes, of other open engines too, until this one is closed."""
        self._sets_threads = True
        self.connection.execute(f"SET threads = {count}")


def _arrow(values: array[Any]) -> ArrowArray:
    """Give the numbers to Arrow, which takes no buffer without any."""
    if len(values):
        return ArrowArray.from_buffer(values)
    types = {"i": DataType.int32(), "q": DataType.int64(), "f": DataType.float32(), "d": DataType.float64()}
    return ArrowArray([], type=types[values.typecode])


def _definitions(shop: Shop, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Write what cuts days and money, and tells rows apart, the same way on every engine."""
    first, last = _QUICK_YEARS
    changes = clock_changes(connection, shop.timezone, first=first, last=last)
    unit = 10**shop.minor_digits
    return (
        f"CREATE MACRO shop_day(ts) AS {day_sql('ts', changes, zone=shop.timezone)}",
        f"CREATE MACRO to_minor(amount) AS CAST(round_even(amount, {shop.minor_digits}) * {unit} AS BIGINT)",
        "CREATE MACRO row_key(a, b) AS hash(a, b), (a, b, c, d) AS hash(a, b, c, d)",
        f"CREATE TYPE order_kind AS ENUM ({', '.join(map(literal, KINDS))})",
    )


def _share_of_lambda() -> str | None:
    """Return DuckDB's part of the memory of the Lambda that this runs in; None elsewhere."""
    megabytes = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return f"{int(megabytes) * 3 // 5}MB" if megabytes else None
