from __future__ import annotations

import pytest

from patronage.errors import Forbidden, Unproved
from patronage.logic.api.callers import Caller, ServerKey, caller_of, check_access
from patronage.logic.serve.tokens import mint_token

SECRET = b"secret"
ON_AWS, LOCAL = ServerKey("key-1"), ServerKey("", "the value")


def caller(event=None, headers=None, server_key=ON_AWS, secret=lambda: SECRET):
    return caller_of(event or {}, headers or {}, server_key=server_key, secret=secret, now=100)


def keyed(key_id):
    return {"requestContext": {"identity": {"apiKeyId": key_id}}}


def test_without_anything_nobody_asks_and_no_secret_is_read():
    assert caller(secret=pytest.fail) == Caller()


def test_the_plan_follows_from_the_key_that_api_gateway_names():
    headers = {"x-api-key": "whatever"}
    assert caller(keyed("key-1"), headers).plan == "server"
    assert caller(keyed("key-2"), headers).plan == "browser"
    assert (
        caller(keyed("key-2"), {"x-api-key": "the value"}, ServerKey("key-1", "the value")).plan == "browser"
    )
    assert caller(keyed("key-1"), headers, ServerKey("", "")).plan == "browser"


def test_where_no_key_is_named_the_header_tells():
    assert caller({}, {"x-api-key": "the value"}, LOCAL).plan == "server"
    assert caller({}, {"x-api-key": "another"}, LOCAL).plan == "browser"
    assert caller({}, {"x-api-key": ""}, ServerKey("", "")).plan == ""


def test_a_token_proves_user_and_session():
    token = mint_token(SECRET, expires_at=101, user_id="u", session_id="s")
    asked = caller({}, {"x-visitor-token": token})
    assert (asked.user_id, asked.session_id) == ("u", "s")
    with pytest.raises(Unproved):
        caller({}, {"x-visitor-token": token[:-3]})
    with pytest.raises(Unproved):
        caller({}, {"x-visitor-token": ""})


@pytest.mark.parametrize("written", ["viewer", "[viewer]", "[other, viewer]", "other,viewer", ["viewer"]])
def test_groups_are_read_as_either_cloud_writes_them(written):
    event = {"requestContext": {"authorizer": {"claims": {"cognito:groups": written, "sub": "1"}}}}
    assert "viewer" in caller(event).groups
    assert "admin" not in caller(event).groups


def test_an_admin_is_a_viewer():
    event = {"requestContext": {"authorizer": {"claims": {"cognito:groups": "admin", "sub": "1"}}}}
    assert caller(event).groups == {"admin", "viewer"}


@pytest.mark.parametrize(
    ("asked", "access", "refusal"),
    [
        (Caller(), "open", None),
        (Caller(), "key", Forbidden),
        (Caller("browser"), "key", None),
        (Caller("browser"), "server", Forbidden),
        (Caller("server"), "server", None),
        (Caller("server"), "viewer", Unproved),
        (Caller(name="1"), "viewer", Forbidden),
        (Caller(groups=frozenset({"viewer"}), name="1"), "viewer", None),
        (Caller(groups=frozenset({"viewer"}), name="1"), "admin", Forbidden),
        (Caller(groups=frozenset({"viewer", "admin"}), name="1"), "admin", None),
        (Caller(groups=frozenset({"admin"}), user_id="u"), "admin", Unproved),
    ],
)
def test_who_may_ask(asked, access, refusal):
    if refusal is None:
        check_access(asked, access)
    else:
        with pytest.raises(refusal):
            check_access(asked, access)
