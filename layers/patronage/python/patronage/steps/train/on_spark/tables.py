"""From the lake's tables to purchases in parts, and to what is counted over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import functions as sql

from patronage.engines.spark import SparkEngine
from patronage.engines.spark_learn.arrow import collected
from patronage.logic.queries import query
from patronage.logic.recommenders import Interactions
from patronage.logic.tags import side_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import show_live_segments
from patronage.steps.train.drawn_windows import COUNTED
from patronage.steps.train.inputs import save_interactions
from patronage.steps.train.on_spark.parts import write_counts, write_parts
from patronage.steps.train.tables import BESIDE_ORDERS, number
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from patronage.stores.lake import Lake

_BOUGHT = ("customer", "product", "day")
_GROUPS = ("country", "segment")


def interactions(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write who bought what on which day in parts, and how often what was bought by whom on which day.

    The latter counts by group: the customers of one country and one segment are one, and guests are in none.
    The engine that steps open must be Spark's (`opening`).

    Returns
    -------
    dict
        How many ``customers``, ``products`` and ``interactions`` there are.
    """
    manifest, store = Manifest.load(lake.store, run_id), lake.store
    with pinned_engine(manifest, lake, *BESIDE_ORDERS) as engine:
        if not isinstance(engine, SparkEngine):
            raise TypeError(f"the steps open a {type(engine).__name__}; let them open a SparkEngine")
        counts = number(run_id, engine, store)
        engine.table("bought", query("interactions"))
        show_live_segments(manifest, store, engine)
        engine.table("sides", query("customer_sides"))
        bought = engine.frame("bought").select(*(sql.col(name).cast("int") for name in _BOUGHT))
        groups = _groups(engine.frame("sides"))
        tags = [row.asDict() for row in groups.select(*_GROUPS).orderBy("number").collect()]
        counted = _counted(bought, engine.frame("sides"), groups, counts["products"])
        side = side_of(engine.rows(query("product_sides")), tags)
        write_parts(bought.where(sql.col("customer") >= 0), run_id, store)
    write_json(store, f"runs/{run_id}/features/side.json", side)
    save_interactions(run_id, store, counted, of=COUNTED)
    write_counts(run_id, store, counts)
    return {**counts, "interactions": int(counted.purchases().sum())}


def _groups(sides: DataFrame) -> DataFrame:
    """Give the groups numbers in the order of what they have in common."""
    different = sides.select(*_GROUPS).distinct().coalesce(1).sortWithinPartitions(*_GROUPS)
    return different.withColumn("number", sql.monotonically_increasing_id().cast("int")).localCheckpoint()


def _counted(bought: DataFrame, sides: DataFrame, groups: DataFrame, n_products: int) -> Interactions:
    same = [sql.col(f"sides.{name}").eqNullSafe(sql.col(f"groups.{name}")) for name in _GROUPS]
    of = sides.alias("sides").join(sql.broadcast(groups.alias("groups")), same).select("idx", "number")
    grouped = bought.join(of, bought["customer"] == of["idx"], "left")
    summed = grouped.groupBy(sql.coalesce("number", sql.lit(-1)).alias("number"), "product", "day").count()
    columns = collected(summed)
    order = np.lexsort((columns["product"], columns["day"], columns["number"]))
    return Interactions(
        customers=columns["number"][order].astype(np.int32),
        products=columns["product"][order].astype(np.int32),
        days=columns["day"][order].astype(np.int32),
        n_customers=groups.count(),
        n_products=n_products,
        counts=columns["count"][order].astype(np.int64),
    )
