"""CloudWatch's embedded metric format: metrics that a function writes as one line of its log.

The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.monitor.metrics import Metric

NAMESPACE = "Patronage"
MOST_VALUES = 100
"""The most values of one metric in a line."""


def embedded(
    values: Mapping[Metric, Sequence[float]],
    *,
    dimensions: Mapping[str, str],
    at_ms: int,
    properties: Mapping[str, Any] | None = None,
) -> str:
    """Write metrics as a line of JSON.

    Parameters
    ----------
    values : mapping
        Up to a hundred values of each metric; CloudWatch keeps sum, count, least and greatest of them.
    dimensions : mapping
        What keeps the metrics apart from others of the same name; all of them together are one set.
    at_ms : int
        When it was so, in milliseconds since 1970.
    properties : mapping, optional
        What stands beside them in the log and is no metric, so that it costs none.
    """
    about = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": metric.name, "Unit": metric.unit} for metric in values],
    }
    line = {
        "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [about]},
        **(properties or {}),
        **dimensions,
        **{metric.name: _plain(each) for metric, each in values.items()},
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _plain(values: Sequence[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else list(values)
