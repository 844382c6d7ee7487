"""Training: from the lake's tables to arrays, from arrays to models, and the machine that runs both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from infra import asl
from infra.asl_spark import carried
from infra.functions import Common, Function
from infra.grants import READ_OBJECT, WRITE_OBJECT, Grant, allow, on_lock, on_objects
from infra.machines import Machine
from infra.names import ENGINE_OBJECT, MODEL_OBJECTS, TRAIN, TRAIN_TABLES
from infra.segment import build_learn_function, build_tables_function
from infra.spark import NO_SPARK, Spark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.storage import Storage

MODELS_AT_ONCE = 4


class Train(Construct):
    """Learns recommendations, and publishes those of the model that won."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        publish: Function,
        spark: Spark = NO_SPARK,
    ) -> None:
        super().__init__(scope, construct_id)
        self.tables_function = build_tables_function(
            self,
            TRAIN_TABLES,
            storage=storage,
            common=common,
            grants=[
                Grant(statement=allow(READ_OBJECT, storage.lake.arn_for_objects(ENGINE_OBJECT))),
                on_lock(storage.serving, "recommendations"),
            ],
        )
        self.function = build_learn_function(
            self,
            TRAIN,
            storage=storage,
            common=common,
            grants=[on_objects(storage.lake, MODEL_OBJECTS, WRITE_OBJECT)],
        )
        self.machine = Machine(
            self,
            "Training",
            definition=definition(spark.job("training")),
            functions=[self.tables_function, self.function, publish, *spark.functions],
            lake=storage.lake,
            names=spark.names,
            grants=spark.grants,
        )
        spark.tell(self.tables_function)
        self.machine.let_follow(self.tables_function, "states:DescribeExecution")


def definition(job: Mapping[str, asl.State] = {}) -> asl.State:
    """Write the training machine; a Spark job, if given, carries what is too large for functions."""
    job_gate = {"JobGatePassed": asl.gate_passed(then="PublishShards")}
    on_spark = carried(job, TRAIN, then="JobGatePassed", besides=job_gate)
    states = {
        "Pin": asl.pin(TRAIN_TABLES),
        **asl.choose_engine(then="Interactions", spark=on_spark),
        "Interactions": asl.step(TRAIN_TABLES, "interactions", keep=("interactions",), then="AnyInteraction"),
        "AnyInteraction": {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": "$.interactions.interactions",
                    "NumericGreaterThan": 0,
                    "Next": "Candidates",
                }
            ],
            "Default": "NothingToDo",
        },
        "Candidates": asl.step(TRAIN, "candidates", keep=("models",), then="EvaluateEach"),
        # A method that fails is left out and recorded; the others go on.
        "EvaluateEach": _each_model("Evaluate", "$.candidates.models", then="Blend", may_fail=True),
        "Blend": asl.step(TRAIN, "blend", then="Gate"),
        "Gate": asl.step(TRAIN, "gate", keep=("publish", *asl.REASON, "model", "parts"), then="GatePassed"),
        "GatePassed": asl.gate_passed(then="FitEach"),
        "FitEach": _each_model("Fit", "$.gate.parts", then="Plan"),
        "Plan": asl.step(
            TRAIN, "plan", model="$.gate.model", keep=("lists_key", "shards_key"), then="ListEach"
        ),
        "ListEach": asl.each_shard(
            "ListEach", _make_lists(), run="$$.Execution.Name", key="$.plan.lists_key", then="PublishShards"
        ),
        **asl.publishing("recommendations", shards_key="$.plan.shards_key"),
    }
    return asl.machine("Train, compare and publish recommendations.", start_at="Pin", states=states)


def _each_model(name: str, models: str, *, then: str, may_fail: bool = False) -> asl.State:
    """Take a step for each model of a list, one method a call."""
    task = asl.step(TRAIN, name.lower(), model="$.model")
    states = {name: task}
    if may_fail:
        task["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "LeftOut"}]
        states["LeftOut"] = {"Type": "Pass", "End": True}
    return {
        "Type": "Map",
        "ItemsPath": models,
        "ItemSelector": asl.paths({"model": "$$.Map.Item.Value.model"}),
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": name,
            "States": states,
        },
        "MaxConcurrency": MODELS_AT_ONCE,
        "ResultPath": None,
        **asl.follow(then),
    }


def _make_lists() -> asl.States:
    lists = asl.step(TRAIN, "lists", run_id="$.run_id", shard="$.shard", then="ToParquet")
    parquet = asl.step(TRAIN_TABLES, "parquet", run_id="$.run_id", shard="$.shard")
    return {
        "Lists": lists,
        "ToParquet": {**parquet, "ResultSelector": {}, "ResultPath": "$"},
    }
