"""Spark: the same statements over many machines, or over the cores of this one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from patronage.engines.spark_sql import translated
from patronage.logic.arrays import gather

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspark.sql import DataFrame

    from patronage.logic.arrays import Array
    from patronage.settings import Shop

LOCAL = {
    "spark.master": "local[*]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss8m",  # the plan of MLlib's ALS grows with its iterations
}
"""What suits the cores of one machine."""

UNCOMPILED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""Statements are interpreted: to compile one takes longer than to run it over few rows."""

SMALL = {
    **LOCAL,
    **UNCOMPILED,
    "spark.master": "local[1]",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    # The JVM, too, compiles little, and keeps it: what is compiled for many statements fills the usual cache.
    "spark.driver.extraJavaOptions": (
        "-Xss8m -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -Xmn256m"
    ),
}
"""What suits few rows and many statements, as of a demo."""
SMALL_ROWS = 20_000

_OWN = {
    # As DuckDB has them: what overflows or cannot be cast is an error, and the zone is the shop's.
    "spark.sql.ansi.enabled": "true",
}
_DUCK_TYPES = {"string": "VARCHAR", "int": "INTEGER", "timestamp": "TIMESTAMP WITH TIME ZONE"}
_SPARK_TYPES = {"VARCHAR": "STRING", "TIMESTAMPTZ": "TIMESTAMP", "ORDER_KIND": "STRING"}


def on_this_machine(rows: int) -> Mapping[str, str]:
    """Return the settings that suit so many rows on one machine."""
    return SMALL if rows <= SMALL_ROWS else LOCAL


def session(settings: Mapping[str, str] | None = None) -> SparkSession:
    """Return the Spark session of this process, started where there is none.

    Parameters
    ----------
    settings : mapping, optional
        Spark's own, by their names; by default `LOCAL`.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers see the packages that this process sees
    builder = SparkSession.builder.appName("patronage")
    for name, value in (LOCAL if settings is None else settings).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class SparkEngine:
    """An `Engine` over a Spark session of its own names and settings.

    Parameters
    ----------
    shop : Shop
        Gives the zone in which days are cut and the digits of the currency's minor unit.
    spark : SparkSession, optional
        The session of the process; by default one on the cores of this machine.
    reads_in_place : bool
        Whether every executor opens the addresses of the store, such as ``s3://…``; else files are staged on
        this machine first, which only a session on one machine reads.
    """

    def __init__(
        self, shop: Shop, *, spark: SparkSession | None = None, reads_in_place: bool = False
    ) -> None:
        self.reads_in_place = reads_in_place
        self._spark = (spark or session()).newSession()
        for name, value in {**_OWN, "spark.sql.session.timeZone": shop.timezone}.items():
            self._spark.conf.set(name, value)
        self._minor_digits = shop.minor_digits
        self._shown: set[str] = set()

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._shown):
            self.drop(name)

    def frame(self, name: str) -> DataFrame:
        """Return what is seen under a name as a DataFrame of this engine's session."""
        return self._spark.table(name)

    def show(self, name: str, frame: DataFrame) -> None:
        """Give a DataFrame of this engine's session a name; it is run anew by each query that reads it."""
        frame.createOrReplaceTempView(name)
        self._shown.add(name)

    def scan(self, name: str, files: Sequence[Path | str]) -> None:
        read = self._spark.read.option("mergeSchema", "true" if len(files) > 1 else "false")
        self.show(name, read.parquet(*map(str, files)))

    def table(self, name: str, sql: str, **parameters: object) -> None:
        self.show(name, self._query(sql, parameters).localCheckpoint(eager=False))

    def view(self, name: str, sql: str) -> None:
        self.show(name, self._query(sql, {}))

    def drop(self, name: str) -> None:
        self._spark.catalog.dropTempView(name)
        self._shown.discard(name)

    def show_none(self, name: str, columns: Mapping[str, str]) -> None:
        schema = ", ".join(
            f"`{column}` {_SPARK_TYPES.get(type_.upper(), type_)}" for column, type_ in columns.items()
        )
        self.show(name, self._spark.createDataFrame([], schema))

    def arrays(self, name: str, columns: Mapping[str, Array]) -> None:
        flat: dict[str, Any] = {}
        for key, values in columns.items():
            whole = np.frombuffer(values.values, dtype=values.values.format).reshape(values.shape)
            if whole.ndim == 1:
                flat[key] = whole
            else:
                width = whole.shape[1]
                flat |= {key if width == 1 else f"{key}_{place}": whole[:, place] for place in range(width)}
        flat["idx"] = np.arange(len(next(iter(flat.values()), ())), dtype=np.int32)
        made = pa.table({key: pa.array(values, from_pandas=True) for key, values in flat.items()})
        self.show(name, self._spark.createDataFrame(made))

    def columns(self, name: str) -> dict[str, str]:
        types = {field.name: field.dataType.simpleString() for field in self.frame(name).schema.fields}
        return {column: _DUCK_TYPES.get(type_, type_.upper()) for column, type_ in types.items()}

    def row(self, sql: str, **parameters: object) -> dict[str, Any]:
        (found,) = self.rows(sql, **parameters)
        return found

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._query(sql, parameters).toArrow().to_pylist()
        return found

    def chunks(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        for batch in _batches(self._query(sql, {})):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))

    def numbers(self, sql: str, typecodes: Mapping[str, str]) -> dict[str, array[Any]]:
        return gather(typecodes, self.chunks(f"SELECT {', '.join(typecodes)} FROM ({sql}) AS numbers"))

    def parquet(self, sql: str, path: Path) -> None:
        """Run a query and write its result as one file, partition by partition, on this machine.

        Where a query has an order, its partitions have it, too.
        """
        frame = self._query(sql, {})
        named = frame.limit(0).toArrow().schema
        schema = pa.schema([field.with_nullable(True).remove_metadata() for field in named])
        with pq.ParquetWriter(path, schema, compression="snappy", store_schema=False) as writer:
            for batch in _batches(frame):
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))

    def _query(self, sql: str, parameters: Mapping[str, object]) -> DataFrame:
        written = translated(sql, self._minor_digits)
        return self._spark.sql(written, args=dict(parameters) or None)


def _batches(frame: DataFrame) -> Iterator[pa.RecordBatch]:
    """Give a result as Arrow's batches, in its order; the driver holds one partition at a time."""
    for row in frame.mapInArrow(_packed, "batch binary").toLocalIterator(prefetchPartitions=True):
        yield from pa.ipc.open_stream(row.batch)


def _packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write each batch as Arrow's stream, as one cell; the executors run this."""
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        yield pa.RecordBatch.from_pydict({"batch": [sink.getvalue().to_pybytes()]})
