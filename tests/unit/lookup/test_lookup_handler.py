"""The lookup function behind API Gateway: what a request says becomes what a lookup is asked."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

import serving_support as support
from patronage import runtime
from patronage.logic.collect.session import Session
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.tokens import mint_token

BY_PATH = "aws-rest-recommendations-by-path"
BY_QUERY = "ministack-rest-recommendations-by-query"
PATIENCE = 3
BROWSER = {"x-api-key": "a key of the browser plan"}


@pytest.fixture
def lookup(client):
    return support.fresh_function("lookup")


def body(answer):
    return json.loads(answer["body"])


def placed(answer):
    return [(item["product_id"], item["rung"]) for item in body(answer)["items"]]


def ask(query, **changes):
    """Ask as the shop's server does; `headers` makes it another caller."""
    return support.event(BY_QUERY, queryStringParameters=query, **changes)


def token(**names):
    secret = support.SECRET.encode()
    return {"x-visitor-token": mint_token(secret, expires_at=int(time.time()) + 3_600, **names)}


@pytest.mark.usefixtures("published")
def test_a_stored_event_of_each_environment_names_the_same_user(client, monkeypatch):
    on_aws = support.fresh_function("lookup")(support.event(BY_PATH))
    monkeypatch.setenv("PATRONAGE_PATH_PARAMETERS", "decoded")
    local = support.fresh_function("lookup")(support.event("ministack-rest-recommendations-by-path"))
    assert body(on_aws)["user_id"] == body(local)["user_id"] == "café 50%"
    assert body(on_aws)["k"] == len(body(on_aws)["items"]) == 5


@pytest.mark.usefixtures("published")
def test_a_query_value_comes_decoded_in_both(lookup):
    assert body(lookup(support.event(BY_QUERY)))["user_id"] == "a/b#日本"
    assert body(lookup(ask({"user_id": "50%25"})))["user_id"] == "50%25"


@pytest.mark.usefixtures("published")
def test_the_twins_answer_alike(lookup):
    by_path = support.event(BY_PATH, pathParameters={"user_id": "bob%2F1"})
    answers = [body(lookup(event)) for event in (by_path, ask({"user_id": "bob/1", "k": "5"}))]
    for answer in answers:
        assert answer.pop("age_seconds") > 0
        assert answer.pop("recommendation_id").startswith("r1~item_to_item~run~~~~upppk~")
        assert answer["rung"] == "user"
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("published")
def test_a_visitor_without_a_name_is_answered(lookup):
    answer = body(lookup(ask(None)))
    assert (answer["user_id"], answer["personal"], answer["rung"]) == (None, False, "popular")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("headers", "query", "status", "rung", "personal"),
    [
        ({}, {"user_id": "ann"}, 200, "popular", False),
        (token(user_id="ann"), {"user_id": "ann"}, 200, "user", True),
        (token(user_id="ann"), None, 200, "user", True),
        (token(user_id="bob/1"), {"user_id": "ann"}, 403, None, None),
        (token(session_id="s1"), {"user_id": "ann"}, 200, "popular", False),
        ({"x-visitor-token": "v1.e30.forged"}, {"user_id": "ann"}, 401, None, None),
    ],
)
def test_a_browser_gets_what_its_token_proves(lookup, headers, query, status, rung, personal):
    answer = lookup(ask(query, headers=BROWSER | headers))
    assert answer["statusCode"] == status
    assert body(answer).get("rung") == rung
    assert body(answer).get("personal") == personal


@pytest.mark.usefixtures("published")
def test_a_session_is_read_where_the_caller_may(lookup, table):
    viewed = Session.of_event("e1", "view", datetime.now(UTC), ["日本"])
    table.put_all([{"pk": item_key("session", "proved", "s1"), "packed": viewed.pack()}])
    proved = lookup(ask({"k": "1"}, headers=BROWSER | token(session_id="s1")))
    assert placed(proved) == [("a/b", "session")]
    claimed = lookup(ask({"k": "1", "session_id": "s1"}, headers=BROWSER))
    assert placed(claimed) == [("f", "popular")]


@pytest.mark.usefixtures("published")
def test_the_filters_and_the_visit_of_a_request(lookup):
    query = {"min_price": "2.50", "max_price": "8", "k": "6", "exclude": "a/b"}
    assert placed(lookup(ask(query))) == [("a#b", "popular"), ("日本", "catalogue")]
    assert placed(lookup(ask({"country": "Japan", "k": "2"}))) == [("日本", "context"), ("e", "context")]
    assert body(lookup(ask({"category": "Tea"})))["eligible"] == 0


