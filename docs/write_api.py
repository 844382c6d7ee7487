"""Write `docs/reference/api.md` from `docs/openapi.json`: `python -m docs.write_reference api`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.markdown import code, page, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCUMENT = Path(__file__).parent / "openapi.json"
_INTRODUCTION = """
Every route, from [openapi.json](../openapi.json), which the API answers at `/api/v1/openapi.json` and
shows at `/api/v1/docs`. How to call it from a shop: [integrate](../api.md). All paths stand below
`/api/v1`. An error is a document of
[`application/problem+json`](https://www.rfc-editor.org/rfc/rfc9457): [Problem](#problem).
"""
_ALWAYS = ("400", "414", "429", "431", "500", "502", "504")
"""Refusals that every route may answer with."""


def api() -> str:
    """Return the page."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    routes = list(_routes(document))
    parts = [_INTRODUCTION, _refusals(routes), "What else a route may answer stands in its table."]
    for tag in document["tags"]:
        of_tag = [each for each in routes if tag["name"] in each[2]["tags"]]
        parts.append(f"## {tag['name']}\n\n{tag['description']}")
        parts += [_route(*each) for each in of_tag]
    parts.append("## Schemas\n\nWhat bodies and answers hold. A field with * is always there.")
    parts += [_schema(*each) for each in document["components"]["schemas"].items()]
    return page("HTTP API", "write_api", *parts)


def _routes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _refusals(routes: list[tuple[str, str, dict[str, Any]]]) -> str:
    responses = routes[0][2]["responses"]
    told = table(
        ("status", "from any route, where"),
        [(each, responses[each]["description"]) for each in _ALWAYS],
    )
    missing = [path for _, path, each in routes if not set(_ALWAYS) <= each["responses"].keys()]
    if missing:
        raise LookupError(f"{missing[0]} does not answer all of {', '.join(_ALWAYS)}; mend docs/write_api.py")
    return told


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [f"### {method} {path}", f"{operation['summary']}. {operation['description']}"]
    if operation["parameters"]:
        rows = [
            (code(each["name"]), each["in"], _kind(each["schema"]), _needed(each), each["description"])
            for each in operation["parameters"]
        ]
        parts.append(table(("parameter", "in", "takes", "required", "meaning"), rows))
    if "requestBody" in operation:
        parts.append(_body(operation["requestBody"]))
    answers = [
        (status, each["description"], _content(each))
        for status, each in operation["responses"].items()
        if status not in _ALWAYS
    ]
    parts.append(table(("status", "answer", "schema"), answers))
    return "\n\n".join(part.strip() for part in parts)


def _needed(parameter: Mapping[str, Any]) -> str:
    return "yes" if parameter["required"] else "no"


def _body(body: Mapping[str, Any]) -> str:
    schema = body["content"]["application/json"]["schema"]
    may = "" if body["required"] else " It may be left out."
    if "$ref" in schema:
        return f"Body: {_kind(schema)}.{may}"
    return f"Body, an object.{may}\n\n{_fields(schema)}"


def _content(answer: Mapping[str, Any]) -> str:
    kinds = answer.get("content", {})
    schemas = [_kind(each["schema"]) for each in kinds.values() if "schema" in each]
    return ", ".join(schemas) or ", ".join(code(kind) for kind in kinds)


def _schema(name: str, schema: dict[str, Any]) -> str:
    parts = [f"### {name}"]
    if schema.get("description"):
        parts.append(_sentence(schema["description"]))
    if "properties" in schema:
        parts.append(_fields(schema))
    elif "anyOf" in schema or "oneOf" in schema:
        parts.append(f"{_kind(schema)}.")
    return "\n\n".join(part.strip() for part in parts)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _fields(schema: Mapping[str, Any]) -> str:
    rows = list(_rows(schema, ""))
    return table(("field", "type", "meaning"), rows)


def _rows(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, str, str]]:
    """Yield each field, and those within it with the place before their names."""
    needed = set(schema.get("required", ()))
    for name, each in schema.get("properties", {}).items():
        star = "*" if name in needed else ""
        yield f"{code(place + name)}{star}", _kind(each), each.get("description", "")
        inner = each.get("items", each)
        if "properties" in inner:
            dots = "[]." if "items" in each else "."
            yield from _rows(inner, f"{place}{name}{dots}")


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in words what a schema allows."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    for either in ("anyOf", "oneOf"):
        if either in schema:
            return " or ".join(dict.fromkeys(_kind(each) for each in schema[either]))
    kinds = schema.get("type", "any")
    told = " or ".join(_plain(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return f"{told}{_range(schema)}"


def _plain(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    if kind == "string" and "format" in schema:
        return str(schema["format"])
    extra = schema.get("additionalProperties")
    if kind == "object" and isinstance(extra, dict):
        return f"object of {_kind(extra)}"
    return kind


def _range(schema: Mapping[str, Any]) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", from {low}" if "minimum" in schema else f", above {low}"
    if high is not None:
        return f", up to {high}"
    lists = schema.get("minItems"), schema.get("maxItems")
    return f", {lists[0] or 0} to {lists[1]} of them" if lists[1] else ""
