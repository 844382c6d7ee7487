from __future__ import annotations

import json

import pytest

import serving_support as support
from patronage import gateway, runtime
from patronage.errors import BadField, BadInput, Conflict, NotFound, TryAgain
from patronage.logic.api.replies import Reply
from patronage.logic.serve.pointer import NoGenerationYet
from patronage.logic.serve.tokens import mint_token

SHOP = '{"cors_origins": ["https://shop.example"]}'


@pytest.fixture(autouse=True)
def environment(client, monkeypatch):
    monkeypatch.setenv("PATRONAGE_SHOP", SHOP)
    for module in (runtime, gateway):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def serve(event, operation, answer):
    def answered(request):
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    function = "lookup" if operation in {"recommend", "recommend_many"} else "api"
    if operation == "collect":
        function = "collect"
    reply = gateway.serve(event, {operation: answered}, function=function)
    return reply["statusCode"], reply["headers"], json.loads(reply["body"] or "null")


def segments(**changes):
    return support.event("aws-rest-segments", **changes)


def headers(**more):
    return {"Authorization": "sample", **more}


def recommendations(**changes):
    return support.event("ministack-rest-recommendations-by-query", **changes)


def test_an_answer_names_its_request_and_forbids_sniffing():
    status, told, body = serve(segments(), "segments", {"a": "日本"})
    assert (status, body) == (200, {"a": "日本"})
    assert told["X-Request-Id"] == "816b11e6-ab5d-4aca-bd89-9aca0f71d293"
    assert told["Content-Type"] == "application/json"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in told["Strict-Transport-Security"]


def test_what_a_signed_in_user_sees_is_validated_by_an_etag_that_age_does_not_change():
    first = serve(segments(), "segments", {"a": 1, "age_seconds": 10})
    second = serve(segments(), "segments", {"a": 1, "age_seconds": 70})
    other = serve(segments(), "segments", {"a": 2, "age_seconds": 10})
    assert first[1]["ETag"] == second[1]["ETag"] != other[1]["ETag"]
    assert first[1]["Cache-Control"] == "private, no-cache"
    for shown in (first[1]["ETag"], f'"x", {first[1]["ETag"]}', "*"):
        event = segments(headers=headers(**{"If-None-Match": shown}))
        assert serve(event, "segments", {"a": 1, "age_seconds": 99})[0] == 304
    assert serve(segments(headers=headers(**{"if-none-match": '"x"'})), "segments", {"a": 1})[0] == 200


def test_the_dashboard_s_page_may_read_every_answer_beside_the_shop_s_pages(monkeypatch):
    monkeypatch.setenv("PATRONAGE_DASHBOARD_ORIGIN", "https://d1.cloudfront.net")
    for origin in ("https://d1.cloudfront.net", "https://shop.example"):
        for event, operation in ((segments, "segments"), (recommendations, "recommend")):
            told = serve(event(headers=headers(Origin=origin)), operation, {})[1]
            assert (told["Access-Control-Allow-Origin"], told["Vary"]) == (origin, "Origin")
    other = serve(segments(headers=headers(Origin="https://d2.cloudfront.net")), "segments", {})[1]
    assert "Access-Control-Allow-Origin" not in other


def test_a_personal_answer_is_kept_by_no_cache():
    _, told, _ = serve(recommendations(), "recommend", {"a": 1})
    assert told["Cache-Control"] == "no-store"
    assert "ETag" not in told


