"""Lines of metrics, held to AWS's published schema and to what Powertools writes."""

from __future__ import annotations

import json

import pytest
from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit
from jsonschema import ValidationError, validate

from patronage.logic.monitor.emf import embedded
from patronage.logic.monitor.metrics import FALLBACK_SHARE, ROWS_READ, ROWS_REFUSED

# The parts of the schema in AWS's specification of the format that say what a line needs.
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {"type": "array", "maxItems": 30, "items": {"type": "string"}},
                            },
                            "Metrics": {
                                "type": "array",
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
                                        "Unit": {"enum": ["Seconds", "Percent", "Count", "None"]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


def line(values, **options):
    written = json.loads(embedded(values, dimensions={"stack": "Shop"}, at_ms=1_700_000_000_000, **options))
    validate(written, SCHEMA)
    return written


def test_a_line_is_what_powertools_writes_for_the_same_metric(capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "")
    with single_metric(name="RowsRead", unit=MetricUnit.Count, value=7, namespace="Patronage") as metric:
        metric.add_dimension(name="stack", value="Shop")
    theirs = json.loads(capsys.readouterr().out.splitlines()[-1])
    ours = line({ROWS_READ: [7]})
    (theirs_about,), (ours_about,) = (each["_aws"]["CloudWatchMetrics"] for each in (theirs, ours))
    assert ours_about["Namespace"] == theirs_about["Namespace"]
    assert [{k: each[k] for k in ("Name", "Unit")} for each in theirs_about["Metrics"]] == ours_about[
        "Metrics"
    ]
    assert ours_about["Dimensions"][0][-1:] == ["stack"]
    assert "stack" in theirs_about["Dimensions"][0]
    assert theirs["RowsRead"] == [ours["RowsRead"]]


def test_many_values_are_an_array_and_one_stands_alone():
    assert line({FALLBACK_SHARE: [0, 100, 0]})["FallbackShare"] == [0, 100, 0]
    assert line({FALLBACK_SHARE: [100]})["FallbackShare"] == 100


def test_each_dimension_and_each_metric_has_its_value_beside_it():
    written = line({ROWS_READ: [3], ROWS_REFUSED: [1]}, properties={"table": "orders"})
    (about,) = written["_aws"]["CloudWatchMetrics"]
    assert {name for names in about["Dimensions"] for name in names} <= written.keys()
    assert {each["Name"] for each in about["Metrics"]} <= written.keys()
    assert written["table"] == "orders"
    assert "table" not in about["Dimensions"][0], "a property costs no metric"


def test_the_schema_refuses_what_is_no_line():
    with pytest.raises(ValidationError):
        validate({"_aws": {"CloudWatchMetrics": []}}, SCHEMA)