@pytest.mark.usefixtures("published")
def test_the_month_of_a_visit_is_that_of_the_shops_zone(client, table, monkeypatch):
    monkeypatch.setenv("PATRONAGE_SHOP", '{"currency": "JPY", "timezone": "Asia/Tokyo"}')
    (item,) = table.get_all(["popular#run#country=Japan"]).values()
    table.put_all([item | {"pk": "popular#run#month=2"}])
    lookup = support.fresh_function("lookup")
    query = {"k": "1", "time": "2026-01-31T16:00:00Z"}
    assert placed(lookup(ask(query))) == [("日本", "context")]
    assert placed(lookup(ask(query | {"time": "2026-01-31T14:00:00Z"}))) == [("f", "popular")]
    # A yen has no minor unit: 800 minor is a price of 800.
    assert placed(lookup(ask({"min_price": "799.5", "max_price": "800"}))) == [("日本", "catalogue")]


@pytest.mark.usefixtures("published")
def test_a_batch_of_users(lookup):
    event = support.event(
        BY_QUERY,
        resource="/api/v1/recommendations/batch",
        httpMethod="POST",
        queryStringParameters=None,
        body=json.dumps({"user_ids": ["ann", "日本", "ann"], "k": 1, "max_price": 2.5}),
    )
    answer = lookup(event)
    assert answer["statusCode"] == 200
    assert [(each["user_id"], each["items"][0]["product_id"]) for each in body(answer)["answers"]] == [
        ("ann", "a#b"),
        ("日本", "f"),
        ("ann", "a#b"),
    ]
    assert lookup(event | {"headers": BROWSER})["statusCode"] == 403


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("resource", "rung"),
    [
        ("/api/v1/products/{product_id}/similar", "similar"),
        ("/api/v1/similar", "similar"),
        ("/api/v1/products/{product_id}/together", "together"),
        ("/api/v1/together", "together"),
    ],
)
def test_products_beside_a_product(lookup, resource, rung):
    twin = "{" not in resource
    answer = lookup(
        support.event(
            BY_QUERY,
            resource=resource,
            pathParameters=None if twin else {"product_id": "a%23b"},
            queryStringParameters={"product_id": "a#b"} if twin else None,
            headers=BROWSER,
        )
    )
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "public, max-age=60"
    assert (body(answer)["product_id"], body(answer)["rung"], body(answer)["k"]) == ("a#b", rung, 10)
    assert body(answer)["recommendation_id"].startswith("r1~item_to_item~run~-~~~t")


@pytest.mark.usefixtures("published")
def test_an_answer_names_where_it_is_shown(lookup):
    visit = ask({"k": "1", "placement": "product-page_2"})
    assert body(lookup(visit))["recommendation_id"].split("~")[5] == "product-page_2"
    beside = {"product_id": "a#b", "k": "1", "placement": "basket"}
    answer = lookup(ask(beside, resource="/api/v1/similar"))
    assert body(answer)["recommendation_id"].split("~")[5:7] == ["basket", "t"]
    many = ask(None, resource="/api/v1/recommendations/batch", httpMethod="POST")
    many["body"] = json.dumps({"user_ids": ["ann"], "k": 1, "placement": "mail"})
    (one,) = body(lookup(many))["answers"]
    assert one["recommendation_id"].split("~")[5] == "mail"
    for wrong in ("Home", "a~b", "x" * 65, "ä", ""):
        refused = lookup(ask({"placement": wrong}))
        assert (refused["statusCode"], body(refused)["field"]) == (400, "placement")


@pytest.mark.usefixtures("published")
def test_a_list_that_is_about_no_person_keeps_its_id_and_its_etag(lookup):
    answers = [lookup(ask({"product_id": "a#b"}, resource="/api/v1/similar")) for _ in range(2)]
    assert len({body(each)["recommendation_id"] for each in answers}) == 1
    assert len({each["headers"]["ETag"] for each in answers}) == 1
    personal = [body(lookup(ask({"user_id": "ann"})))["recommendation_id"] for _ in range(2)]
    assert len(set(personal)) == 2


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("board", ["trending", "new"])
def test_what_is_trending_and_new(lookup, board):
    resource = f"/api/v1/products/{board}"
    answer = lookup(ask({"k": "2"}, resource=resource, headers=BROWSER))
    assert placed(answer) == [("f", "popular"), ("a/b", "popular")]  # this run found neither


