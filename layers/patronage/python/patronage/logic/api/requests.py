"""API Gateway's REST proxy events (version 1), read as a route wants them."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from patronage.errors import BadField, PatronageError
from patronage.logic.api.route import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.api.callers import Caller
    from patronage.logic.api.parameters import Parameter
    from patronage.logic.api.route import Route


class TooLarge(PatronageError):
    """The body holds more bytes than an answer is worth."""


@dataclass(frozen=True)
class Request:
    """A request that keeps the rules of its route: ``request["k"]`` is a checked value or its default."""

    route: Route
    values: Mapping[str, Any]
    body: Mapping[str, Any]
    caller: Caller

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers, their names in small letters."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def values_of(event: Mapping[str, Any], route: Route, *, is_twin: bool, is_encoded: bool) -> dict[str, Any]:
    """Return the parameters that a request names in its path and its query.

    Parameters
    ----------
    is_encoded : bool
        Whether path parameters come percent-encoded, as on AWS, or decoded, as in the local cloud. Query
        values come decoded everywhere.

    Raises
    ------
    BadField
        A parameter is missing, unknown or breaks its rule.
    """
    query = event.get("multiValueQueryStringParameters") or {}
    id_name, values = route.id_name, {}
    in_path = "" if is_twin else id_name
    for parameter in route.parameters:
        name = parameter.name
        if name == in_path:
            text = (event.get("pathParameters") or {}).get(name, "")
            values[name] = parameter.of_texts([_decoded(text, name) if is_encoded else text])
        elif name in query:
            values[name] = parameter.of_texts(query[name])
        elif is_twin and route.twin_may_omit_id and name == id_name:
            values[name] = None
        else:
            values[name] = parameter.absent()
    if unknown := [name for name in query if name not in values or name == in_path]:
        raise _unknown(unknown[0], [name for name in values if name != in_path], "parameter")
    return values


def body_of(event: Mapping[str, Any], route: Route) -> dict[str, Any]:
    """Return the JSON object of a request's body, for a route that wants one.

    Raises
    ------
    TooLarge
        It has more than `MAX_BODY_BYTES`.
    BadField
        It is no JSON object.
    """
    if route.body is None:
        return {}
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            text = base64.b64decode(text).decode()
        except (binascii.Error, UnicodeDecodeError) as exc:
            raise _bad_body("is no UTF-8", "unicode") from exc
    if len(text) > MAX_BODY_BYTES or len(text.encode(errors="replace")) > MAX_BODY_BYTES:
        raise TooLarge(f"the body has more than {MAX_BODY_BYTES:,} bytes; send less at once")
    if not text.strip() and route.body_is_optional:
        return {}
    return _object_of(text)


def body_values(body: Mapping[str, Any], fields: Sequence[Parameter]) -> dict[str, Any]:
    """Return the checked fields of a body."""
    known = {each.name: each for each in fields}
    if unknown := [name for name in body if name not in known]:
        raise _unknown(unknown[0], list(known), "field")
    return {
        name: field.of_json(body[name]) if body.get(name) is not None else field.absent()
        for name, field in known.items()
    }


def _object_of(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
        text.encode()
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False, default=str).encode()
    except json.JSONDecodeError as exc:
        raise _bad_body(f"is no JSON at line {exc.lineno}, column {exc.colno} ({exc.msg})", "json") from exc
    except UnicodeEncodeError as exc:
        raise _bad_body("holds half a surrogate pair", "unicode") from exc
    except RecursionError as exc:
        raise _bad_body("is nested too deep", "depth") from exc
    except ValueError as exc:
        raise _bad_body(f"is no JSON ({exc})", "json") from exc
    if not isinstance(body, dict):
        raise _bad_body(f"is a {type(body).__name__}", "object")
    return body


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _bad_body(what: str, rule: str) -> BadField:
    return BadField(f"the body {what}; send a JSON object in UTF-8", field="body", rule=rule)


def _unknown(name: str, known: list[str], noun: str) -> BadField:
    from difflib import get_close_matches  # rarely needed, and slow to load

    near = get_close_matches(name, known, n=1)
    said = f"did you mean {near[0]}? " if near else ""
    told = ", ".join(known) or "none"
    return BadField(
        f"{noun} {name[:60]!r} is unknown; {said}known: {told}", field=name[:60], rule=f"known-{noun}"
    )


def _decoded(text: str, name: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as exc:
        raise BadField(
            f"{name}={text!r} is no percent-encoded UTF-8; encode it as in caf%C3%A9",
            field=name,
            rule="unicode",
        ) from exc
