"""The API's own documentation, as it answers it to everybody."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.errors import NotFound
from patronage.logic.api.pages import ASSETS, PAGE, POLICY, START
from patronage.logic.api.replies import Reply

if TYPE_CHECKING:
    from patronage.logic.api.requests import Request

_HOUR, _DAY = 3_600, 86_400


def page(_: Request) -> Reply:
    """Answer the page that shows the API."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    return Reply(PAGE, headers=headers, cache_seconds=_HOUR, is_public=True)


def asset(request: Request) -> Reply:
    """Answer a file that the page loads."""
    name = request["asset"]
    if name == "start.js":
        text, kind = START, "text/javascript; charset=utf-8"
    elif name in ASSETS:
        text, kind = (_swagger_folder() / name).read_text(encoding="utf-8"), ASSETS[name]
    else:
        raise NotFound(f"there is no file {name!r} of the documentation; see /docs")
    return Reply(text, headers={"Content-Type": kind}, cache_seconds=_DAY, is_public=True)


def openapi(_: Request) -> Reply:
    """Answer the description of the API for programs."""
    from patronage.logic.api.openapi import openapi as described

    return Reply(described(), cache_seconds=_HOUR, is_public=True)


@cache
def _swagger_folder() -> Path:
    """Return where Swagger UI's files lie; the package is not imported, it would ask for Django."""
    spec = find_spec("drf_spectacular_sidecar")
    if spec is None or spec.origin is None:
        raise NotFound("the files of the documentation are not installed; /openapi.json is there")
    return Path(spec.origin).parent / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
