"""Write `docs/reference/metrics.md`, from the metrics and the template.

Run `python -m docs.write_reference metrics`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import patronage.metrics
from docs.markdown import code, page, table
from patronage.logic.monitor import metrics
from patronage.logic.monitor.emf import NAMESPACE
from patronage.logic.monitor.metrics import FAMILY, METRICS, STACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.logic.monitor.metrics import Metric

ROOT = Path(__file__).parents[1]
_OPERATORS = {"GreaterThanOrEqualToThreshold": "at least"}
_INTRODUCTION = f"""
The functions write metrics of their own as lines of CloudWatch's [embedded metric
format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)
in their logs, in the namespace `{NAMESPACE}`. What stands beside a metric in its line (table, rules,
run) is no dimension and costs nothing; CloudWatch Logs Insights finds it there. The alarms are those of
the template with the settings as they are by default; what to do about each stands in [the
runbooks](../runbooks.md).
"""


def metrics_page(template: Mapping[str, Any] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    template : mapping, optional
        The CloudFormation template of the stack; it is synthesised where it is left out.
    """
    alarms = list(_alarms(template or synthesised()))
    return page(
        "Metrics and alarms",
        "write_metrics",
        _INTRODUCTION,
        "## Metrics of our own",
        table(
            ("metric", "unit", "dimensions", "meaning", "written by", "alarm"),
            [_metric(each, alarms) for each in METRICS],
        ),
        "## Alarms",
        table(
            ("alarm", "while", "for", "no value means", "writes to the topic", "description"),
            map(_alarm, alarms),
        ),
    )


def synthesised() -> dict[str, Any]:
    """Return the template with the settings as they are by default."""
    sys.path.insert(0, str(ROOT))
    from infra.app import add_stack, new_app, prepare_imports

    prepare_imports()
    app = new_app(context={"layers": "unbuilt"})
    add_stack(app, "Patronage")
    template: dict[str, Any] = app.synth().get_stack_by_name("Patronage").template
    return template


def _metric(metric: Metric, alarms: list[dict[str, Any]]) -> tuple[str, ...]:
    families = f", {code(FAMILY)} ({' or '.join(metric.families)})" if metric.families else ""
    named = [
        _linked(each)
        for each in alarms
        if each["Namespace"] == NAMESPACE and each["MetricName"] == metric.name
    ]
    return (
        code(metric.name),
        metric.unit,
        code(STACK) + families,
        _meanings()[metric.name],
        ", ".join(code(each) for each in _writers()[metric.name]),
        ", ".join(named),
    )


def _meanings() -> dict[str, str]:
    """Return what the text below each metric's constant says."""
    body = ast.parse(inspect.getsource(metrics)).body
    return {
        getattr(metrics, before.targets[0].id).name: str(after.value.value)
        for before, after in pairwise(body)
        if isinstance(before, ast.Assign)
        and isinstance(before.targets[0], ast.Name)
        and getattr(metrics, before.targets[0].id) in METRICS
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


def _writers() -> dict[str, list[str]]:
    """Return by metric the functions whose handlers call what counts it."""
    tree = ast.parse(inspect.getsource(patronage.metrics))
    counted = {
        node.name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    calls = {
        path.parent.name: set(re.findall(r"\bmetrics\.(count_\w+)\(", path.read_text(encoding="utf-8")))
        | _called_within(path)
        for path in sorted((ROOT / "functions").glob("*/handler.py"))
    }
    constants = {name: value for name, value in vars(metrics).items() if value in METRICS}
    return {
        metric.name: [
            function
            for function, called in calls.items()
            if any(
                name in counted.get(each, ())
                for each in called
                for name, value in constants.items()
                if value is metric
            )
        ]
        for metric in METRICS
    }


def _called_within(handler: Path) -> set[str]:
    """Return what a handler imports of the counting functions by name."""
    return set(re.findall(r"\b(count_\w+)\b", handler.read_text(encoding="utf-8")))


def _alarms(template: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            yield resource["Properties"]


def _alarm(alarm: Mapping[str, Any]) -> tuple[str, ...]:
    limit = f"{_OPERATORS[alarm['ComparisonOperator']]} {alarm['Threshold']:,g}"
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    periods = alarm["EvaluationPeriods"]
    return (
        _linked(alarm),
        f"the {statistic} of {code(alarm['MetricName'])} in {code(alarm['Namespace'])} is {limit}",
        f"{f'{periods} times ' if periods > 1 else ''}{_span(alarm['Period'])}",
        "trouble" if alarm["TreatMissingData"] == "breaching" else "all is well",
        "yes" if alarm.get("AlarmActions") else "no, it is only shown",
        _described(alarm)[0],
    )


def _linked(alarm: Mapping[str, Any]) -> str:
    anchor = _described(alarm)[1]
    name = "".join(word.capitalize() for word in anchor.split("-"))
    return f"[`{name}`](../runbooks.md#{anchor})"


def _described(alarm: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an alarm says of itself, and the anchor of its runbook."""
    described, _, link = alarm["AlarmDescription"].partition(" What to do: ")
    return described, link.partition("#")[2]


def _span(seconds: int) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
