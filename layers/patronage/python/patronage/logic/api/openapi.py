"""The OpenAPI 3.1 document, made from the table of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.api.callers import KEY_HEADER, TOKEN_HEADER
from patronage.logic.api.route import ADMIN, KEY, OPEN, PREFIX, SERVER, VIEWER
from patronage.logic.api.routes import ROUTES
from patronage.logic.api.schemas import SCHEMAS
from patronage.logic.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from patronage.logic.api.parameters import Parameter
    from patronage.logic.api.route import Route

VERSION = "1.0.0"
"""Of the API: its first number stands in the path of every route."""
_REFUSALS = {
    "400": "A parameter or field breaks a rule; the problem names both",
    "401": "A token is missing, expired or forged",
    "403": "The key or the group does not allow this",
    "404": "There is no such thing",
    "409": "What is there stands against it",
    "413": "The body is too large",
    "415": "The body is of another media type",
    "429": "Too many requests; ask again after Retry-After",
    "500": "Something failed here; its request_id stands in the logs",
    "502": "No answer came",
    "503": "Nothing was published yet, or a store is busy; ask again after Retry-After",
    "504": "No answer came in time",
}
_ACCESS = {
    OPEN: "Open to everyone.",
    KEY: "Needs an API key. Without a visitor token, or a key of the server plan, nothing personal comes.",
    SERVER: "Needs a key of the server plan, which never goes to a browser.",
    VIEWER: "Needs a signed-in user of the group viewer or admin.",
    ADMIN: "Needs a signed-in user of the group admin.",
}
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    OPEN: [],
    KEY: [{"apiKey": []}, {"apiKey": [], "visitorToken": []}],
    SERVER: [{"apiKey": []}],
    VIEWER: [{"signedIn": []}],
    ADMIN: [{"signedIn": []}],
}
STOREFRONT, BACK_OFFICE, OPEN_TO_ALL = "Storefront", "Back office", "Open to all"
_BOTH = "Answers as the route with the id in its path does; for ids with a slash, and for simpler clients."


def openapi() -> dict[str, Any]:
    """Return the document; equal code gives an equal document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, is_twin=False)
        if route.twin:
            paths.setdefault(route.twin, {})[route.method.lower()] = _operation(route, is_twin=True)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Patronage",
            "version": VERSION,
            "summary": "Segments and recommendations of one shop.",
            "description": (
                "Every answer names the generation that it comes from and the age of its data. Ids are "
                "the shop's own, byte for byte. Amounts are whole numbers in the minor unit of the shop's "
                "currency, but for filters, which are written as on a price tag."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": f"where this document lies: {PREFIX} of the stage"}],
        "tags": [
            {"name": STOREFRONT, "description": "What a shop's pages and its server call."},
            {"name": BACK_OFFICE, "description": "What signed-in users ask."},
            {"name": OPEN_TO_ALL, "description": "What needs nothing."},
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
                "visitorToken": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
                "signedIn": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "The ID token of a user of the stack's pool, and nothing before it.",
                },
            },
        },
    }


def _operation(route: Route, *, is_twin: bool) -> dict[str, Any]:
    suffix = "_by_query" if is_twin else ""
    operation: dict[str, Any] = {
        "operationId": f"{route.operation}{suffix}",
        "summary": route.summary,
        "description": _ACCESS[route.access] + (f" {_BOTH}" if is_twin else ""),
        "tags": [_tag(route)],
        "parameters": [_parameter(each, route, is_twin=is_twin) for each in route.parameters],
        "responses": _responses(route),
        "security": _SECURITY[route.access],
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": not route.body_is_optional,
            "content": {"application/json": {"schema": _body_schema(route)}},
        }
    return operation


def _tag(route: Route) -> str:
    if route.access == OPEN:
        return OPEN_TO_ALL
    return STOREFRONT if route.access in {KEY, SERVER} else BACK_OFFICE


def _parameter(parameter: Parameter, route: Route, *, is_twin: bool) -> dict[str, Any]:
    in_path = parameter.name == route.id_name and not is_twin
    may_omit = parameter.name == route.id_name and is_twin and route.twin_may_omit_id
    described = {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "description": parameter.meaning,
        "required": in_path or (parameter.required and not may_omit),
        "schema": parameter.schema(),
    }
    return described if parameter.example is None else {**described, "example": _example(parameter)}


def _example(parameter: Parameter) -> Any:
    if parameter.many:
        return [parameter.example]
    return float(parameter.example) if parameter.kind == "money" else parameter.example


def _body_schema(route: Route) -> dict[str, Any]:
    if not route.body:
        return {"$ref": f"#/components/schemas/{route.body_schema}"}
    return {
        "type": "object",
        "properties": {each.name: {**each.schema(), "description": each.meaning} for each in route.body},
        "required": [each.name for each in route.body if each.required],
        "additionalProperties": False,
    }


def _responses(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _answer(route)}
    if route.operation == "collect":
        responses["207"] = {**_answer(route), "description": "Some events were refused, as the results say"}
    for status, told in _REFUSALS.items():
        if status in _statuses(route):
            responses[status] = {
                "description": told,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    for status in ("414", "431"):
        responses[status] = {"description": "Path, query and headers have more than the gateway's 10 KB"}
    if route.method == "GET" and route.access in {VIEWER, ADMIN, OPEN}:
        responses["304"] = {"description": "Nothing has changed since the answer of If-None-Match"}
    return dict(sorted(responses.items()))


def _statuses(route: Route) -> set[str]:
    """Return the refusals that a route may answer with."""
    statuses = {"400", "429", "500", "502", "504"}
    if route.access != OPEN:
        statuses |= {"401", "403", "503"}
    if route.access in {VIEWER, ADMIN} or route.operation == "docs_asset":
        statuses |= {"404"}
    if route.access in {VIEWER, ADMIN}:
        statuses |= {"409"}
    if route.body is not None:
        statuses |= {"413", "415"}
    return statuses


def _answer(route: Route) -> dict[str, Any]:
    if route.answers == "Page":
        kinds = ("text/html", "text/css", "text/javascript", "application/javascript")
        return {"description": route.summary, "content": {kind: {} for kind in kinds}}
    schema = {"$ref": f"#/components/schemas/{route.answers}"}
    return {"description": route.summary, "content": {"application/json": {"schema": schema}}}
