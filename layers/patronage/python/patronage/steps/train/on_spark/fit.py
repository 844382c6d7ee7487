"""Train what the gate chose on everything, and plan what is served of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.engines.spark_learn.methods import Learner
from patronage.engines.spark_learn.purchases import Purchases
from patronage.logic.recommenders.candidates import CANDIDATES
from patronage.steps.train.drawn_windows import DRAWN
from patronage.steps.train.fit import keep_learnt
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.steps.train.on_spark.parts import read_parts
from patronage.steps.train.plan import plan_of
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from patronage.stores.objects import ObjectStore


def fit(run_id: str, model: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:
    """Train a method, with the settings that won, on all of the run's purchases, and keep what it learnt."""
    settings = None
    if model in CANDIDATES:
        settings = read_json(store, f"runs/{run_id}/metrics/{model}.json")["settings"]
    frame = read_parts(run_id, store, spark).persist()
    purchases = Purchases(
        frame=frame,
        counted=load_interactions(run_id, store, of="counted"),
        drawn=load_interactions(run_id, store, of=DRAWN),
    )
    learner = Learner(purchases, side=load_side(run_id, store))
    try:
        return keep_learnt(run_id, model, learner.learn(model, settings), store)
    finally:
        learner.forget()
        frame.unpersist()


def plan(run_id: str, model: str, store: ObjectStore, spark: SparkSession) -> dict[str, Any]:  # noqa: ARG001
    """Write what is popular, and list the shards, as the plan of every run does."""
    counted = load_interactions(run_id, store, of="counted")
    n_customers = read_json(store, f"runs/{run_id}/features/counts.json")["customers"]
    return plan_of(run_id, model, counted, n_customers, store)
