"""Nobody passes a door with less than it asks for, whatever else the request says of itself."""

from __future__ import annotations

import time

import pytest

import serving_support as support
from patronage import gateway, runtime
from patronage.logic.api.route import ADMIN, API, KEY, OPEN, PREFIX, SERVER, VIEWER
from patronage.logic.api.routes import ROUTES
from patronage.logic.serve.tokens import mint_token

ANN, BOB = "ann", "bob/1"
BOASTS = {
    "Authorization": "Bearer admin",
    "Cognito:Groups": "admin",
    "X-Amzn-Oidc-Data": '{"cognito:groups": "admin"}',
    "X-Forwarded-User": "admin",
    "X-Http-Method-Override": "GET",
    "X-Original-Url": "/api/v1/health",
}
"""Headers that some gateway or framework takes for a proof."""
CLAIMS = {"sub": "8bf22c37", "cognito:groups": VIEWER}


@pytest.fixture(autouse=True)
def environment(client):
    for module in (runtime, gateway):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def doors(*access):
    return [
        (route, path)
        for route in ROUTES
        if route.access in access
        for path in (route.path, route.twin)
        if path
    ]


def status_of(route, path, *, headers, claims=None):
    """Ask a route by one of its paths; what would answer it fails the test."""
    event = support.event(
        "aws-rest-segments",
        resource=PREFIX + path,
        httpMethod=route.method,
        headers=headers,
        pathParameters={route.id_name: ANN} if "{" in path else None,
        queryStringParameters={route.id_name: ANN} if route.id_name and "{" not in path else None,
        body="{}",
    )
    event["requestContext"]["authorizer"] = {"claims": claims} if claims else None
    event["requestContext"]["identity"]["apiKeyId"] = "browser" if "x-api-key" in headers else None
    operations = {route.operation: pytest.fail}
    return gateway.serve(event, operations, function=route.function)["statusCode"]


def token(secret=support.SECRET, *, seconds=60, **names):
    return mint_token(secret.encode(), expires_at=int(time.time()) + seconds, **names)


def test_nobody_passes_by_saying_who_they_are():
    for door in doors(KEY, SERVER, VIEWER, ADMIN):
        assert status_of(*door, headers=BOASTS) in {401, 403}, door


@pytest.mark.parametrize("user_id", [ANN, BOB])
def test_a_visitor_who_guesses_an_id_reads_no_customer(user_id):
    """With the public key and a good token: of oneself, too, only the storefront's routes tell."""
    headers = BOASTS | {"x-api-key": "browser", "x-visitor-token": token(user_id=user_id)}
    for door in doors(VIEWER, ADMIN):
        assert status_of(*door, headers=headers) == 401, door


def test_the_public_key_opens_nothing_else():
    for door in doors(SERVER, VIEWER, ADMIN):
        assert status_of(*door, headers=BOASTS | {"x-api-key": "browser"}) in {401, 403}, door


def test_a_viewer_changes_nothing():
    for door in doors(ADMIN):
        assert status_of(*door, headers=BOASTS, claims=CLAIMS) == 403, door


@pytest.mark.parametrize("groups", ["", "admins", "Admin", "not-admin", "[superadmin]", "viewer.admin"])
def test_a_group_whose_name_is_like_admin_is_none(groups):
    (erase,) = (route for route in ROUTES if route.operation == "erase")
    assert status_of(erase, erase.path, headers={}, claims=CLAIMS | {"cognito:groups": groups}) == 403


@pytest.mark.parametrize(
    "shown",
    [
        token("another secret", user_id=ANN),
        token(seconds=-1, user_id=ANN),
        token(user_id=ANN)[:-1],
        token(user_id=ANN).replace("v1.", "v2.", 1),
        "v1.eyJleHAiOjk5OTk5OTk5OTksInVzZXJfaWQiOiJhbm4ifQ.",
        "none",
        "",
    ],
    ids=["forged", "expired", "cut", "of another version", "unsigned", "rubbish", "empty"],
)
def test_a_forged_or_expired_token_opens_no_route_of_the_storefront(shown):
    for door in doors(KEY):
        assert status_of(*door, headers={"x-api-key": "browser", "x-visitor-token": shown}) == 401, door


def test_the_open_routes_are_those_that_hold_nothing_of_the_shop():
    assert {route.path for route in ROUTES if route.access == OPEN} == {
        *("/health", "/docs", "/docs/{asset}", "/openapi.json")
    }
    assert {route.function for route in ROUTES if route.access in {VIEWER, ADMIN}} == {API}
