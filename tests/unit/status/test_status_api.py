"""GET /status and GET /cost, as the API function answers them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import boto3
import pytest

import serving_support as support
from patronage.logic.upload_keys import report_key
from patronage.steps.monitor.ended import month_record, run_record


@pytest.fixture
def api(client):
    return support.fresh_function("api")


def asked(api, path, groups="viewer", **query):
    event = support.event("aws-rest-segments", resource=f"/api/v1/{path}")
    event["queryStringParameters"] = query
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
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


def keep(key, body):
    boto3.client("s3").put_object(Bucket="lake", Key=key, Body=json.dumps(body).encode())


def test_runs_and_uploads_of_some_days_are_told(api):
    began, stopped = datetime(2026, 1, 5, 2, tzinfo=UTC), datetime(2026, 1, 5, 3, tzinfo=UTC)
    run = {"run_id": "r", "status": "SUCCEEDED", "began": began.isoformat(), "ended": stopped.isoformat()}
    keep(run_record("training", "r"), run)
    keep(month_record("training", "r", stopped), run)
    about = {"object": "x", "key": "a.csv", "currency": "GBP", "state": "done"}
    keep(report_key("x"), about | {"quality": {"measured_at": "2026-01-05T03:00:00+00:00"}})
    for days, count in (({"start": "2026-01-05", "end": "2026-01-05"}, 1), ({"end": "2026-01-04"}, 0)):
        status, found = asked(api, "status", **days)
        assert (status, len(found["runs"].get("training", [])), found["runs_left_out"]) == (200, count, 0)
        status, found = asked(api, "ingest/reports", **days)
        assert (status, len(found["reports"])) == (200, count)


DATED = pytest.mark.parametrize(
    "path", ["status", "ingest/reports", "analytics/recommendations/effectiveness"]
)


@DATED
def test_a_day_that_is_none_is_refused_by_name(api, path):
    status, problem = asked(api, path, start="2026-02-30")
    assert (status, problem["field"]) == (400, "start")


@DATED
@pytest.mark.parametrize(("field", "day"), [("start", "0001-01-01"), ("end", "9999-12-31")])
def test_a_day_that_begins_at_no_instant_in_another_zone_is_refused(api, path, field, day):
    status, problem = asked(api, path, **{field: day})
    assert (status, problem["field"], problem["rule"]) == (400, field, "date")
    assert "1971 to 9998" in problem["detail"]


@pytest.mark.parametrize("path", ["status", "cost"])
def test_who_is_in_no_group_sees_neither(api, path):
    assert asked(api, path, groups="")[0] == 403
