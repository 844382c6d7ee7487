"""What ingest tells CloudWatch: one line of the embedded metric format a metric, in the function's log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from collections.abc import Mapping

BREACHES = "QualityBreaches"
"""By severity, which the alarm watches; and by table and rule, for a person who asks which."""


def count_upload(report: Mapping[str, Any], *, function_name: str) -> None:
    """Count an upload's rows and the quality rules that it breaks.

    Parameters
    ----------
    report : mapping
        The upload's report.
    function_name : str
        Of the Lambda; keeps the metrics of two stacks in one account apart.
    """
    stack = {"function_name": function_name}
    if "read" not in report:
        return
    if again := report.get("erased_customers_again"):
        _count("ErasedCustomersAgain", again, stack)
    of_table = {**stack, "table": report["table"]}
    _count("RowsRead", report["read"], of_table)
    _count("RowsRefused", report["refused"], of_table)
    breaches = report.get("quality", {}).get("breaches", [])
    for severity, count in Counter(each["severity"] for each in breaches).items():
        _count(BREACHES, count, {**stack, "severity": severity})
    for rule, count in Counter(each["rule"] for each in breaches).items():
        _count(BREACHES, count, {**of_table, "rule": rule})


def _count(name: str, value: int, dimensions: Mapping[str, str]) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=value) as metric:
        for dimension, text in dimensions.items():
            metric.add_dimension(name=dimension, value=text)
