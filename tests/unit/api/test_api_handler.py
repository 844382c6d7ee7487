from __future__ import annotations

import json

import pytest

import serving_support as support


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


def test_segments_are_the_live_summary(api, store, table):
    support.make_segments(store, "run")
    support.publish_all(store, table, "run", "segments")
    answer = api(support.event("aws-rest-segments"))
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert body.pop("age_seconds") > 0
    assert body == {
        "as_of": "2026-01-10T12:00:00+00:00",
        "currency": "GBP",
        "customers": 3,
        "segments": [{"name": "Zoë"}],
        "generation": "run",
    }


def test_before_the_first_run_the_answer_says_so(api):
    answer = api(support.event("aws-rest-segments"))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["title"] == "No generation yet"


def test_an_unknown_resource_is_refused(api):
    answer = api(support.event("aws-rest-segments", resource="/api/v1/nonsense"))
    assert answer["statusCode"] == 400
    assert "/api/v1/segments" in json.loads(answer["body"])["detail"]
