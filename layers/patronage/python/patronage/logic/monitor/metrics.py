"""The metrics of our own, few enough to be free: the first ten of an account are.

What AWS counts anyway (executions, their time, errors, latency) is not counted again. What would only tell
the same by table or rule stands in the log line beside the metric, where CloudWatch Logs Insights finds it.
"""

from __future__ import annotations

from typing import NamedTuple

STACK, FAMILY = "stack", "family"
"""The dimensions: the stack keeps two of one account apart."""

AGING = ("segments", "recommendations")
"""The families whose generations may grow old."""


class Metric(NamedTuple):
    """A metric: its name, its unit as CloudWatch spells it, and of which families there is one each."""

    name: str
    unit: str
    families: tuple[str, ...] = ()


FALLBACK_SHARE = Metric("FallbackShare", "Percent")
"""0 or 100 a lookup for somebody who is known: 100 where nothing of theirs or of their visit came first."""
DEGRADED = Metric("Degraded", "Count")
"""1 a lookup that was answered from memory because the serving table could not be read, else 0."""
EVENTS_REFUSED = Metric("EventsRefused", "Count")
"""1 an event that was refused, else 0: the sum are the refused, the number of samples all."""
ROWS_READ = Metric("RowsRead", "Count")
"""Rows of an upload that were read."""
ROWS_REFUSED = Metric("RowsRefused", "Count")
"""Rows of an upload that break a rule of their table."""
QUALITY_BREACHES = Metric("QualityBreaches", "Count")
"""Rules of severity alarm that an upload breaks."""
GENERATION_AGE = Metric("GenerationAgeHours", "None", AGING)
"""How long ago the live generation of a family was published, once a day."""
RUNS_FAILED = Metric("RunsFailed", "Count")
"""1 an execution that did not end well, else 0: the number of samples are all."""
RUN_COST = Metric("RunCost", "None")
"""What an execution cost, in USD."""

METRICS = (
    FALLBACK_SHARE,
    DEGRADED,
    EVENTS_REFUSED,
    ROWS_READ,
    ROWS_REFUSED,
    QUALITY_BREACHES,
    GENERATION_AGE,
    RUNS_FAILED,
    RUN_COST,
)
MOST_METRICS = 10
"""Custom metrics of a stack at most; each costs USD 0.30 a month beyond the account's first ten."""


def metrics_count() -> int:
    """Return how many metrics CloudWatch bills: one for each name and set of dimensions."""
    return sum(max(1, len(each.families)) for each in METRICS)
