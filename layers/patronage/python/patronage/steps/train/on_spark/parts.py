"""A run's purchases in parts: an `.npz` file a shard of customers, read and written by Spark's workers.

Workers read and write through the store, which goes to them with the work: so it is the same on a laptop and
on a cluster, and Spark needs no file system of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import functions as sql

from patronage.engines.spark_learn.arrow import columns_of, table_of
from patronage.engines.spark_learn.purchases import Purchases
from patronage.errors import NotFound
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.recommendation_shards import ROWS_PER_SHARD, USERS, shard_name
from patronage.steps.train.drawn_windows import COUNTED, DRAWN
from patronage.steps.train.inputs import load_interactions
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame, SparkSession

    from patronage.stores.objects import ObjectStore

_COLUMNS = ("customer", "product", "day")
_SCHEMA = "customer int, product int, day int"
_PARTS_A_CORE = 4
"""Spark tasks by the parallelism: enough that a long one at the end is no great part."""


def write_parts(frame: DataFrame, run_id: str, store: ObjectStore) -> int:
    """Write the purchases of named customers, those of a part by customer, day and product; count them.

    Parameters
    ----------
    frame : DataFrame
        ``customer``, from 0, ``product`` and ``day``, all int.
    run_id, store
        Whose, and where to.
    """

    def write(table: pa.Table) -> pa.Table:
        columns = columns_of(table.select(list(_COLUMNS)))
        order = np.lexsort((columns["product"], columns["day"], columns["customer"]))
        key = _key(run_id, shard_name(USERS, int(columns["customer"][0])))
        save_arrays(store, key, {name: values[order] for name, values in columns.items()})
        return table_of({"rows": np.array([len(order)])})

    parted = frame.withColumn("part", sql.floor(sql.col("customer") / ROWS_PER_SHARD)).groupBy("part")
    ((rows,),) = parted.applyInArrow(write, schema="rows long").agg(sql.sum("rows")).collect()
    return int(rows or 0)


def read_parts(run_id: str, store: ObjectStore, spark: SparkSession) -> DataFrame:
    """Return all purchases of named customers: ``customer``, ``product`` and ``day``."""
    keys = store.keys(_key(run_id, "").removesuffix(".npz"))

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for key in batch.column(0).to_pylist():
                yield from table_of(load_arrays(store, key)).to_batches()

    return distributed(keys, "key", spark).mapInArrow(read, schema=_SCHEMA)


def read_part(run_id: str, shard: str, store: ObjectStore) -> dict[str, NDArray[np.int32]]:
    """Return the purchases of a shard's customers; none where they bought nothing that counts."""
    try:
        return load_arrays(store, _key(run_id, shard))
    except NotFound:
        return {name: np.zeros(0, dtype=np.int32) for name in _COLUMNS}


@contextmanager
def purchases_of(run_id: str, store: ObjectStore, spark: SparkSession) -> Iterator[Purchases]:
    """Open what a run learns from; Spark holds its parts until the end."""
    frame = read_parts(run_id, store, spark).persist()
    try:
        yield Purchases(
            frame=frame,
            counted=load_interactions(run_id, store, of=COUNTED),
            drawn=load_interactions(run_id, store, of=DRAWN),
        )
    finally:
        frame.unpersist()


def write_counts(run_id: str, store: ObjectStore, counts: Mapping[str, int]) -> None:
    """Write how many ``customers`` and ``products`` there are."""
    write_json(store, _counts_key(run_id), counts)


def count_customers(run_id: str, store: ObjectStore) -> int:
    """Say how many customers there are."""
    return int(read_json(store, _counts_key(run_id))["customers"])


def distributed(texts: list[str], name: str, spark: SparkSession) -> DataFrame:
    """Return a frame of one column of texts, spread over as many tasks as keep the workers busy."""
    tasks = max(1, min(len(texts), _PARTS_A_CORE * spark.sparkContext.defaultParallelism))
    frame = spark.createDataFrame([(text,) for text in texts], f"{name} string")
    return frame.repartition(tasks)


def _counts_key(run_id: str) -> str:
    return f"runs/{run_id}/features/counts.json"


def _key(run_id: str, shard: str) -> str:
    return f"runs/{run_id}/features/purchases/{shard}.npz"
