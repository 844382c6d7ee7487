"""GET /status and GET /cost, as the API function answers them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import boto3
import pytest

import serving_support as support
from patronage.steps.monitor.ended import month_record


@pytest.fixture
def api(client):
    return support.fresh_function("api")


def asked(api, path, groups="viewer"):
    event = support.event("aws-rest-segments", resource=f"/api/v1/{path}")
    event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = groups
    answer = api(event)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_viewer_sees_how_the_system_stands(api, store, table):
    support.make_segments(store, "run")
    support.publish_all(store, table, "run", "segments")
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:erasure"
    boto3.client("stepfunctions").start_execution(stateMachineArn=machine, name="erasure-1")
    status, found = asked(api, "status")
    assert status == 200
    assert [each["run_id"] for each in found["runs"]["erasure"]] == ["erasure-1"]
    assert [each["family"] for each in found["freshness"]] == ["segments"]
    assert (found["dead_letters"], found["alarms"], found["stack"]) == (0, [], "Shop")
    assert found["next"]


def test_what_runs_cost_is_told(api):
    kept = {
        "machine": "training",
        "run_id": "r",
        "status": "SUCCEEDED",
        "ended": "2026-01-05T03:00:00+00:00",
        "seconds": 60.0,
        "cost": {"usd": 0.25, "parts": {}},
    }
    key = month_record("training", "r", datetime.now(UTC))
    boto3.client("s3").put_object(Bucket="lake", Key=key, Body=json.dumps(kept).encode())
    status, found = asked(api, "cost")
    assert (status, found["machines"]["training"]["usd"]) == (200, 0.25)


@pytest.mark.parametrize("path", ["status", "cost"])
def test_who_is_in_no_group_sees_neither(api, path):
    assert asked(api, path, groups="")[0] == 403
