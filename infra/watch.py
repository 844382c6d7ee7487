"""The alarms that no single construct has: runs, freshness, answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.names import STAGE
from patronage.logic.monitor.metrics import FALLBACK_SHARE, GENERATION_AGE, RUNS_FAILED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.alerts import Alerts

STALE_DAYS = 3
RECOMMENDATIONS_LAST = 5
"""How many times as long recommendations hold: a run is due each week, and published where it is better."""
SLOW_MS = 2_000
"""A cold start alone takes about half of it."""
MOST_FALLBACKS_PERCENT = 90


def watch(alerts: Alerts, *, stale_days: int = STALE_DAYS) -> None:
    """Watch runs, the age of what is live, and how the API answers."""
    _watch_runs(alerts)
    _watch_generations(alerts, {"segments": stale_days, "recommendations": RECOMMENDATIONS_LAST * stale_days})
    _watch_answers(alerts)


def api_metric(alerts: Alerts, name: str, statistic: str) -> cloudwatch.Metric:
    """Return what API Gateway counts of the stage."""
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiName": Stack.of(alerts).stack_name, "Stage": STAGE},
        statistic=statistic,
        period=Duration.minutes(5),
    )


def _watch_runs(alerts: Alerts) -> None:
    alerts.alarm(
        RUNS_FAILED.name,
        metric=alerts.metric(RUNS_FAILED, statistic="Sum", period=Duration.days(1)),
        description="A run failed within the last day; the message about that run was the alert.",
        notify=False,
    )


def _watch_generations(alerts: Alerts, stale_days: Mapping[str, int]) -> None:
    for family, days in stale_days.items():
        alerts.alarm(
            f"Stale{family.capitalize()}",
            metric=alerts.metric(GENERATION_AGE, statistic="Maximum", period=Duration.days(1), family=family),
            least=24 * max(1, days - 1),  # it is measured once a day, and the second time a day later
            periods=2,
            missing_is_bad=True,
            description=f"The live {family} are over {days} days old, or nothing measured it for two days.",
        )


def _watch_answers(alerts: Alerts) -> None:
    alerts.alarm(
        "ServerErrors",
        metric=api_metric(alerts, "5XXError", "Sum"),
        description="The API answered 5xx; the access logs name the route.",
    )
    alerts.alarm(
        "SlowAnswers",
        metric=api_metric(alerts, "Latency", "p95"),
        least=SLOW_MS,
        periods=3,
        description=f"One answer in twenty took {SLOW_MS / 1000:.0f} s or more for a quarter of an hour.",
    )
    alerts.alarm(
        "Fallbacks",
        metric=alerts.metric(FALLBACK_SHARE, statistic="Average", period=Duration.hours(1)),
        least=MOST_FALLBACKS_PERCENT,
        periods=3,
        description=(
            f"For three hours {MOST_FALLBACKS_PERCENT} % of the customers and visits that are known got "
            "nothing of their own."
        ),
    )
