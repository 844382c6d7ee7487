"""Segmentation: the function over the lake's tables, and the machine that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from infra import asl
from infra.asl_spark import carried
from infra.functions import Common, Function
from infra.grants import READ_OBJECT, WRITE_OBJECT, on_items, on_listing, on_lock, on_objects
from infra.machines import Machine
from infra.names import LAKE_OBJECTS, RUN_OBJECTS, SEGMENT, SEGMENT_LEARN, SETTINGS_OBJECTS, pascal_case
from infra.spark import NO_SPARK, Spark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.grants import Grant
    from infra.names import FunctionSpec
    from infra.storage import Storage


class Segment(Construct):
    """Names every customer's segment, and publishes it."""

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
        self.function = build_tables_function(
            self,
            SEGMENT,
            storage=storage,
            common=common,
            grants=[
                on_objects(storage.lake, SETTINGS_OBJECTS, READ_OBJECT),
                on_lock(storage.serving, "segments"),
            ],
        )
        self.learn_function = build_learn_function(self, SEGMENT_LEARN, storage=storage, common=common)
        self.machine = Machine(
            self,
            "Segmentation",
            definition=definition(spark.job("segmentation")),
            functions=[self.function, self.learn_function, publish, *spark.functions],
            lake=storage.lake,
            names=spark.names,
            grants=spark.grants,
        )
        spark.tell(self.function)
        self.machine.let_follow(self.function, "states:DescribeExecution")


BRANCHES = (
    ("rfm", "stability", "journeys"),
    ("lifetime_histories", "lifetime"),
    ("cluster_features", "clusters"),
    ("lifecycle", "behaviour", "features"),
    ("cohorts", "cohorts_by_country", "totals", "sales", "sales_by_country"),
)
"""The steps that a run takes side by side, those of a branch one after the other."""
LEARNT = frozenset({"lifetime", "clusters"})


def definition(job: Mapping[str, asl.State] = {}) -> asl.State:
    """Write the segmentation machine; a Spark job, if given, carries what is too large for functions."""
    states = {
        "Pin": asl.pin(SEGMENT),
        **asl.choose_engine(then="Work", spark=carried(job, SEGMENT, then="GatePassed")),
        "Work": {
            "Type": "Parallel",
            "Branches": [_branch(steps) for steps in BRANCHES],
            "ResultPath": None,
            "Next": "Combine",
        },
        "Combine": asl.step(SEGMENT, "combine", then="Slices"),
        "Slices": asl.step(SEGMENT, "slices", then="Gate"),
        "Gate": asl.step(SEGMENT, "gate", keep=("publish", *asl.REASON, "shards_key"), then="GatePassed"),
        "GatePassed": asl.gate_passed(then="PublishShards"),
        **asl.publishing("segments", shards_key="$.gate.shards_key"),
    }
    return asl.machine("Segment customers and publish the segments.", start_at="Pin", states=states)


def _branch(steps: Sequence[str]) -> asl.State:
    names = [pascal_case(step) for step in steps]
    states = {
        name: asl.step(SEGMENT_LEARN if step in LEARNT else SEGMENT, step, then=following)
        for name, step, following in zip(names, steps, [*names[1:], ""], strict=True)
    }
    return {"StartAt": names[0], "States": states}


def build_learn_function(
    scope: Construct,
    spec: FunctionSpec,
    *,
    storage: Storage,
    common: Common,
    grants: Sequence[Grant] = (),
) -> Function:
    """Build a function that turns arrays below `runs/` into others."""
    return Function(
        scope,
        spec=spec,
        common=common,
        environment={"PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name},
        grants=[
            on_objects(storage.lake, RUN_OBJECTS, WRITE_OBJECT),
            on_listing(storage.lake),
            *grants,
        ],
    )


def build_tables_function(
    scope: Construct,
    spec: FunctionSpec,
    *,
    storage: Storage,
    common: Common,
    grants: Sequence[Grant] = (),
) -> Function:
    """Build a function that reads the lake's tables and writes below `runs/`.

    A run pins what is live, so that it knows from which segment customers move, and which model is champion.
    """
    return Function(
        scope,
        spec=spec,
        common=common,
        environment={
            "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
            "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
        },
        grants=[
            on_objects(storage.lake, LAKE_OBJECTS, READ_OBJECT),
            on_objects(storage.lake, RUN_OBJECTS, WRITE_OBJECT),
            on_listing(storage.lake),
            on_items(storage.serving, ("dynamodb:GetItem",)),
            *grants,
        ],
    )
