"""One topic for people, and the few alarms that write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_lambda as lambda_

    from infra.names import FunctionSpec

FIVE_MINUTES = Duration.minutes(5)


class Alerts(Construct):
    """What tells a person that something needs one.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    email : str
        Address to subscribe to the topic; empty for none.
    tls_only : bool
        Refuse plain HTTP.
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str, tls_only: bool) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=tls_only)
        self._let_alarms_publish()
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def _let_alarms_publish(self) -> None:
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AllowAlarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )

    def alarm(
        self,
        name: str,
        *,
        metric: cloudwatch.IMetric,
        description: str,
        notify: bool = True,
        least: float = 1,
    ) -> None:
        """Raise an alarm while a metric stands at `least` or more; missing values mean that all is well."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=least,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        if notify:
            alarm.add_alarm_action(actions.SnsAction(self.topic))

    def watch_function(self, function: lambda_.Function, spec: FunctionSpec) -> None:
        """Raise an alarm on a function's errors.

        A function of a run is retried by its state machine and writes to nobody: the failed
        execution is the one alert.
        """
        self.alarm(
            f"{spec.logical_id}Errors",
            metric=function.metric_errors(period=FIVE_MINUTES),
            description=f"The function {spec.name} failed; its log group says why.",
            notify=not spec.in_a_run,
        )

    def watch_runs(self, state_machine_arns: Sequence[str]) -> None:
        """Raise one alert for each execution that fails, times out or is aborted."""
        rule = events.Rule(
            self,
            "FailedRuns",
            description="An execution that did not end well: one alert.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": list(state_machine_arns),
                },
            ),
        )
        rule.add_target(targets.SnsTopic(self.topic))
