"""API Gateway's REST proxy events (version 1) read, and replies to them written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from patronage.errors import BadInput, TryAgain
from patronage.logic.problems import MEDIA_TYPE, problem
from patronage.logic.serve.ladder import MAX_K
from patronage.logic.serve.pointer import NoGenerationYet

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_K = 10
_RETRY_AFTER_SECONDS = {NoGenerationYet: 60, TryAgain: 1}


def asked_id(event: Mapping[str, Any], name: str, *, is_encoded: bool) -> str:
    """Return the id that a request names, in the path or in the query.

    Parameters
    ----------
    event : mapping
        The proxy event.
    name : str
        ``user_id`` or ``product_id``.
    is_encoded : bool
        Whether path parameters come percent-encoded, as on AWS, or decoded, as in the local cloud.
        Query values come decoded everywhere.
    """
    in_path = (event.get("pathParameters") or {}).get(name)
    if in_path is None:
        value = _query(event).get(name, "")
    else:
        value = _decode(in_path, name) if is_encoded else in_path
    if not value:
        raise BadInput(f"{name} is missing; ask as in ?{name}=13085")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadInput(f"{name} is no valid Unicode text; send it as UTF-8")
    return str(value)


def asked_k(event: Mapping[str, Any]) -> int:
    """Return how many products are wanted: 1 to 50, 10 where nothing is said."""
    text = _query(event).get("k", str(DEFAULT_K))
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_K):
        raise BadInput(f"k={text!r} must be a whole number from 1 to {MAX_K}; ask as in ?k=10")
    return int(text)


def reply(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer 200 with JSON, which no cache on the way may keep: it is about one person."""
    return _reply(200, body, {"Content-Type": "application/json", "Cache-Control": "no-store"})


def refuse(error: BadInput | TryAgain) -> dict[str, Any]:
    """Answer an error of ours as problem+json."""
    status, title = _status_of(error)
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    for kind, seconds in _RETRY_AFTER_SECONDS.items():
        if isinstance(error, kind):
            headers["Retry-After"] = str(seconds)
            break
    return _reply(status, problem(status, title, str(error)), headers)


def _status_of(error: BadInput | TryAgain) -> tuple[int, str]:
    if isinstance(error, BadInput):
        return 400, "Bad request"
    if isinstance(error, NoGenerationYet):
        return 503, "No generation yet"
    return 503, "Serving table unavailable"


def _query(event: Mapping[str, Any]) -> Mapping[str, str]:
    return event.get("queryStringParameters") or {}


def _decode(value: str, name: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as exc:
        raise BadInput(f"{name}={value!r} is no percent-encoded UTF-8; encode it as in caf%C3%A9") from exc


def _reply(status: int, body: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": headers,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }
