"""Requests as API Gateway hands them over: of the shop's server, of a browser, and of who is signed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import serving_support

if TYPE_CHECKING:
    from soak._cloud import Cloud

SERVER_KEY, BROWSER_KEY = "k1l2m3n4o5", "b1b2b3b4b5"
ADMIN = {"claims": {"sub": "an-admin", "cognito:groups": "admin"}}
BASE = "/api/v1"


class Refused(Exception):
    """An answer that is no success; its first argument is the status, its second the body."""


def ask(
    cloud: Cloud,
    function: str,
    method: str,
    resource: str,
    *,
    body: dict[str, Any] | None = None,
    path: dict[str, str] | None = None,
    key: str = SERVER_KEY,
    is_admin: bool = False,
    **query: str,
) -> dict[str, Any]:
    """Ask a function behind the API, and return its answer.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    function, method, resource
        What is asked; the resource is below `BASE`.
    body : dict, optional
        What is sent.
    path : dict, optional
        The parameters in the path.
    key : str
        Which API key is shown.
    is_admin : bool
        Whether an admin is signed in.
    **query : str
        The parameters of the query.
    """
    stored = serving_support.event("aws-rest-recommendations-by-query")
    context = {**stored["requestContext"], "identity": {"apiKeyId": key}}
    event = {
        **stored,
        "httpMethod": method,
        "resource": f"{BASE}{resource}",
        "path": f"{BASE}{resource}",
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [query[name]] for name in query} or None,
        "pathParameters": path,
        "requestContext": context | ({"authorizer": ADMIN} if is_admin else {}),
        "body": None if body is None else json.dumps(body),
    }
    answer = cloud.call(function, event)
    said: dict[str, Any] = json.loads(answer["body"] or "{}")
    if answer["statusCode"] not in (200, 201, 202):
        raise Refused(answer["statusCode"], said)
    return said
