"""The states of the segmentation machine that learn, for shops that a function cannot hold.

Both read arrays of one row a customer on the driver. k-means goes over all customers on Spark; the number of
clusters is chosen on a sample, as everywhere. The models of purchases and money are fitted to how many
customers have the same history, which is little whatever their number, so they are fitted as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.spark_learn.kmeans import refining
from patronage.steps.segment import clusters as on_one_machine
from patronage.steps.segment.lifetime import lifetime as lifetime_of_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspark.sql import SparkSession

    from patronage.stores.objects import ObjectStore


def clusters(run_id: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Part the buyers into clusters, as the state of every run does."""
    return on_one_machine.clusters(run_id, store, refine=refining(spark))


def lifetime(run_id: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:  # noqa: ARG001
    """Forecast every buyer's purchases and money, as the state of every run does."""
    return lifetime_of_all(run_id, store)


LEARNT: Mapping[str, Callable[[str, ObjectStore, SparkSession], dict[str, Any]]] = {
    "lifetime": lifetime,
    "clusters": clusters,
}
"""By their names."""
