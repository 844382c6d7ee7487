from __future__ import annotations

import json

import pytest

import serving_support as support
from patronage.logic.api.openapi import openapi
from patronage.logic.api.routes import routes_of


@pytest.fixture
def api(client):
    return support.fresh_function("api")


def health():
    return support.event("aws-rest-segments", resource="/api/v1/health")


def test_health_says_up_and_no_more_without_asking_anything(api, client):
    outage = support.Outage(client)
    answer = api(health())
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "up"})
    assert outage.calls == []


def test_segments_are_the_live_ones(api, store, table):
    support.make_segments(store, "run")
    support.publish_all(store, table, "run", "segments")
    answer = api(support.event("aws-rest-segments"))
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert body.pop("age_seconds") > 0
    assert body == {
        "as_of": "2026-01-10T11:00:00+00:00",
        "currency": "GBP",
        "customers": 3,
        "segments": [{"name": "Zoë"}],
        "generation": "run",
        "method": "rfm",
        "is_simulated": False,
    }


def test_before_the_first_run_the_answer_says_so(api):
    answer = api(support.event("aws-rest-segments"))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["title"] == "No generation yet"


def test_every_route_of_the_function_is_answered(api):
    """The store is empty: each says so in its own way, and none is unknown or fails."""
    for (method, resource), (route, _) in routes_of("api").items():
        changes = {
            "httpMethod": method,
            "resource": resource,
            "pathParameters": {route.id_name: "swagger-ui.css"} if route.id_name else None,
            "queryStringParameters": {route.id_name: "nobody"}
            if route.id_name and "{" not in resource
            else None,
            "body": "{}",
        }
        event = support.event("aws-rest-segments", **changes)
        event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = "admin"
        status = api(event)["statusCode"]
        wanted = {200, 202} if route.access == "open" else {200, 202, 400, 404, 503}
        assert status in wanted, (method, resource)


def test_an_admin_starts_an_experiment_and_everybody_sees_it(api):
    def ask(method, body=None, resource="/api/v1/experiments", query=None):
        event = support.event(
            "aws-rest-segments",
            httpMethod=method,
            resource=resource,
            body=body,
            queryStringParameters=query,
        )
        event["requestContext"]["authorizer"]["claims"]["cognito:groups"] = "admin"
        answer = api(event)
        return answer["statusCode"], json.loads(answer["body"])

    arms = [{"arm": "a", "kind": "none", "weight": 0.1}, {"arm": "b", "kind": "model", "weight": 0.9}]
    document = {"experiment_id": "first", "arms": arms}
    status, made = ask("POST", json.dumps(document))
    assert (status, made["state"]) == (201, "draft")
    assert ask("GET") == (200, {"experiments": [made], "holdout": None})
    first = {"experiment_id": "first"}
    for move, wanted in [("stop", 409), ("start", 200), ("archive", 409), ("stop", 200), ("archive", 200)]:
        assert ask("POST", None, f"/api/v1/experiments/{move}", first)[0] == wanted
    assert ask("POST", json.dumps(document))[0] == 409
    status, other = ask("POST", json.dumps(document | {"experiment_id": "second", "start": True}))
    assert (status, other["state"], other["coverage"]) == (201, "running", 1.0)
    status, holdout = ask("PUT", json.dumps({"share": 0.05}), "/api/v1/experiments/holdout")
    assert (status, holdout["share"]) == (200, 0.05)
    assert ask("GET")[1]["holdout"] == holdout


def test_the_documentation_is_whole(api):
    def get(resource, asset=None):
        return api(
            support.event(
                "aws-rest-segments",
                resource=f"/api/v1/{resource}",
                pathParameters={"asset": asset} if asset else None,
            )
        )

    page = get("docs")["body"]
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"docs/{asset}" in page
        assert get("docs/{asset}", asset)["statusCode"] == 200
    assert get("docs/{asset}", "../handler.py")["statusCode"] == 404
    assert json.loads(get("openapi.json")["body"]) == openapi()
