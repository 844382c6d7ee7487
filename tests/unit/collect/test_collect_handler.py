"""The function `collect` as API Gateway calls it, over DynamoDB and Firehose."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import boto3
import pytest

from patronage.logic.collect.session import Session
from patronage.logic.serve.tokens import mint_token
from serving_support import TABLE, aws, fresh_function
from tests_support import REPOSITORY

SECRET = b"a-secret-of-the-stack"
STREAM = "events"
HEAVY = {"numpy", "pandas", "duckdb", "deltalake", "pyarrow", "sklearn", "pydantic"}


@pytest.fixture
def api(monkeypatch):
    with aws() as client:
        monkeypatch.setenv("PATRONAGE_EVENT_STREAM", STREAM)
        monkeypatch.setenv("PATRONAGE_SERVER_KEY_ID", "server-key")
        secrets = boto3.client("secretsmanager")
        made = secrets.create_secret(Name="visitors", SecretString=SECRET.decode())
        monkeypatch.setenv("PATRONAGE_VISITOR_SECRET", made["ARN"])
        destination = {
            "RoleARN": "arn:aws:iam::123456789012:role/firehose",
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "raw/events/",
        }
        boto3.client("firehose").create_delivery_stream(
            DeliveryStreamName=STREAM, ExtendedS3DestinationConfiguration=destination
        )
        yield Api(client)


class Api:
    def __init__(self, client):
        self._client = client
        self._function = fresh_function("collect")

    def post(self, body, **headers):
        event = {
            "httpMethod": "POST",
            "resource": "/api/v1/events",
            "headers": {"x-api-key": "browser", "content-type": "application/json"} | headers,
            "body": body if isinstance(body, str) else json.dumps(body),
            "requestContext": {"requestId": "r-1", "stage": "live", "identity": {"apiKeyId": "browser-key"}},
        }
        answer = self._function(event)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    def session(self, key):
        found = self._client.get_item(TableName=TABLE, Key={"pk": {"S": key}}).get("Item")
        return Session.unpack(found["packed"]["B"]) if found else None

    def delivered(self):
        s3 = boto3.client("s3")
        objects = s3.list_objects_v2(Bucket="lake", Prefix="raw/events/").get("Contents", [])
        bodies = [s3.get_object(Bucket="lake", Key=each["Key"])["Body"].read() for each in objects]
        return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_an_event_reaches_the_session_and_the_bucket(api):
    token = mint_token(SECRET, user_id="Zoë", session_id="s", expires_at=int(time.time()) + 60)

    status, body, headers = api.post(
        {"event_type": "view", "product_id": "茶碗", "unit_price": 2.95}, **{"x-visitor-token": token}
    )

    assert (status, body["accepted"]) == (202, 1)
    assert headers["Cache-Control"] == "no-store"
    assert [visit.product_id for visit in api.session("session#user#Zoë").visits] == ["茶碗"]
    (row,) = api.delivered()
    said = (row["customer_id"], row["session_id"], row["product_id"], row["unit_price"])
    assert said == ("Zoë", "s", "茶碗", "2.9500")


def test_some_refused_is_207_and_all_refused_a_problem(api):
    good, bad = {"event_type": "view", "session_id": "s"}, {"event_type": "view"}

    assert api.post({"events": [good, bad]})[0] == 207
    status, body, headers = api.post({"events": [bad]})
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert (body["field"], body["rule"], body["refused"]) == ("session_id", "required", 1)


@pytest.mark.parametrize("body", ["", "{", "[]", '{"events": []}', '{"events": [' + "{}," * 100 + "{}]}"])
def test_a_body_that_is_no_event_is_a_problem(api, body):
    status, told, _ = api.post(body)

    assert (status, told["status"]) == (400, 400)
    assert told["field"] in {"body", "events"}
    assert api.delivered() == []


def test_a_forged_token_is_401(api):
    token = mint_token(b"another", user_id="ann", expires_at=int(time.time()) + 60)

    status, _, _ = api.post({"event_type": "view"}, **{"x-visitor-token": token})

    assert status == 401
    assert api.session("session#user#ann") is None


def test_no_id_is_logged(api, caplog):
    api.post(
        {"event_type": "view", "session_id": "secret-session", "product_id": "secret-mug", "user_id": "ann@x"}
    )
    api.post({"event_type": "view", "session_id": "secret-session", "query": "secret-query"})

    logged = [vars(record) for record in caplog.records]
    assert [(each["operation"], each["status"]) for each in logged] == [("collect", 400), ("collect", 202)]
    assert not any(word in str(logged) for word in ("secret", "ann@x"))


def test_it_imports_nothing_heavy():
    path = REPOSITORY / "functions/collect/handler.py"
    program = (
        "import importlib.util, sys; "
        f"spec = importlib.util.spec_from_file_location('handler', {str(path)!r}); "
        "spec.loader.exec_module(importlib.util.module_from_spec(spec)); "
        f"sys.exit(', '.join({HEAVY!r} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
