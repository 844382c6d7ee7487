"""k-means over all rows by Spark's MLlib, from given centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.mllib.clustering import KMeans, KMeansModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

    from patronage.logic.segments.clusters._scaling import Numbers

_ITERATIONS, _TOLERANCE = 300, 1e-4
"""As scikit-learn has them."""
_ROWS_A_PART = 50_000


def refining(spark: SparkSession) -> Callable[[Numbers, Numbers], Numbers]:
    """Return what carries k-means on from given centres over all rows, on Spark."""

    def refined(rows: Numbers, centres: Numbers) -> Numbers:
        parts = np.array_split(rows, max(1, len(rows) // _ROWS_A_PART))
        points = spark.sparkContext.parallelize(parts, len(parts)).flatMap(list).cache()
        try:
            fitted = KMeans.train(
                points,
                len(centres),
                maxIterations=_ITERATIONS,
                epsilon=_TOLERANCE,
                initialModel=KMeansModel(list(centres)),
            )
        finally:
            points.unpersist()
        return np.array(fitted.clusterCenters)

    return refined
