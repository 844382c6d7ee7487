"""One dashboard: runs, freshness, answers, uploads, and what they use; small enough to be free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alerts import FIVE_MINUTES
from infra.watch import api_metric
from patronage.logic.monitor.metrics import (
    AGING,
    DEGRADED,
    EVENTS_REFUSED,
    FALLBACK_SHARE,
    GENERATION_AGE,
    QUALITY_BREACHES,
    ROWS_READ,
    ROWS_REFUSED,
    RUN_COST,
    RUNS_FAILED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_sqs as sqs

    from infra.alerts import Alerts
    from infra.functions import Function
    from infra.machines import Machine

DAY = Duration.days(1)
WIDTH = 8
"""Of the 24 columns, so that three graphs stand side by side."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the dashboard shows; machines and functions by name."""

    alerts: Alerts
    machines: Mapping[str, Machine]
    functions: Mapping[str, Function]
    queue: sqs.Queue
    dead_letters: sqs.Queue
    serving: dynamodb.Table
    stream: str


class Dashboard(Construct):
    """What a data engineer looks at first, after `patronage status`."""

    def __init__(self, scope: Construct, construct_id: str, *, watched: Watched) -> None:
        super().__init__(scope, construct_id)
        self._watched = watched
        self._alerts = watched.alerts
        graphs = [*self._of_runs(), *self._of_answers(), *self._of_uploads(), *self._of_use()]
        shown = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.days(7))
        shown.add_widgets(
            cloudwatch.AlarmStatusWidget(alarms=watched.alerts.alarms, title="Alarms", width=24, height=3)
        )
        for start in range(0, len(graphs), 24 // WIDTH):
            shown.add_widgets(*graphs[start : start + 24 // WIDTH])

    def _of_runs(self) -> list[cloudwatch.GraphWidget]:
        own = self._alerts.metric
        failed = own(RUNS_FAILED, statistic="Sum", period=DAY).with_(label="failed")
        runs = own(RUNS_FAILED, statistic="SampleCount", period=DAY).with_(label="all")
        ages = [own(GENERATION_AGE, statistic="Maximum", period=DAY, family=each) for each in AGING]
        times = [
            _of_machine(machine, "ExecutionTime", "Maximum").with_(label=name)
            for name, machine in self._watched.machines.items()
        ]
        cost = own(RUN_COST, statistic="Sum", period=DAY).with_(label="USD a day")
        return [
            _graph("Runs a day", [runs, failed]),
            _graph("Milliseconds that a run took", times),
            _graph("Hours since what is live was published", ages),
            _graph("Cost of the runs", [cost]),
        ]

    def _of_answers(self) -> list[cloudwatch.GraphWidget]:
        def of(name: str, statistic: str) -> cloudwatch.Metric:
            return api_metric(self._alerts, name, statistic)

        own = self._alerts.metric
        errors = [
            function.function.metric_errors(period=FIVE_MINUTES).with_(label=name)
            for name, function in self._watched.functions.items()
        ]
        return [
            _graph("Requests", [of("Count", "Sum"), of("4XXError", "Sum"), of("5XXError", "Sum")]),
            _graph("Milliseconds until the answer", [of("Latency", "p50"), of("Latency", "p95")]),
            _graph("Errors of functions", errors),
            _graph("Percent of lookups that fell back", [own(FALLBACK_SHARE, statistic="Average")]),
            _graph("Lookups answered from memory", [own(DEGRADED, statistic="Sum")]),
        ]

    def _of_uploads(self) -> list[cloudwatch.GraphWidget]:
        own = self._alerts.metric
        rows = [own(each, statistic="Sum") for each in (ROWS_READ, ROWS_REFUSED, QUALITY_BREACHES)]
        events = [
            own(EVENTS_REFUSED, statistic="SampleCount").with_(label="all"),
            own(EVENTS_REFUSED, statistic="Sum").with_(label="refused"),
        ]
        waiting = [
            each.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum")
            for each in (self._watched.queue, self._watched.dead_letters)
        ]
        late = cloudwatch.Metric(
            namespace="AWS/Firehose",
            metric_name="DeliveryToS3.DataFreshness",
            dimensions_map={"DeliveryStreamName": self._watched.stream},
            statistic="Maximum",
            period=FIVE_MINUTES,
        )
        return [
            _graph("Rows of uploads", rows),
            _graph("Uploads that wait, and that were given up", waiting),
            _graph("Posted events", events),
            _graph("Seconds that events wait", [late]),
        ]

    def _of_use(self) -> list[cloudwatch.GraphWidget]:
        table = self._watched.serving
        return [
            _graph(
                "Units of the serving table",
                [
                    table.metric_consumed_read_capacity_units(period=FIVE_MINUTES),
                    table.metric_consumed_write_capacity_units(period=FIVE_MINUTES),
                ],
            ),
        ]


def _of_machine(machine: Machine, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/States",
        metric_name=name,
        dimensions_map={"StateMachineArn": machine.arn},
        statistic=statistic,
        period=DAY,
    )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=metrics, width=WIDTH, height=6)