def test_a_reply_says_its_status_its_headers_and_how_long_it_may_be_kept():
    reply = Reply("body {}", headers={"Content-Type": "text/css"}, cache_seconds=60, is_public=True)
    event = segments(resource="/api/v1/docs/{asset}", pathParameters={"asset": "a.css"})
    raw = gateway.serve(event, {"docs_asset": lambda _: reply}, function="api")
    assert (raw["statusCode"], raw["body"]) == (200, "body {}")
    assert raw["headers"]["Content-Type"] == "text/css"
    assert raw["headers"]["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("error", "status", "title", "more"),
    [
        (BadInput("wrong"), 400, "Bad request", {}),
        (BadField("k is 0", field="k", rule="range"), 400, "Bad request", {"field": "k", "rule": "range"}),
        (NotFound("none"), 404, "Not found", {}),
        (Conflict("there"), 409, "Conflict", {}),
        (TryAgain("busy"), 503, "Unavailable", {}),
        (NoGenerationYet("not yet"), 503, "No generation yet", {}),
    ],
)
def test_an_error_of_ours_is_a_problem(error, status, title, more):
    answered, told, body = serve(segments(), "segments", error)
    slug = title.lower().replace(" ", "-")
    assert answered == status
    assert told["Content-Type"] == "application/problem+json"
    assert body == {
        "type": f"urn:problem-type:patronage:{slug}",
        "title": title,
        "status": status,
        "detail": str(error),
        "request_id": "816b11e6-ab5d-4aca-bd89-9aca0f71d293",
        **more,
    }
    assert ("Retry-After" in told) == (status == 503)


def test_a_fault_of_ours_is_answered_and_quotes_nothing(caplog):
    status, _, body = serve(segments(), "segments", KeyError("a customer's name"))
    assert (status, body["title"]) == (500, "Failed")
    logged = [str(vars(record)) for record in caplog.records]
    assert any("KeyError" in each for each in logged)
    assert not any("customer's name" in each for each in [*logged, json.dumps(body)])


def test_a_route_that_is_not_there():
    status, _, body = serve(segments(resource="/api/v1/nonsense"), "segments", {})
    assert status == 404
    assert "/live/api/v1/docs" in body["detail"]


