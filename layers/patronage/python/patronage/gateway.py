"""What every function behind API Gateway shares: requests read and checked, answers and problems written."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import (
    BadField,
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    PatronageError,
    TryAgain,
    Unproved,
)
from patronage.logic.api.callers import ServerKey, caller_of, check_access
from patronage.logic.api.replies import Reply
from patronage.logic.api.requests import Request, TooLarge, body_of, body_values, headers_of, values_of
from patronage.logic.api.route import ADMIN, LOOKUP, VIEWER
from patronage.logic.api.routes import routes_of
from patronage.logic.problems import MEDIA_TYPE, problem
from patronage.logic.serve.pointer import NoGenerationYet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patronage.logic.api.route import Route

    Operation = Callable[[Request], "Reply | Mapping[str, Any]"]

_PROBLEMS: tuple[tuple[type[PatronageError], int, str], ...] = (
    (BadInput, 400, "Bad request"),
    (Unproved, 401, "Not proved"),
    (Forbidden, 403, "Forbidden"),
    (NotFound, 404, "Not found"),
    (Conflict, 409, "Conflict"),
    (TooLarge, 413, "Too large"),
    (NoGenerationYet, 503, "No generation yet"),
    (TryAgain, 503, "Unavailable"),
)
_RETRY_AFTER_SECONDS = {"No generation yet": "60", "Unavailable": "1"}
_MOVING = ("age_seconds", "stock_age_seconds")
"""What differs between two answers that say the same."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_EXPOSED = "ETag, Retry-After, X-Request-Id"


def serve(event: Mapping[str, Any], operations: Mapping[str, Operation], *, function: str) -> dict[str, Any]:
    """Answer one request of API Gateway.

    Parameters
    ----------
    event : mapping
        A REST proxy event.
    operations : mapping
        What answers each operation of this function's routes.
    function : str
        The function, as the table of routes names it.
    """
    began = time.perf_counter()
    headers = headers_of(event)
    route, is_twin = _routes(function).get((event["httpMethod"], event["resource"]), (None, False))
    try:
        if route is None:
            raise NotFound(f"no such route; see {_docs(event)}")
        reply = _reply_of(operations[route.operation](_request(event, route, is_twin, headers)))
        answer = _answer(reply, route, headers)
    except PatronageError as error:
        answer = _refusal(error, event)
    except Exception as error:  # an answer is due, and what failed may quote a person's data
        runtime.logger.error("not answered", extra={"error": type(error).__name__, "place": _place(error)})
        answer = _refusal(RuntimeError("something failed here; ask again, then tell who runs this"), event)
    _say(route, answer, began)
    answer["headers"] |= _common_headers(event, headers)
    return answer


def now() -> datetime:
    """Return the instant of a request."""
    return datetime.now(UTC)


def _request(event: Mapping[str, Any], route: Route, is_twin: bool, headers: Mapping[str, str]) -> Request:
    caller = caller_of(
        event,
        headers,
        server_key=_server_key(),
        secret=runtime.visitor_secret,
        now=time.time(),
    )
    check_access(caller, route.access)
    values = values_of(event, route, is_twin=is_twin, is_encoded=runtime.path_parameters_are_encoded())
    body = body_of(event, route)
    if route.body:
        values |= body_values(body, route.body)
    return Request(route, values, body, caller)


def _reply_of(answer: Reply | Mapping[str, Any]) -> Reply:
    return answer if isinstance(answer, Reply) else Reply(answer)


def _answer(reply: Reply, route: Route, headers: Mapping[str, str]) -> dict[str, Any]:
    status = route.status if reply.status == 200 else reply.status
    if isinstance(reply.body, str):
        body, more = reply.body, dict(reply.headers)
    else:
        body, more = _json(reply.body), {"Content-Type": "application/json", **reply.headers}
    if route.method != "GET" or status != 200 or not _may_be_kept(reply, route):
        return _raw(status, body, {"Cache-Control": "no-store", **more})
    more["ETag"] = _etag(reply.body)
    kept = f"max-age={reply.cache_seconds}" if reply.cache_seconds else "no-cache"
    more["Cache-Control"] = f"{'public' if reply.is_public else 'private'}, {kept}"
    if _matches(headers.get("if-none-match", ""), more["ETag"]):
        return _raw(304, "", more)
    return _raw(200, body, more)


