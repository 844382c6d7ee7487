"""One topic for people, and the few alarms that write to it.

One failure is one message: what is tried again by itself (a function of a run, an upload in the queue)
tells nobody before it is given up. Each alarm ends with the link to what to do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from patronage.logic.monitor.emf import NAMESPACE
from patronage.logic.monitor.metrics import FAMILY, RUNS_FAILED, STACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.monitor.metrics import Metric

FIVE_MINUTES = Duration.minutes(5)
RUNBOOKS = "docs/runbooks.md"
"""Where the runbooks are, unless the context `runbook_url` says otherwise."""


def anchor(name: str) -> str:
    """Return the anchor of an alarm's runbook: `UploadsGivenUp` has `uploads-given-up`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


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
    runbook_url : str
        The page of the runbooks, whose headings are the anchors.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, email: str, tls_only: bool, runbook_url: str = RUNBOOKS
    ) -> None:
        super().__init__(scope, construct_id)
        self._runbook_url = runbook_url
        self.alarms: list[cloudwatch.Alarm] = []
        self.topic = sns.Topic(self, "Topic", enforce_ssl=tls_only)
        self._let_alarms_publish()
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    @property
    def alarm_names(self) -> str:
        """The names of all alarms, with commas."""
        return Fn.join(",", [each.alarm_name for each in self.alarms])

    def runbook(self, name: str) -> str:
        """Return the link to the runbook of an alarm."""
        return f"{self._runbook_url}#{anchor(name)}"

    def metric(
        self, metric: Metric, *, statistic: str, period: Duration = FIVE_MINUTES, family: str = ""
    ) -> cloudwatch.Metric:
        """Return a metric of our own, of this stack."""
        of_family = {FAMILY: family} if family else {}
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric.name,
            dimensions_map={STACK: Stack.of(self).stack_name, **of_family},
            statistic=statistic,
            period=period,
        )

    def alarm(
        self,
        name: str,
        *,
        metric: cloudwatch.IMetric,
        description: str,
        least: float = 1,
        periods: int = 1,
        notify: bool = True,
        missing_is_bad: bool = False,
    ) -> None:
        """Raise an alarm while a metric stands at `least` or more, for some periods on end.

        Parameters
        ----------
        name : str
            In PascalCase; the runbook's heading has the same words.
        notify : bool
            Write to the topic; else the alarm is only shown.
        missing_is_bad : bool
            No value means trouble; else it means that all is well.
        """
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=least,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing.BREACHING if missing_is_bad else missing.NOT_BREACHING,
            alarm_description=f"{description} What to do: {self.runbook(name)}",
        )
        if notify:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)

    def watch_runs(self, state_machine_arns: Sequence[str]) -> None:
        """Send one message for each execution that fails, times out or is aborted."""
        rule = events.Rule(
            self,
            "FailedRuns",
            description=f"An execution that did not end well: one alert. {self.runbook(RUNS_FAILED.name)}",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": list(state_machine_arns),
                },
            ),
        )
        told = {
            "alert": "a run failed",
            "what_to_do": self.runbook(RUNS_FAILED.name),
            "detail": {
                name: events.EventField.from_path(f"$.detail.{name}")
                for name in ("name", "status", "executionArn", "stateMachineArn")
            },
        }
        rule.add_target(targets.SnsTopic(self.topic, message=events.RuleTargetInput.from_object(told)))

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
