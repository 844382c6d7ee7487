from __future__ import annotations

import json

import pytest

import serving_support as support
from patronage import runtime
from patronage.errors import BadInput
from patronage.logic.serve.proxy import asked_id


@pytest.fixture
def published(store, table):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")


@pytest.fixture
def lookup(client):
    return support.fresh_function("lookup")


def body(answer):
    return json.loads(answer["body"])


@pytest.mark.usefixtures("published")
def test_a_stored_event_of_each_environment_names_the_same_user(client, monkeypatch):
    on_aws = support.fresh_function("lookup")(support.event("aws-rest-recommendations-by-path"))
    monkeypatch.setenv("PATRONAGE_PATH_PARAMETERS", "decoded")
    local = support.fresh_function("lookup")(support.event("ministack-rest-recommendations-by-path"))
    assert body(on_aws)["user_id"] == body(local)["user_id"] == "café 50%"
    assert body(on_aws)["k"] == 5
    assert len(body(on_aws)["items"]) == 4  # all that is popular


@pytest.mark.usefixtures("published")
def test_a_query_value_comes_decoded_in_both(lookup):
    assert body(lookup(support.event("ministack-rest-recommendations-by-query")))["user_id"] == "a/b#日本"
    percent = support.event(
        "ministack-rest-recommendations-by-query", queryStringParameters={"user_id": "50%25"}
    )
    assert body(lookup(percent))["user_id"] == "50%25"


@pytest.mark.usefixtures("published")
def test_the_twins_answer_alike(lookup):
    by_path = support.event("aws-rest-recommendations-by-path", pathParameters={"user_id": "bob%2F1"})
    by_query = support.event(
        "ministack-rest-recommendations-by-query", queryStringParameters={"user_id": "bob/1", "k": "5"}
    )
    answers = [body(lookup(event)) for event in (by_path, by_query)]
    for answer in answers:
        assert answer.pop("age_seconds") > 0
        assert answer["rung"] == "user"
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("published")
def test_similar_products(lookup):
    answer = lookup(support.event("aws-rest-similar-by-path", pathParameters={"product_id": "a%2Fb"}))
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert (body(answer)["product_id"], body(answer)["rung"], body(answer)["k"]) == ("a/b", "similar", 10)
    twin = support.event(
        "ministack-rest-recommendations-by-query",
        resource="/api/v1/similar",
        queryStringParameters={"product_id": "a/b"},
    )
    assert body(lookup(twin))["items"] == body(answer)["items"]


def test_a_wrong_k_is_refused(lookup):
    for k in ["0", "51", "ten", "1.5", "-1", "", "٣", "9" * 5000]:
        answer = lookup(support.event("aws-rest-recommendations-by-path", queryStringParameters={"k": k}))
        assert answer["statusCode"] == 400
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert body(answer)["type"] == "urn:problem-type:patronage:bad-request"
        assert "must be a whole number from 1 to 50" in body(answer)["detail"]


def test_an_id_that_is_no_text_is_refused(lookup):
    for user_id in ["", "caf%E9", "%ED%A0%80"]:
        event = support.event("aws-rest-recommendations-by-path", pathParameters={"user_id": user_id})
        assert lookup(event)["statusCode"] == 400


def test_a_lone_surrogate_in_a_query_is_refused():
    with pytest.raises(BadInput, match="no valid Unicode"):
        asked_id({"queryStringParameters": {"user_id": "\ud800"}}, "user_id", is_encoded=True)


def test_a_missing_id_is_refused(lookup):
    answer = lookup(support.event("ministack-rest-recommendations-by-query", queryStringParameters=None))
    assert (answer["statusCode"], body(answer)["detail"]) == (
        400,
        "user_id is missing; ask as in ?user_id=13085",
    )


def test_an_unknown_resource_is_refused(lookup):
    assert lookup(support.event("aws-rest-segments"))["statusCode"] == 400


def test_before_the_first_run_the_answer_says_so(lookup):
    answer = lookup(support.event("aws-rest-recommendations-by-path"))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "60"
    assert body(answer) == {
        "type": "urn:problem-type:patronage:no-generation-yet",
        "title": "No generation yet",
        "status": 503,
        "detail": "no run has published recommendations yet; ask again when the first run is done",
    }


@pytest.mark.usefixtures("published")
def test_an_outage_is_answered_from_memory_or_with_503(lookup):
    # The client that the function will use, made once an environment.
    outage = support.Outage(runtime.impatient_dynamodb())
    outage.is_on = True
    answer = lookup(support.event("aws-rest-recommendations-by-path"))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")
    assert body(answer)["title"] == "Serving table unavailable"
    outage.is_on = False
    assert "degraded" not in body(lookup(support.event("aws-rest-recommendations-by-path")))
    outage.is_on = True
    assert body(lookup(support.event("aws-rest-recommendations-by-path")))["degraded"]


def test_an_unknown_decoding_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("PATRONAGE_PATH_PARAMETERS", "maybe")
    with pytest.raises(BadInput, match="'encoded' or 'decoded'"):
        support.fresh_function("lookup")


@pytest.mark.usefixtures("published")
def test_the_log_names_no_customer(lookup, caplog):
    lookup(support.event("ministack-rest-recommendations-by-query", queryStringParameters={"user_id": "ann"}))
    (logged,) = [vars(record) for record in caplog.records if record.message == "answered"]
    fields = {name: logged[name] for name in ("rung", "k", "generation", "degraded")}
    assert fields == {"rung": "user", "k": 10, "generation": "run", "degraded": False}
    assert "ann" not in logged.values()
