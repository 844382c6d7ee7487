"""Make the shards of lists on Spark's workers: a task reads what was learnt once for all of its shards."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.engines.spark_learn.arrow import table_of
from patronage.logic.recommenders import Interactions
from patronage.steps.recommendation_shards import USERS, shard_name
from patronage.steps.train.drawn_windows import COUNTED
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.learnt import Learnt
from patronage.steps.train.lists import make_lists
from patronage.steps.train.on_spark.parts import count_customers, distributed, read_part
from patronage.steps.train.parquet import to_parquet
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from pyspark.sql import SparkSession

    from patronage.logic.recommenders.interactions import Histories, Ids
    from patronage.stores.objects import ObjectStore


class LearntInParts(Learnt):
    """What a run on Spark learnt: of purchases it reads those of the customers that it is asked for.

    The models know nobody by number, so that every customer is to them who bought this and that.
    """

    @cached_property
    def interactions(self) -> Interactions:
        """What was bought on which day, counted by groups of customers."""
        return load_interactions(self.run_id, self.store, of=COUNTED)

    @cached_property
    def n_customers(self) -> int:
        """How many customers there are."""
        return count_customers(self.run_id, self.store)

    def customers(self, start: int, stop: int) -> tuple[Ids, Histories]:
        """Return a range of the customers that there are, by their indices, and what they bought."""
        customers = np.arange(start, min(stop, self.n_customers), dtype=np.int32)
        part = read_part(self.run_id, shard_name(USERS, start), self.store)
        whole = self.interactions
        bought = Interactions(
            part["customer"] - np.int32(start), part["product"], part["day"], len(customers), whole.n_products
        )
        now = int(whole.days.max(initial=0)) + 1
        histories = bought.histories(now=now)
        histories.customers[:] = -1
        return customers, histories


def lists(run_id: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Make every shard that the plan lists, as `make_lists` makes one.

    Returns
    -------
    dict
        How many ``shards`` and ``rows`` they have.
    """

    def make() -> Callable[[str], int]:
        learnt = LearntInParts(run_id, store)
        return lambda shard: int(make_lists(run_id, shard, store, learnt=learnt)["rows"])

    return _on_workers(make, run_id, store, spark)


def parquet(run_id: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Turn every shard of lists into Parquet, as `to_parquet` turns one."""

    def turn() -> Callable[[str], int]:
        return lambda shard: len(to_parquet(run_id, shard, store))

    return _on_workers(turn, run_id, store, spark)


def _on_workers(
    prepare: Callable[[], Callable[[str], int]], run_id: str, store: ObjectStore, spark: SparkSession
) -> dict[str, Any]:
    """Let tasks work on the shards of a run, each prepared once; a task that fails is repeated."""
    shards = [each["shard"] for each in read_json(store, f"runs/{run_id}/recommendations/lists.json")]

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        on_shard = prepare()
        for batch in batches:
            done = [on_shard(shard) for shard in batch.column(0).to_pylist()]
            yield from table_of({"rows": np.array(done, dtype=np.int64)}).to_batches()

    done = distributed(shards, "shard", spark).mapInArrow(work, schema="rows long")
    ((rows,),) = done.agg({"rows": "sum"}).collect()
    return {"shards": len(shards), "rows": int(rows or 0)}
