"""Visitor tokens: the shop's server proves to us who sits at a browser.

A token is ``v1.<payload>.<mac>``. The payload is the base64url (without padding) of a JSON object with
``exp`` (seconds since 1970) and ``user_id`` or ``session_id`` or both; the mac is the base64url of
HMAC-SHA256 (RFC 2104) over ``v1.<payload>`` with the stack's secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import NamedTuple

from patronage.errors import BadInput, Unproved

MAX_TOKEN_CHARACTERS = 6_000
_VERSION = "v1"


class Visitor(NamedTuple):
    """What a token proves; an id that it does not name is ""."""

    user_id: str
    session_id: str
    expires_at: int


def mint_token(secret: bytes, *, expires_at: int, user_id: str = "", session_id: str = "") -> str:
    """Write a token.

    Examples
    --------
    >>> mint_token(b"secret", user_id="17850", expires_at=1_800_000_000)
    'v1.eyJleHAiOjE4MDAwMDAwMDAsInVzZXJfaWQiOiIxNzg1MCJ9.GmF46ALfehq2zNIOJJJJmzwXtXz4C7Gdmxih5GAfkSE'

    Raises
    ------
    BadInput
        It would name nobody, or the ids are so long that no token holds them.
    """
    if not (user_id or session_id):
        raise BadInput("a visitor token names nobody; give a user id, a session id or both")
    named = {"user_id": user_id, "session_id": session_id}
    payload = {"exp": expires_at} | {name: value for name, value in named.items() if value}
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signed = f"{_VERSION}.{_to_base64(text.encode())}"
    token = f"{signed}.{_mac(signed, secret)}"
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise BadInput(
            f"the visitor token would have {len(token):,} characters; the most are {MAX_TOKEN_CHARACTERS:,}: "
            "name the user or the session alone, or give them shorter ids"
        )
    return token


def read_token(token: str, secret: bytes, *, now: float) -> Visitor:
    """Return what a token proves.

    Raises
    ------
    Unproved
        It is forged, cut, too long, or expired.
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise Unproved(
            f"the visitor token is too long: {len(token):,} characters, where {MAX_TOKEN_CHARACTERS:,} are "
            "the most; let the shop's server mint one of shorter ids"
        )
    signed, _, mac = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(mac, _mac(signed, secret)):
        raise Unproved(
            "the visitor token was not minted with this stack's secret; let the shop's server mint one anew"
        )
    visitor = _payload_of(signed)
    if visitor.expires_at <= now:
        raise Unproved("the visitor token has expired; let the shop's server mint one anew")
    return visitor


def _payload_of(signed: str) -> Visitor:
    version, _, payload = signed.partition(".")
    try:
        fields = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        user_id, session_id = fields.get("user_id", ""), fields.get("session_id", "")
        expires_at = fields["exp"]
    except (binascii.Error, ValueError, KeyError, AttributeError) as exc:
        raise Unproved(
            "the visitor token is signed, but not as v1 wants it; see Visitor tokens in docs/api.md"
        ) from exc
    is_well = isinstance(user_id, str) and isinstance(session_id, str) and (user_id or session_id)
    if version != _VERSION or not is_well or type(expires_at) is not int:
        raise Unproved(
            "the visitor token is signed, but not as v1 wants it; see Visitor tokens in docs/api.md"
        )
    return Visitor(user_id, session_id, expires_at)


def _mac(signed: str, secret: bytes) -> str:
    return _to_base64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