def _may_be_kept(reply: Reply, route: Route) -> bool:
    """Say whether a browser may keep the answer: one for a signed-in user, or what says it may."""
    return bool(reply.cache_seconds) or route.access in {VIEWER, ADMIN}


def _etag(body: Mapping[str, Any] | str) -> str:
    """Return a weak validator: equal for answers that differ in nothing but their age."""
    if not isinstance(body, str):
        body = _json({name: value for name, value in body.items() if name not in _MOVING})
    return f'W/"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _matches(wanted: str, etag: str) -> bool:
    """Compare weakly, as RFC 9110 (8.8.3.2) wants for If-None-Match."""
    bare = etag.removeprefix("W/")
    return wanted.strip() == "*" or bare in {each.strip().removeprefix("W/") for each in wanted.split(",")}


def _refusal(error: Exception, event: Mapping[str, Any]) -> dict[str, Any]:
    status, title = next(
        ((status, title) for kind, status, title in _PROBLEMS if isinstance(error, kind)),
        (500, "Failed"),
    )
    more = {"field": error.field, "rule": error.rule} if isinstance(error, BadField) else {}
    body = problem(status, title, str(error), request_id=_request_id(event), **more)
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    if title in _RETRY_AFTER_SECONDS:
        headers["Retry-After"] = _RETRY_AFTER_SECONDS[title]
    return _raw(status, _json(body), headers)


def _common_headers(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    common = {
        "X-Request-Id": _request_id(event),
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000",
    }
    if origins := _origins():
        common["Vary"] = "Origin"
        if (origin := headers.get("origin", "")) in origins or "*" in origins:
            common["Access-Control-Allow-Origin"] = origin or "*"
            common["Access-Control-Expose-Headers"] = _EXPOSED
    return common


def _origins() -> tuple[str, ...]:
    """Return the web origins whose pages may read answers: the dashboard's, and those that the shop names."""
    dashboard = os.environ.get("PATRONAGE_DASHBOARD_ORIGIN")
    return (*((dashboard,) if dashboard else ()), *runtime.shop().cors_origins)


def _say(route: Route | None, answer: Mapping[str, Any], began: float) -> None:
    """Log what was asked and how it went; never an id, a query or a body.

    What a lookup answers well is left to the access log: a line of ours would take a sixth of its time.
    """
    is_usual = route is not None and route.function == LOOKUP and answer["statusCode"] < 400
    if is_usual and not runtime.logger.isEnabledFor(logging.DEBUG):
        return
    runtime.logger.log(
        logging.DEBUG if is_usual else logging.INFO,
        "answered",
        extra={
            "operation": route.operation if route else "",
            "status": answer["statusCode"],
            "milliseconds": round((time.perf_counter() - began) * 1000, 1),
        },
    )


def _request_id(event: Mapping[str, Any]) -> str:
    return str((event.get("requestContext") or {}).get("requestId", ""))


def _docs(event: Mapping[str, Any]) -> str:
    stage = (event.get("requestContext") or {}).get("stage", "")
    return f"/{stage}/api/v1/docs" if stage else "/api/v1/docs"


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""


@cache
def _routes(function: str) -> dict[tuple[str, str], tuple[Route, bool]]:
    return routes_of(function)


@cache
def _server_key() -> ServerKey:
    return ServerKey(
        os.environ.get("PATRONAGE_SERVER_KEY_ID", ""), os.environ.get("PATRONAGE_LOCAL_SERVER_KEY", "")
    )


def _json(body: Mapping[str, Any]) -> str:
    return _ENCODER.encode(body)


def _raw(status: int, body: str, headers: dict[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": headers, "body": body}
