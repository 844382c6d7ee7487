from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadInput, Unproved
from patronage.logic.serve.tokens import mint_token, read_token
from tests_support import REPOSITORY

SECRET = b"the stack's secret"
NOW = 1_760_000_000
IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=256)


@given(user=IDS, session=IDS)
def test_a_token_brings_back_what_it_names(user, session):
    if not user and not session:
        return
    token = mint_token(SECRET, expires_at=NOW + 1, user_id=user, session_id=session)
    assert read_token(token, SECRET, now=NOW) == (user, session, NOW + 1)


def test_the_mac_is_an_hmac_sha256_over_version_and_payload():
    token = mint_token(SECRET, expires_at=NOW, user_id="Zoë")
    version, payload, mac = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {"exp": NOW, "user_id": "Zoë"}
    wanted = hmac.digest(SECRET, f"{version}.{payload}".encode(), hashlib.sha256)
    assert base64.urlsafe_b64decode(mac + "=") == wanted


def test_an_expired_token_proves_nothing():
    token = mint_token(SECRET, expires_at=NOW, user_id="17850")
    assert read_token(token, SECRET, now=NOW - 1).user_id == "17850"
    with pytest.raises(Unproved, match="expired"):
        read_token(token, SECRET, now=NOW)


def test_a_token_of_another_secret_proves_nothing():
    with pytest.raises(Unproved, match="not minted with this stack's secret"):
        read_token(mint_token(b"other", expires_at=NOW + 9, user_id="17850"), SECRET, now=NOW)


@given(st.data())
def test_no_changed_character_goes_unnoticed(data):
    token = mint_token(SECRET, expires_at=NOW + 9, user_id="17850", session_id="s1")
    place = data.draw(st.integers(0, len(token) - 2))  # the last holds spare bits of the base64
    other = data.draw(st.characters(codec="ascii").filter(lambda each: each != token[place]))
    with pytest.raises(Unproved):
        read_token(token[:place] + other + token[place + 1 :], SECRET, now=NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "v1..", "é", "v1." + "a" * 7_000, "\x00"])
def test_rubbish_proves_nothing(token):
    with pytest.raises(Unproved):
        read_token(token, SECRET, now=NOW)


@pytest.mark.parametrize(
    "payload",
    [
        {"exp": NOW + 9},
        {"user_id": "a"},
        {"exp": "9999999999", "user_id": "a"},
        {"exp": True, "user_id": "a"},
        {"exp": NOW + 9, "user_id": 1},
        [],
        1,
        None,
    ],
)
def test_a_signed_token_of_another_shape_proves_nothing(payload):
    encoded = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    mac = base64.urlsafe_b64encode(hmac.digest(SECRET, f"v1.{encoded}".encode(), "sha256"))
    with pytest.raises(Unproved):
        read_token(f"v1.{encoded}.{mac.decode().rstrip('=')}", SECRET, now=NOW)


def test_a_token_that_would_be_too_long_is_not_minted():
    at_most = mint_token(SECRET, expires_at=NOW + 9, user_id="u" * 4_400)
    assert read_token(at_most, SECRET, now=NOW).user_id == "u" * 4_400
    with pytest.raises(BadInput, match=r"would have .* characters; the most are 6,000"):
        mint_token(SECRET, expires_at=NOW + 9, user_id="日" * 1_024, session_id="日" * 1_024)


def test_a_token_that_is_too_long_is_told_so():
    with pytest.raises(Unproved, match="too long: 7,003 characters"):
        read_token("v1." + "a" * 7_000, SECRET, now=NOW)


@pytest.mark.parametrize("payload", [{"exp": NOW + 9}, None])
def test_what_a_token_should_look_like_is_said_where_the_message_points(payload):
    encoded = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    mac = base64.urlsafe_b64encode(hmac.digest(SECRET, f"v1.{encoded}".encode(), "sha256"))
    with pytest.raises(Unproved, match=r"Visitor tokens in docs/api\.md"):
        read_token(f"v1.{encoded}.{mac.decode().rstrip('=')}", SECRET, now=NOW)
    assert "## Visitor tokens\n" in (REPOSITORY / "docs/api.md").read_text(encoding="utf-8")


def test_a_token_for_nobody_is_not_minted():
    with pytest.raises(BadInput, match="names nobody"):
        mint_token(SECRET, expires_at=NOW)