def test_pages_of_the_shop_may_read_answers_and_others_may_not():
    ours = serve(segments(headers=headers(Origin="https://shop.example")), "segments", {})[1]
    assert ours["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "ETag" in ours["Access-Control-Expose-Headers"]
    theirs = serve(segments(headers=headers(Origin="https://evil.example")), "segments", {})[1]
    assert "Access-Control-Allow-Origin" not in theirs
    assert theirs["Vary"] == ours["Vary"] == "Origin"


def test_without_the_setting_no_page_may(monkeypatch):
    monkeypatch.setenv("PATRONAGE_SHOP", "{}")
    runtime.shop.cache_clear()
    told = serve(segments(headers=headers(Origin="https://shop.example")), "segments", {})[1]
    assert not {"Vary", "Access-Control-Allow-Origin"} & set(told)


def test_parameters_are_checked_before_anything_is_asked():
    event = recommendations(queryStringParameters={"user_id": "a", "exlude": "b"})
    status, _, body = serve(event, "recommend", pytest.fail)
    assert (status, body["field"], body["rule"]) == (400, "exlude", "known-parameter")
    assert "did you mean exclude?" in body["detail"]


def test_the_id_of_a_path_is_decoded_once_where_it_comes_encoded(monkeypatch):
    def asked(event):
        return serve(event, "recommend", lambda request: {"id": request["user_id"]})[2]["id"]

    encoded = support.event("aws-rest-recommendations-by-path", pathParameters={"user_id": "50%2525"})
    assert asked(encoded) == "50%25"
    monkeypatch.setenv("PATRONAGE_PATH_PARAMETERS", "decoded")
    decoded = support.event("ministack-rest-recommendations-by-path", pathParameters={"user_id": "50%25"})
    assert asked(decoded) == "50%25"
    assert asked(recommendations(queryStringParameters={"user_id": "50%25"})) == "50%25"


def test_an_id_that_is_no_text_is_refused():
    for text in ["", "caf%E9", "%ED%A0%80"]:
        event = support.event("aws-rest-recommendations-by-path", pathParameters={"user_id": text})
        status, _, body = serve(event, "recommend", pytest.fail)
        assert (status, body["field"]) == (400, "user_id")


def test_a_twin_may_leave_out_an_optional_id_and_no_other():
    assert serve(
        recommendations(queryStringParameters=None), "recommend", lambda request: {"k": request["k"]}
    )[2]
    event = segments(resource="/api/v1/segments/customers")
    status, _, body = serve(event, "members", pytest.fail)
    assert (status, body["field"], body["rule"]) == (400, "segment_id", "required")


def test_a_viewer_is_needed_and_an_admin_where_it_says_so():
    event = segments()
    event["requestContext"]["authorizer"]["claims"].pop("cognito:groups")
    assert serve(event, "segments", pytest.fail)[0] == 403
    event["requestContext"].pop("authorizer")
    assert serve(event, "segments", pytest.fail)[0] == 401
    erase = segments(
        resource="/api/v1/customers", httpMethod="DELETE", queryStringParameters={"customer_id": "a"}
    )
    assert serve(erase, "erase", pytest.fail)[0] == 403


def test_a_token_proves_a_visitor_and_a_bad_one_is_401():
    def shown(token):
        event = recommendations(headers={"x-api-key": "browser", "X-Visitor-Token": token})
        return serve(event, "recommend", lambda request: {"user": request.caller.user_id})

    good = mint_token(support.SECRET.encode(), expires_at=4_000_000_000, user_id="a")
    assert shown(good)[2] == {"user": "a"}
    old = mint_token(support.SECRET.encode(), expires_at=1, user_id="a")
    assert (shown(old)[0], shown(good + "x")[0], shown("")[0]) == (401, 401, 401)


def batch(body, **changes):
    return recommendations(
        resource="/api/v1/recommendations/batch",
        httpMethod="POST",
        queryStringParameters=None,
        body=body,
        **changes,
    )


def test_the_fields_of_a_body_are_checked():
    good = batch('{"user_ids": ["a", "日本"], "k": 3, "min_price": 2.50}')
    answer = serve(
        good,
        "recommend_many",
        lambda request: {"ids": request["user_ids"], "least": str(request["min_price"])},
    )
    assert answer[2] == {"ids": ["a", "日本"], "least": "2.50"}
    for body, field, rule in [
        ("", "body", "json"),
        ("{", "body", "json"),
        ("[]", "body", "object"),
        ('{"user_ids": NaN}', "body", "json"),
        ('{"user_ids": ["\\ud800"]}', "body", "unicode"),
        ("[" * 100_000, "body", "depth"),
        ("{}", "user_ids", "required"),
        ('{"user_ids": []}', "user_ids", "count"),
        ('{"user_ids": ["a"], "k": "3"}', "k", "type"),
        ('{"user_ids": ["a"], "K": 3}', "K", "known-field"),
        ('{"user_ids": ' + json.dumps(["a"] * 101) + "}", "user_ids", "count"),
    ]:
        status, _, told = serve(batch(body), "recommend_many", pytest.fail)
        assert (status, told["field"], told["rule"]) == (400, field, rule), body[:40]


def test_an_oversized_body_is_413():
    assert serve(batch("x" * 262_145), "recommend_many", pytest.fail)[0] == 413


def test_a_key_of_the_browser_plan_asks_for_no_batch():
    assert serve(batch("{}", headers={"x-api-key": "browser"}), "recommend_many", pytest.fail)[0] == 403


def test_logs_hold_no_id(caplog):
    event = recommendations(queryStringParameters={"user_id": "secret-person", "exclude": "secret-person"})
    serve(event, "recommend", {"user": "secret-person"})
    serve(event, "recommend", RuntimeError("secret-person"))
    serve(recommendations(queryStringParameters={"secret-person": "x"}), "recommend", {})
    logged = [str(vars(record)) for record in caplog.records]
    assert any("'operation': 'recommend', 'status': 500" in each for each in logged)
    assert not any("secret-person" in each for each in logged)
