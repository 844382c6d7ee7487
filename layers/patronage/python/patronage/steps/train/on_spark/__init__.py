"""The states of the training machine on Spark: the same files and records as those on one machine.

Purchases lie in parts, one a shard of customers, and each state reads those it needs; what it counts over all
of them is small. A state that is repeated writes the same.
"""

from __future__ import annotations

from patronage.steps.train.on_spark.evaluate import blend, candidates, evaluate
from patronage.steps.train.on_spark.fit import fit, plan
from patronage.steps.train.on_spark.lists import lists, parquet
from patronage.steps.train.on_spark.tables import interactions

__all__ = ["blend", "candidates", "evaluate", "fit", "interactions", "lists", "parquet", "plan"]