@pytest.mark.usefixtures("published")
def test_a_personal_answer_is_kept_by_no_cache(lookup):
    assert lookup(support.event(BY_PATH))["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize("k", ["0", "51", "ten", "1.5", "-1", "", "٣", "9" * 5000])
def test_a_wrong_k_is_refused(lookup, k):
    answer = lookup(support.event(BY_PATH, queryStringParameters={"k": k}))
    assert answer["statusCode"] == 400
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert body(answer)["field"] == "k"


def test_before_the_first_run_the_answer_says_so(lookup):
    answer = lookup(support.event(BY_PATH))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "60"
    assert body(answer)["title"] == "No generation yet"


@pytest.mark.usefixtures("published")
def test_an_outage_is_answered_from_memory_or_with_503(lookup):
    # The client that the function will use, made once an environment.
    outage = support.Outage(runtime.impatient_dynamodb())
    similar = support.event("aws-rest-similar-by-path")
    outage.is_on = True
    answer = lookup(support.event(BY_PATH))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")
    outage.is_on = False
    assert "degraded" not in body(lookup(support.event(BY_PATH)))
    outage.is_on = True
    assert body(lookup(support.event(BY_PATH)))["degraded"]
    answer = lookup(similar)
    assert body(answer)["degraded"]
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("published")
def test_a_throttled_table_is_asked_a_few_times_only(lookup, monkeypatch):
    lookup(support.event(BY_PATH))
    sent = []
    unprocessed = {support.TABLE: {"Keys": [{"pk": {"S": "x"}}]}}

    def throttle(**_):
        sent.append(1)
        return {"Responses": {}, "UnprocessedKeys": unprocessed}

    monkeypatch.setattr(runtime.impatient_dynamodb(), "batch_get_item", throttle)
    assert body(lookup(support.event(BY_PATH)))["degraded"]
    assert len(sent) == 3


@pytest.mark.usefixtures("published")
def test_the_log_names_no_customer(lookup, caplog):
    caplog.set_level(logging.DEBUG, "patronage")
    lookup(ask({"user_id": "ann-the-customer"}))
    (logged,) = [vars(record) for record in caplog.records if record.message == "answered"]
    assert (logged["operation"], logged["status"]) == ("recommend", 200)
    assert "ann-the-customer" not in str(logged)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.usefixtures("published")
def test_slow_reads_end_with_the_patience_of_a_request(lookup, monkeypatch):
    """Each read succeeds late: the request goes on with what it has, and the next one begins anew."""
    clock = Clock()
    monkeypatch.setattr(runtime.patience(), "_clock", clock)
    sent = []

    def slow(**_):
        sent.append(clock.now)
        clock.now += 2.9

    runtime.impatient_dynamodb().meta.events.register("after-call.dynamodb", slow)
    answer = lookup(ask({"user_id": "ann"}))
    assert (answer["statusCode"], len(sent)) == (503, 2)  # pointer and catalogue's size; nothing in memory
    clock.now, sent[:] = 100.0, []
    runtime.impatient_dynamodb().meta.events.unregister("after-call.dynamodb", slow)
    assert "degraded" not in body(lookup(ask({"user_id": "ann"})))
    runtime.impatient_dynamodb().meta.events.register("after-call.dynamodb", slow)
    clock.now = 200.0
    visit = {"user_id": "nobody", "country": "Japan", "session_id": "s"}
    assert "degraded" not in body(lookup(ask(visit)))  # two reads begin in time
    assert [200.0, pytest.approx(202.9)] == sent
    clock.now, sent[:] = 300.0, []

    def slower(**_):
        clock.now += 0.2

    runtime.impatient_dynamodb().meta.events.register("after-call.dynamodb", slower)
    answer = lookup(ask(visit))
    assert (answer["statusCode"], body(answer)["degraded"], sent) == (200, True, [300.0])


def test_a_second_attempt_waits_for_the_patience_too(lookup, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(runtime.patience(), "_clock", clock)
    sent = []

    def fail(**_):
        sent.append(clock.now)
        clock.now += PATIENCE
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    runtime.impatient_dynamodb().meta.events.register("before-send", fail)
    assert lookup(ask({"user_id": "ann"}))["statusCode"] == 503
    assert sent == [0.0]


def test_the_secret_waits_no_longer_than_the_request(lookup, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(runtime.patience(), "_clock", clock)
    client = runtime._impatient("secretsmanager", read_timeout=2)
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 2

    def late(**_):
        clock.now += PATIENCE

    client.meta.events.register("before-call.secretsmanager", late)
    answer = lookup(ask({"user_id": "ann"}, headers=BROWSER | token(user_id="ann")))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")


@pytest.mark.usefixtures("published")
def test_a_replaced_secret_counts_after_five_minutes(lookup, monkeypatch):
    asked = ask({"user_id": "ann"}, headers=BROWSER | token(user_id="ann"))
    assert lookup(asked)["statusCode"] == 200
    boto3.client("secretsmanager").put_secret_value(SecretId="visitor", SecretString="another secret")
    assert lookup(asked)["statusCode"] == 200
    later = time.monotonic() + 301
    monkeypatch.setattr(runtime._visitor_secret(), "_clock", lambda: later)
    assert lookup(asked)["statusCode"] == 401
    minted = mint_token(b"another secret", expires_at=int(time.time()) + 3_600, user_id="ann")
    new = ask({"user_id": "ann"}, headers=BROWSER | {"x-visitor-token": minted})
    assert body(lookup(new))["personal"]


def test_the_function_waits_no_longer_than_an_answer_from_memory_is_worth(lookup):
    config = runtime.impatient_dynamodb().meta.config
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) <= 6
