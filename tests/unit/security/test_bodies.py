"""No body is so large, so deep or so odd that a function fails over it."""

from __future__ import annotations

import json

import boto3
import pytest

import serving_support as support
from patronage.logic.api.route import ADMIN, MAX_BODY_BYTES, PREFIX
from patronage.logic.api.routes import ROUTES

WRITING = [route for route in ROUTES if route.body is not None]
DEPTHS = (50, 400, 990, 40_000)
FILLERS = ("x", "\N{SNOWMAN}")


def deep(opened: str, closed: str, depth: int) -> str:
    return f"{opened * depth}1{closed * depth}"


def bodies(route):
    """Yield bodies that are deep by themselves, in a field that the route knows, and in one it does not."""
    fields = [field.name for field in route.body] or ["events", "rules", "arms", "share", "features", "name"]
    for depth in DEPTHS:
        nests = deep("[", "]", depth), deep('{"a":', "}", depth), deep('[{"\\u0061":', "}]", depth // 2)
        for nest in nests:
            yield nest
            yield from (f'{{"{name}": {nest}}}' for name in (*fields[:3], "unknown"))
            yield f'{{"events": [{{"event_type": "view", "session_id": "s", "properties": {nest}}}]}}'


@pytest.fixture
def ask(client, monkeypatch):
    monkeypatch.setenv("PATRONAGE_EVENT_STREAM", "events")
    destination = {"RoleARN": "arn:aws:iam::123456789012:role/f", "BucketARN": "arn:aws:s3:::lake"}
    boto3.client("firehose").create_delivery_stream(
        DeliveryStreamName="events", ExtendedS3DestinationConfiguration=destination
    )
    functions = {name: support.fresh_function(name) for name in {route.function for route in WRITING}}

    def asked(route, body):
        event = support.event(
            "aws-rest-segments",
            resource=PREFIX + route.path,
            httpMethod=route.method,
            headers={"x-api-key": "sample-key"},
            pathParameters={route.id_name: "ann"} if route.id_name else None,
            body=body,
        )
        event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = ADMIN
        event["requestContext"]["identity"]["apiKeyId"] = "k1l2m3n4o5"
        return functions[route.function](event)

    return asked


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.operation)
def test_a_deeply_nested_body_is_refused_and_fails_nothing(ask, route):
    for body in bodies(route):
        answer = ask(route, body)
        told = json.loads(answer["body"])
        assert answer["statusCode"] in {202, 207, 400, 404, 413, 503}, (told, body[:60], len(body))
        assert told.get("title") != "Failed"


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.operation)
@pytest.mark.parametrize("filler", FILLERS)
def test_an_oversized_body_is_refused_before_it_is_read(ask, route, filler, monkeypatch):
    monkeypatch.setattr("patronage.logic.api.requests._object_of", pytest.fail)
    too_long = json.dumps({"name": filler * MAX_BODY_BYTES}, ensure_ascii=False)
    assert ask(route, too_long)["statusCode"] == 413
