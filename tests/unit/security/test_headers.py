"""What a request says in its headers neither comes back in an answer nor changes what a cache keeps."""

from __future__ import annotations

import json

import pytest

import serving_support as support
from patronage.logic.serve.tokens import mint_token

EVIL = "evil.example"
FORGED = f"https://{EVIL}\r\nSet-Cookie: a=b"
UNKEYED = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Original-Url": f"/{EVIL}",
    "Forwarded": f"host={EVIL}",
    "Origin": FORGED,
    "Referer": FORGED,
    "Accept-Language": EVIL,
    "User-Agent": FORGED,
    "X-Amzn-Trace-Id": FORGED,
    "X-Http-Method-Override": "DELETE",
    "Cookie": f"user_id={EVIL}",
}
"""What no cache has in its key, unless it is told to."""
KEY = {"x-api-key": "a key of the browser plan"}
TOKEN = mint_token(support.SECRET.encode(), expires_at=4_000_000_000, user_id="ann")
PUBLIC = [
    ("lookup", "/api/v1/similar", {"product_id": "a#b"}),
    ("lookup", "/api/v1/together", {"product_id": "a#b"}),
    ("lookup", "/api/v1/products/trending", None),
    ("lookup", "/api/v1/products/new", None),
    ("api", "/api/v1/docs", None),
    ("api", "/api/v1/openapi.json", None),
]


def ask(function, resource, query, **headers):
    name = "ministack-rest-recommendations-by-query"
    event = support.event(name, resource=resource, queryStringParameters=query, headers=KEY | headers)
    return function(event)


def of_the_list(answer):
    """Return what a cache keeps: all but how old the figures are, and which request it was."""
    body = answer["body"]
    if answer["headers"]["Content-Type"] == "application/json":
        body = {name: value for name, value in json.loads(body).items() if not name.endswith("age_seconds")}
    headers = {name: value for name, value in answer["headers"].items() if name != "X-Request-Id"}
    return answer["statusCode"], body, headers


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("function", "resource", "query"), PUBLIC)
@pytest.mark.parametrize("origins", [(), ("https://shop.example",)])
def test_no_header_poisons_what_a_shared_cache_keeps(client, monkeypatch, function, resource, query, origins):
    monkeypatch.setenv("PATRONAGE_SHOP", json.dumps({"currency": "GBP", "cors_origins": origins}))
    asked = support.fresh_function(function)
    usual = of_the_list(ask(asked, resource, query))
    assert "public" in usual[2]["Cache-Control"]
    assert of_the_list(ask(asked, resource, query, **UNKEYED)) == usual
    assert of_the_list(ask(asked, resource, query, **{"x-visitor-token": TOKEN})) == usual


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("resource", "query", "headers"),
    [
        ("/api/v1/recommendations", {"user_id": "ann"}, {"x-visitor-token": TOKEN}),
        ("/api/v1/recommendations", None, {"x-visitor-token": TOKEN}),
        ("/api/v1/recommendations", {"session_id": "s"}, {}),
        ("/api/v1/recommendations", None, {}),
        ("/api/v1/similar", {"product_id": "a#b", "evil": "1"}, {}),
        ("/api/v1/similar", {"product_id": "a#b"}, {"x-visitor-token": "forged"}),
        ("/api/v1/nonsense", None, {}),
    ],
)
def test_no_shared_cache_keeps_what_is_personal_or_refused(client, resource, query, headers):
    answer = ask(support.fresh_function("lookup"), resource, query, **headers)
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert "ETag" not in answer["headers"]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("origins", [(), ("https://shop.example",)])
def test_no_header_of_an_answer_is_made_of_one_of_the_request(client, monkeypatch, origins):
    monkeypatch.setenv("PATRONAGE_SHOP", json.dumps({"currency": "GBP", "cors_origins": origins}))
    lookup = support.fresh_function("lookup")
    hostile = UNKEYED | {"If-None-Match": FORGED}
    for resource, query in [
        ("/api/v1/similar", {"product_id": FORGED}),
        ("/api/v1/recommendations", {"user_id": FORGED, "session_id": FORGED}),
        ("/api/v1/recommendations", {"k": FORGED}),
        ("/api/v1/recommendations", {FORGED: "1"}),
    ]:
        answer = ask(lookup, resource, query, **hostile)
        written = [*answer["headers"], *answer["headers"].values()]
        assert not [each for each in written if EVIL in each or "\r" in each or "\n" in each]
