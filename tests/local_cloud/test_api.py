"""The HTTP API as its callers meet it: who may ask, ids, pages, caches, visits, the documentation."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from patronage.cloud import sign_in
from patronage.logic.api.route import ADMIN, KEY, OPEN, PREFIX, SERVER, VIEWER, Route
from patronage.logic.api.routes import ROUTES

if TYPE_CHECKING:
    from patronage.cloud import Answer, Api

pytestmark = pytest.mark.local_cloud

ODD_IDS = [
    "a/b",
    "a#b",
    "%2F",
    "50%25",
    "a?b&c=d",
    "Zoë",
    "日本",
    "x" * 256,
    "ann+shop@example.com",
    " a ",
    "+",
]
BODIES: dict[str, Any] = {
    "recommend_many": {"user_ids": ["A0"]},
    "collect": {"event_type": "view", "session_id": "s-who", "product_id": "A-p0"},
    "replace_rules": {},
    "create_experiment": {},
    "hold_out": {},
    "roll_back": {"family": "recommendations", "run_id": "nobody"},
}
ASKED = [(route, is_twin) for route in ROUTES for is_twin in ((False, True) if route.twin else (False,))]


def named(case: tuple[Route, bool]) -> str:
    route, is_twin = case
    return f"{route.method} {route.twin if is_twin else route.path}"


def ask(api: Api, case: tuple[Route, bool], **headers: str) -> Answer:
    """Ask a route for something that is not there, so that nothing is changed."""
    route, is_twin = case
    path = PREFIX + (route.twin if is_twin else re.sub(r"\{.*\}", "nobody", route.path))
    if is_twin:
        path += f"?{route.id_name}=nobody"
    return api.ask(route.method, path, headers=headers, body=BODIES.get(route.operation))


def statuses(api: Api, case: tuple[Route, bool], *shown: dict[str, str]) -> list[int]:
    return [ask(api, case, **headers).status for headers in shown]


@pytest.mark.parametrize("case", [case for case in ASKED if case[0].access == OPEN], ids=named)
def test_what_is_open_needs_nothing(deployment, case):
    assert ask(deployment.api, case).status in {200, 404}


@pytest.mark.parametrize("case", [case for case in ASKED if case[0].access in {KEY, SERVER}], ids=named)
def test_what_needs_a_key_takes_no_less_and_no_bad_token(deployment, case):
    api = deployment.api
    key = {"x-api-key": api.key}
    signed_in = {"Authorization": api.admin_token}
    assert statuses(api, case, {}, {"x-api-key": "guessed"}, signed_in) == [403, 403, 403]
    expired = api.visitor_token(user_id="nobody", seconds=-1)
    tampered = api.visitor_token(user_id="A0").replace("v1.", "v1.A", 1)
    bad = [key | {"x-visitor-token": token} for token in (expired, tampered, "v1.x.y")]
    assert statuses(api, case, *bad) == [401, 401, 401]
    with_browser, with_server = statuses(api, case, {"x-api-key": api.browser_key}, key)
    assert with_server in {200, 202}
    assert with_browser == (403 if case[0].access == SERVER else with_server)


@pytest.mark.parametrize("case", [case for case in ASKED if case[0].access in {VIEWER, ADMIN}], ids=named)
def test_what_needs_a_user_takes_nobody_else(deployment, case):
    api = deployment.api
    forged = api.token[:-4] + ("AAAA" if api.token[-4:] != "AAAA" else "BBBB")
    assert statuses(api, case, {}, {"x-api-key": api.key}, {"Authorization": forged}) == [401, 401, 401]
    (as_viewer,) = statuses(api, case, {"Authorization": api.token})
    allowed = {200, 202, 400, 404, 409}
    if case[0].access == VIEWER:
        assert as_viewer in allowed
    else:
        assert as_viewer == 403
        (as_admin,) = statuses(api, case, {"Authorization": api.admin_token})
        assert as_admin in allowed


def test_a_user_of_no_group_may_read_nothing(deployment):
    token = sign_in(deployment.stack, group="")
    assert deployment.api.ask("GET", "/api/v1/segments", headers={"Authorization": token}).status == 403


def test_an_expired_sign_in_opens_nothing(deployment):
    """A client of the same pool whose tokens live for a second."""
    stack = deployment.stack
    cognito, pool = stack.cloud.client("cognito-idp"), stack.output("UserPoolId")
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="short-lived",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        IdTokenValidity=1,
        TokenValidityUnits={"IdToken": "seconds"},
    )["UserPoolClient"]["ClientId"]
    user, password = "admin@patronage.invalid", "aA1!expires-in-a-second"
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
    )
    time.sleep(2)
    expired = {"Authorization": signed_in["AuthenticationResult"]["IdToken"]}
    of_users = [case for case in ASKED if case[0].access in {VIEWER, ADMIN}]
    assert {named(case): ask(deployment.api, case, **expired).status for case in of_users} == dict.fromkeys(
        map(named, of_users), 401
    )


def test_nobody_writes_to_the_visit_of_somebody_else(deployment):
    api = deployment.api
    others = {"x-api-key": api.browser_key, "x-visitor-token": api.visitor_token(user_id="B0")}
    event = {"event_type": "view", "user_id": "A0", "product_id": "A-p0"}
    told = api.ask("POST", "/api/v1/events", headers=others, body=event)
    assert (told.status, told.body["results"][0]["status"]) == (400, "refused")


def test_a_browser_gets_nothing_personal_without_a_token_and_nothing_of_others_with_one(deployment):
    api = deployment.api
    browser = {"x-api-key": api.browser_key}
    unproved = api.ask("GET", "/api/v1/recommendations/A0?k=5", headers=browser)
    assert unproved.status == 200
    assert "user" not in {item["rung"] for item in unproved.body["items"]}
    own = browser | {"x-visitor-token": api.visitor_token(user_id="A0")}
    assert api.ask("GET", "/api/v1/recommendations/A0?k=1", headers=own).body["rung"] == "user"
    others = browser | {"x-visitor-token": api.visitor_token(user_id="B0")}
    assert api.ask("GET", "/api/v1/recommendations/A0", headers=others).status == 403


@pytest.mark.parametrize("odd", ODD_IDS)
def test_what_is_stored_under_any_id_is_found(deployment, odd):
    table = deployment.stack.output("ServingTableName")
    client = deployment.stack.cloud.client("dynamodb")

    def stored(kind: str, name: str) -> dict[str, Any]:
        key = {"pk": {"S": f"{kind}#first-training#{name}"}}
        return client.get_item(TableName=table, Key=key)["Item"]

    for kind, known in (("user", "A0"), ("similar", "A-p0")):
        item = stored(kind, known) | {"pk": {"S": f"{kind}#first-training#{odd}"}}
        client.put_item(TableName=table, Item=item)
    key = {"x-api-key": deployment.api.key}
    query = urlencode({"user_id": odd, "k": 1})
    answer = deployment.api.ask("GET", f"/api/v1/recommendations?{query}", headers=key).body
    assert (answer["user_id"], answer["rung"], answer["items"][0]["product_id"]) == (odd, "user", "A-p0")
    query, signed_in = urlencode({"customer_id": odd, "k": 1}), {"Authorization": deployment.api.token}
    path = f"/api/v1/analytics/customers/recommendations?{query}"
    seen = deployment.api.ask("GET", path, headers=signed_in).body
    assert (seen["user_id"], seen["has_own_list"], seen["items"]) == (odd, True, answer["items"])
    beside = urlencode({"product_id": odd, "k": 1})
    answer = deployment.api.ask("GET", f"/api/v1/similar?{beside}", headers=key).body
    assert (answer["product_id"], answer["rung"]) == (odd, "similar")


@pytest.mark.parametrize("odd", ODD_IDS)
def test_any_id_comes_back_as_it_was_sent(deployment, odd):
    api = deployment.api
    key = {"x-api-key": api.key}
    by_query = api.ask("GET", f"/api/v1/recommendations?{urlencode({'user_id': odd})}", headers=key)
    assert (by_query.status, by_query.body["user_id"]) == (200, odd)
    beside = api.ask("GET", f"/api/v1/similar?{urlencode({'product_id': odd})}", headers=key)
    assert (beside.status, beside.body["product_id"]) == (200, odd)
    if "/" in odd or "%" in odd:
        return  # the local gateway decodes a path before it looks for the route; AWS does not
    by_path = api.ask("GET", f"/api/v1/recommendations/{quote(odd, safe='')}", headers=key)
    assert (by_path.status, by_path.body["user_id"]) == (200, odd)


def test_an_event_changes_the_next_answer(deployment):
    api = deployment.api
    key = {"x-api-key": api.browser_key}
    path = "/api/v1/recommendations?session_id=s-next&k=5"
    before = api.ask("GET", path, headers=key).body
    event = {"event_type": "view", "session_id": "s-next", "product_id": "B-p3", "event_id": "e1"}
    told = api.ask("POST", "/api/v1/events", headers=key, body=event)
    began = time.monotonic()
    assert (told.status, told.body["accepted"]) == (202, 1)
    after = api.ask("GET", path, headers=key).body
    assert time.monotonic() - began < 2
    assert (before["rung"], after["rung"]) == ("popular", "session")
    assert {item["product_id"] for item in after["items"]} == {f"B-p{n}" for n in (0, 1, 2, 4, 5)}
    again = api.ask("POST", "/api/v1/events", headers=key, body=event)
    assert (again.status, again.body["repeated"]) == (202, 1)


def test_a_visit_becomes_the_users_at_login(deployment):
    api = deployment.api
    browser = {"x-api-key": api.browser_key}
    event = {"event_type": "view", "session_id": "s-login", "product_id": "B-p1"}
    assert api.ask("POST", "/api/v1/events", headers=browser, body=event).status == 202
    token = api.visitor_token(user_id="newcomer", session_id="s-login")
    known = browser | {"x-visitor-token": token}
    login = {"event_type": "view", "product_id": "A-p1", "user_id": "newcomer", "session_id": "s-login"}
    assert api.ask("POST", "/api/v1/events", headers=known, body=login).body["accepted"] == 1
    server = {"x-api-key": api.key}
    answer = api.ask("GET", "/api/v1/recommendations?user_id=newcomer&k=10", headers=server).body
    from_the_visit = {item["product_id"] for item in answer["items"] if item["rung"] == "session"}
    assert any(product.startswith("B-") for product in from_the_visit)


def test_some_wrong_events_leave_the_others_be(deployment):
    api = deployment.api
    events = [
        {"event_type": "view", "session_id": "s-part", "product_id": "A-p0"},
        {"event_type": "dance", "session_id": "s-part"},
        {"event_type": "view", "user_id": "A0", "product_id": "A-p0"},
    ]
    key = {"x-api-key": api.browser_key}
    told = api.ask("POST", "/api/v1/events", headers=key, body={"events": events})
    assert told.status == 207
    assert [each["status"] for each in told.body["results"]] == ["accepted", "refused", "refused"]
    assert told.body["results"][1]["problem"]["field"] == "event_type"


def test_filters_hold_and_fill_up(deployment):
    api = deployment.api
    query = urlencode({"user_id": "A0", "k": 4, "exclude": "A-p0", "min_price": "5", "max_price": "10.00"})
    answer = api.ask("GET", f"/api/v1/recommendations?{query}", headers={"x-api-key": api.key}).body
    assert len(answer["items"]) == 4
    assert {item["price_minor"] for item in answer["items"]} == {1000}


def test_a_batch_answers_in_its_order(deployment):
    api = deployment.api
    body = {"user_ids": ["B2", "nobody", "A3", "B2"], "k": 1}
    told = api.ask("POST", "/api/v1/recommendations/batch", headers={"x-api-key": api.key}, body=body)
    assert told.status == 200
    assert [each["user_id"] for each in told.body["answers"]] == body["user_ids"]
    firsts = [each["items"][0]["product_id"] for each in told.body["answers"]]
    assert (firsts[0], firsts[2], firsts[3]) == ("B-p2", "A-p3", "B-p2")


def test_pages_of_customers_add_up_to_the_segment(deployment):
    api = deployment.api
    signed_in = {"Authorization": api.token}
    segments = api.ask("GET", "/api/v1/segments", headers=signed_in).body["segments"]
    for segment in segments:
        found, cursor = [], ""
        while cursor is not None:
            query = urlencode(
                {"segment_id": segment["segment_id"], "limit": 2} | ({"cursor": cursor} if cursor else {})
            )
            page = api.ask("GET", f"/api/v1/segments/customers?{query}", headers=signed_in)
            assert page.status == 200, page.body
            found += [each["customer_id"] for each in page.body["customers"]]
            cursor = page.body["next_cursor"]
        assert len(set(found)) == len(found) == segment["customers"]


def test_an_unchanged_answer_is_a_304(deployment):
    api = deployment.api
    first = api.ask("GET", "/api/v1/segments", headers={"Authorization": api.token})
    shown = {"Authorization": api.token, "If-None-Match": first.headers["etag"]}
    assert api.ask("GET", "/api/v1/segments", headers=shown).status == 304


def test_what_the_gateway_refuses_itself_is_a_problem_too(deployment):
    api = deployment.api
    for path, status in [("/api/v1/nonsense", 404), ("/api/v1/segments", 401), ("/api/v1/similar", 403)]:
        told = api.ask("GET", path)
        assert (told.status, told.headers["content-type"]) == (status, "application/problem+json")
        assert told.body["request_id"]


def test_an_oversized_body_and_one_that_is_no_json(deployment):
    api = deployment.api
    key = {"x-api-key": api.key}
    for raw, status in [(b"x" * 300_000, 413), (b"{", 400), (b"\xff\xfe", 400), (b"[]", 400), (b"", 400)]:
        assert api.ask("POST", "/api/v1/events", headers=key, raw=raw).status == status


def test_the_documentation_is_the_committed_one_and_needs_nothing_from_elsewhere(deployment):
    api = deployment.api
    served = api.get("/api/v1/openapi.json")
    from tests_support import REPOSITORY

    assert served.body == json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))
    page = api.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.body)
    assert not [each for each in assets if "//" in each]
    for asset in assets:
        if not asset.startswith("data:"):
            assert api.get(f"/api/v1/{asset}").status == 200


def test_logs_hold_nobody(deployment):
    """Of all functions behind the API, after all the requests above."""
    client = deployment.stack.cloud.client("logs")
    seen = 0
    for group in client.describe_log_groups()["logGroups"]:
        for stream in client.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]:
            found = client.get_log_events(
                logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"]
            )
            for each in found["events"]:
                seen += 1
                for odd in ("Zoë", "日本", "ann+shop", "x" * 256, "s-login", "A-p1"):
                    assert odd not in each["message"], each["message"]
    assert seen
