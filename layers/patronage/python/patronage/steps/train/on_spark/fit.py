"""Train what the gate chose on everything, and plan what is served of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.spark_learn.methods import Learner
from patronage.steps.train.drawn_windows import COUNTED
from patronage.steps.train.fit import keep_learnt, untrained
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.steps.train.on_spark.parts import count_customers, purchases_of
from patronage.steps.train.plan import plan_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from patronage.stores.objects import ObjectStore


def fit(run_id: str, model: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Train a method, with the settings that won, on all of the run's purchases, and keep what it learnt."""
    chosen, side = untrained(run_id, model, store), load_side(run_id, store)
    with purchases_of(run_id, store, spark) as purchases, Learner(purchases, side=side) as learner:
        return keep_learnt(run_id, model, learner.learn(chosen), store)


def plan(run_id: str, model: str, store: ObjectStore) -> dict[str, Any]:
    """Write what is popular, and list the shards, as the plan of every run does."""
    counted = load_interactions(run_id, store, of=COUNTED)
    return plan_of(run_id, model, counted, count_customers(run_id, store), store)
