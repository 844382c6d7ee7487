"""Monitoring: what has changed, what recommendations earned, and whether anything is made anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import asl
from infra.asl_spark import carried
from infra.functions import Common, Function
from infra.grants import READ_OBJECT, WRITE_OBJECT, Grant, allow, on_lock, on_objects
from infra.machines import Machine, Schedule
from infra.names import (
    FUNCTIONS,
    MODEL_OBJECTS,
    MONITOR,
    MONITOR_LEARN,
    MONITOR_OBJECTS,
    SETTINGS_OBJECTS,
    pascal_case,
)
from infra.segment import build_learn_function, build_tables_function
from infra.spark import NO_SPARK, Spark
from patronage.logic.monitor.measures import LEARNT, MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.storage import Storage

ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
DECIDED = (
    *("segments", "recommendations", "segments_run", "recommendations_run"),
    *("alert", "says", "publish", *asl.REASON, "shards_key"),
)


class Monitor(Construct):
    """Watches the shop's data and models each day, and starts the runs that are due.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    storage, common, publish
        As elsewhere in the stack.
    schedule : Schedule
        When it starts by itself.
    retrained : mapping
        The machine of each family, "segments" and "recommendations".
    spark : Spark, optional
        What carries a run that is too large for functions.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        publish: Function,
        schedule: Schedule,
        retrained: Mapping[str, Machine],
        spark: Spark = NO_SPARK,
    ) -> None:
        super().__init__(scope, construct_id)
        self._on_aws = common.on_aws
        self.function = build_tables_function(
            self,
            MONITOR,
            storage=storage,
            common=common,
            grants=[
                on_objects(storage.lake, SETTINGS_OBJECTS, READ_OBJECT),
                on_objects(storage.lake, MODEL_OBJECTS, READ_OBJECT),
                on_objects(storage.lake, MONITOR_OBJECTS, WRITE_OBJECT),
                on_lock(storage.serving, "monitoring"),
                *spark.reads,
            ],
        )
        self.learn_function = build_learn_function(self, MONITOR_LEARN, storage=storage, common=common)
        topic = common.alerts.topic.topic_arn
        machines = {f"{pascal_case(family)}Machine": machine.arn for family, machine in retrained.items()}
        self.machine = Machine(
            self,
            "Monitoring",
            definition=definition(spark.job("monitoring")),
            functions=[self.function, self.learn_function, publish, *spark.functions],
            lake=storage.lake,
            schedule=schedule,
            names={**machines, "AlertTopic": topic, **spark.names},
            grants=[
                Grant(statement=allow(["states:StartExecution"], *machines.values())),
                Grant(statement=allow(["sns:Publish"], topic)),
                *spark.grants,
            ],
        )
        spark.tell(self.function)

    def keep_ends(self, machines: Mapping[str, Machine]) -> None:
        """Keep in the lake how each execution of some machines ended, under the names that they are given."""
        memory = {f"{spec.logical_id}Function": spec.memory_mb for spec in FUNCTIONS}
        self.function.function.add_environment("PATRONAGE_MEMORY_MB", json.dumps(memory))
        for name, machine in machines.items():
            if not self._on_aws:
                # MiniStack takes no Map run's ARN from a request, and so asks whether all may be listed.
                self.function.role.add_to_policy(allow(["states:ListExecutions"], "*"))
            actions = ("states:DescribeExecution", "states:GetExecutionHistory", "states:ListMapRuns")
            machine.let_follow(self.function, *actions, with_children=True)
            rule = events.Rule(
                self,
                f"{name.capitalize()}Ended",
                description=f"An execution of {name} ended: keep how.",
                event_pattern=events.EventPattern(
                    source=["aws.states"],
                    detail_type=["Step Functions Execution Status Change"],
                    detail={"status": list(ENDED), "stateMachineArn": [machine.arn]},
                ),
            )
            request = {
                "step": "ended",
                "machine": name,
                "run_id": events.EventField.from_path("$.detail.name"),
                "execution": events.EventField.from_path("$.detail.executionArn"),
            }
            rule.add_target(
                targets.LambdaFunction(
                    self.function.function, event=events.RuleTargetInput.from_object(request)
                )
            )


def definition(job: Mapping[str, asl.State] = {}) -> asl.State:
    """Write the monitoring machine; a Spark job, if given, measures what is too large for functions.

    Where the input says ``wait_seconds``, it waits first, so that many uploads share one run. A measure that
    fails stops no other; the decision names it, and a person is told.
    """
    waits = {"Variable": "$.wait_seconds", "IsPresent": True, "Next": "WaitForMore"}
    states: asl.States = {
        "AnyWait": {"Type": "Choice", "Choices": [waits], "Default": "Pin"},
        "WaitForMore": {"Type": "Wait", "SecondsPath": "$.wait_seconds", "Next": "Pin"},
        "Pin": asl.pin(MONITOR),
        **asl.choose_engine(
            then="Measure", spark=carried(job, MONITOR, then="Decide", answers=("measured",))
        ),
        "Measure": {
            "Type": "Parallel",
            "Branches": [_measure(name, steps) for name, steps in MEASURES.items()],
            "ResultPath": "$.measured",
            "Next": "Decide",
        },
        "Decide": asl.step(MONITOR, "decide", measured="$.measured", keep=DECIDED, then="PublishShards"),
        **asl.publishing(
            "monitoring", shards_key="$.decide.shards_key", then="RetrainSegments", gate="$.decide"
        ),
        **_retrain("segments", then="RetrainRecommendations"),
        **_retrain("recommendations", then="AnythingToTell"),
        "AnythingToTell": _where("$.decide.alert", then="Alert", otherwise="Notify"),
        "Alert": _tell(),
    }
    return asl.machine(
        "Watch data, models and experiments, and retrain what is due.", start_at="AnyWait", states=states
    )


def _measure(measure: str, steps: Sequence[str]) -> asl.State:
    names = [pascal_case(step) for step in steps]
    done, failed = f"{pascal_case(measure)}Measured", f"{pascal_case(measure)}Failed"
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": failed}]
    states = {
        name: {
            **asl.step(MONITOR_LEARN if step in LEARNT else MONITOR, step, then=following),
            "Catch": caught,
        }
        for name, step, following in zip(names, steps, [*names[1:], done], strict=True)
    }
    states[done] = {"Type": "Pass", "Parameters": {"measure": measure}, "End": True}
    failure = {"measure": measure, "failure.$": "$.failure"}
    states[failed] = {"Type": "Pass", "Parameters": failure, "End": True}
    return {"StartAt": names[0], "States": states}


def _retrain(family: str, *, then: str) -> asl.States:
    name = pascal_case(family)
    return {
        f"Retrain{name}": _where(f"$.decide.{family}", then=f"Start{name}", otherwise=then),
        f"Start{name}": asl.start_run(f"{name}Machine", name=f"$.decide.{family}_run", then=then),
    }


def _where(path: str, *, then: str, otherwise: str) -> asl.State:
    holds = {"Variable": path, "BooleanEquals": True, "Next": then}
    return {"Type": "Choice", "Choices": [holds], "Default": otherwise}


def _tell() -> asl.State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {
            "TopicArn": "${AlertTopic}",
            "Subject": "Patronage: something has changed",
            "Message.$": "$.decide.says",
        },
        "Retry": asl.RETRY,
        "ResultPath": None,
        "Next": "Notify",
    }
