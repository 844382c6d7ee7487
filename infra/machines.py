"""A state machine with a role of its own, its logs, and its daily schedule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Aws, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.asl import State, at_most
from infra.grants import READ_OBJECT, Grant, allow, logical_id_of, on_objects
from infra.nag import acknowledge
from infra.names import RUN_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_s3 as s3

    from infra.functions import Function

DELIVER_LOGS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
TRACE = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a machine starts by itself."""

    cron: str
    timezone: str
    is_on: bool


class Machine(Construct):
    """A Standard state machine over functions of this stack.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    definition : State
        Its states.
    functions : sequence of Function
        The functions that they call.
    schedule : Schedule, optional
        When it starts by itself.
    lake : Bucket, optional
        Where a run keeps its shards and tells what came of it; a machine without it calls functions only.
    names : mapping, optional
        Further placeholders of the definition.
    grants : sequence of Grant
        What it may do besides.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        definition: State,
        functions: Sequence[Function],
        schedule: Schedule | None = None,
        lake: s3.Bucket | None = None,
        names: Mapping[str, str] | None = None,
        grants: Sequence[Grant] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self._lake = lake
        self._names = dict(names or {})
        self._grants = grants
        self.log_group = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        if at_once := self.node.try_get_context("at_once"):
            definition = at_most(int(at_once), definition)
        self.role = self._build_role(functions)
        self.machine = self._build_machine(f"{construct_id}StateMachine", definition, functions)
        self._labels = [state["Label"] for state in definition["States"].values() if "Label" in state]
        self._let_maps_start_children()
        if schedule:
            self._start_by(schedule)

    @property
    def arn(self) -> str:
        """ARN of the state machine."""
        return self.machine.attr_arn

    def _build_role(self, functions: Sequence[Function]) -> iam.Role:
        calls = allow(["lambda:InvokeFunction"], *(each.function.function_arn for each in functions))
        runs = self._run_grants(self._lake) if self._lake else []
        grants = [Grant(statement=calls), *runs, *self._grants]
        service = [allow(DELIVER_LOGS, "*"), allow(TRACE, "*")]
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={
                "Work": iam.PolicyDocument(statements=[grant.statement for grant in grants]),
                "Observe": iam.PolicyDocument(statements=service),
            },
        )
        for grant in grants:
            grant.acknowledge_on(role)
        acknowledge(
            role,
            "IAM5[Resource::*]",
            "Only the log delivery and X-Ray actions, which Step Functions calls for its own logs and traces "
            "and which IAM cannot limit to a resource; the statements name every action.",
        )
        return role

    def _run_grants(self, lake: s3.Bucket) -> list[Grant]:
        bus = Stack.of(self).format_arn(service="events", resource="event-bus", resource_name="default")
        return [
            on_objects(lake, RUN_OBJECTS, READ_OBJECT),
            Grant(statement=allow(["events:PutEvents"], bus)),
        ]

    def _build_machine(
        self, name: str, definition: State, functions: Sequence[Function]
    ) -> sfn.CfnStateMachine:
        names = {each.spec.logical_id: each.function.function_arn for each in functions} | self._names
        if self._lake:
            names["LakeBucket"] = self._lake.bucket_name
        machine = sfn.CfnStateMachine(
            self,
            "Machine",
            role_arn=self.role.role_arn,
            state_machine_type="STANDARD",
            definition_string=json.dumps(definition),
            definition_substitutions=names,
            logging_configuration=sfn.CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=False,
                destinations=[
                    sfn.CfnStateMachine.LogDestinationProperty(
                        cloud_watch_logs_log_group=sfn.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=self.log_group.log_group_arn
                        )
                    )
                ],
            ),
            tracing_configuration=sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        machine.override_logical_id(name)
        return machine

    def _let_maps_start_children(self) -> None:
        """Let a distributed Map start and follow its child executions, and no others."""
        if not self._labels:
            return
        grants = [Grant(statement=allow(["states:StartExecution"], self.arn))]
        for label in self._labels:
            grants += self._follow_children(label)
        policy = iam.Policy(
            self, "Children", roles=[self.role], statements=[grant.statement for grant in grants]
        )
        for grant in grants:
            grant.acknowledge_on(policy)

    def _follow_children(self, label: str) -> list[Grant]:
        actions = ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"]
        reason = "Step Functions names child executions itself; the Map's label is the narrowest prefix."
        return [self._on_executions(f"/{label}", actions, reason)]

    def let_follow(self, function: Function, *actions: str, with_children: bool = False) -> None:
        """Let a function look at the executions, and with children read what their Maps started.

        In a policy of its own, for the machine calls the function, whose role must be there first.
        """
        reason = "Whoever starts an execution names it; the machine is the narrowest prefix."
        grants = [self._on_executions("", actions, reason)]
        for label in self._labels if with_children else ():
            reason = (
                "Step Functions names Map runs and their children; the Map's label is the narrowest prefix."
            )
            grants += [
                self._on_executions(f"/{label}", ["states:GetExecutionHistory"], reason),
                self._on_executions(f"/{label}", ["states:ListExecutions"], reason, resource="mapRun"),
            ]
        policy = iam.Policy(
            self,
            f"{function.spec.logical_id}Follows",
            roles=[function.role],
            statements=[grant.statement for grant in grants],
        )
        for grant in grants:
            grant.acknowledge_on(policy)

    def _on_executions(
        self, label: str, actions: Sequence[str], reason: str, *, resource: str = "execution"
    ) -> Grant:
        arn = Stack.of(self).format_arn(
            service="states",
            resource=resource,
            resource_name=f"{self.machine.attr_name}{label}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        finding = (
            f"IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:{resource}:"
            f"<{logical_id_of(self.machine)}.Name>{label}:*]"
        )
        return Grant(statement=allow(actions, arn), finding=finding, reason=reason)

    def _start_by(self, schedule: Schedule) -> None:
        role = iam.Role(
            self,
            "ScheduleRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            inline_policies={
                "Start": iam.PolicyDocument(statements=[allow(["states:StartExecution"], self.arn)])
            },
        )
        scheduler.CfnSchedule(
            self,
            "Daily",
            description="Start a run each day, in the shop's time zone.",
            schedule_expression=f"cron({schedule.cron})",
            schedule_expression_timezone=schedule.timezone,
            state="ENABLED" if schedule.is_on else "DISABLED",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.arn,
                role_arn=role.role_arn,
                input="{}",
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=10
                ),
            ),
        )
