"""Call every function of a deployed stack once, with an event that changes nothing, and judge what comes."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from patronage.cloud._access import local_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from patronage.cloud._session import Stack

EVENTS: Mapping[str, str] = {
    "api": "aws-rest-health",
    "catalog": "smoke-pandas",
    "collect": "smoke-collect",
    "compact": "smoke-tables",
    "erase": "smoke-tables",
    "ingest": "smoke-ingest",
    "lookup": "aws-rest-recommendations-by-query",
    "monitor": "smoke-tables",
    "monitor_learn": "smoke-learn",
    "publish": "smoke-tables",
    "segment": "smoke-tables",
    "segment_learn": "smoke-learn",
    "train": "smoke-learn",
    "train_tables": "smoke-tables",
}
"""The file in `events/` that each function is called with."""
_NOTHING_YET = "No generation yet"
_SECONDS = 30


@dataclass(frozen=True)
class Tried:
    """One part of a stack that was asked.

    Parameters
    ----------
    name : str
        The function's folder, or what else was asked.
    is_well : bool
        Whether it answered as it should.
    said : str
        What came, in words.
    seconds : float
        How long it took.
    """

    name: str
    is_well: bool
    said: str
    seconds: float


def function_names(stack: Stack) -> dict[str, str]:
    """Return the names of a stack's functions by their folders below `functions/`."""
    return {
        re.sub(r"(?<!^)([A-Z])", r"_\1", name.removesuffix("FunctionName")).lower(): value
        for name, value in sorted(stack.outputs.items())
        if name.endswith("FunctionName")
    }


def smoke(stack: Stack, events: Path) -> Iterator[Tried]:
    """Call each function, `/health` and the dashboard's page once.

    Parameters
    ----------
    stack : Stack
        The deployed stack, in the local cloud or on AWS.
    events : Path
        The repository's folder of events.

    Yields
    ------
    Tried
        What came of each; a call that fails is told, and the next one made.
    """
    for folder, name in function_names(stack).items():
        yield _timed(folder, lambda: _function(stack, folder, name, events))  # noqa: B023 - called at once
    yield _timed("GET /health", lambda: _health(stack))
    yield _timed("dashboard", lambda: _page(stack))


def _timed(name: str, ask: Callable[[], tuple[bool, str]]) -> Tried:
    began = time.monotonic()
    is_well, said = ask()
    return Tried(name, is_well, said, time.monotonic() - began)


def _function(stack: Stack, folder: str, name: str, events: Path) -> tuple[bool, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    if folder not in EVENTS:
        return False, "this version of the command line knows no event for it; use the stack's own version"
    event = (events / f"{EVENTS[folder]}.json").read_bytes()
    try:
        answer = stack.cloud.client("lambda").invoke(FunctionName=name, Payload=event)
    except ClientError as exc:
        error = exc.response["Error"]
        return False, f"the call was refused ({error['Code']}): {error['Message']}"
    except BotoCoreError as exc:
        return False, f"the call failed: {exc}"
    payload = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        return False, f"failed: {payload.get('errorType', 'error')}: {payload.get('errorMessage')}"
    return _JUDGES.get(folder, _judge_step)(payload, json.loads(event))


def _judge_step(payload: Any, event: Mapping[str, Any]) -> tuple[bool, str]:
    found = payload.get("packages") if isinstance(payload, dict) else None
    if not isinstance(found, dict) or list(found) != event["packages"]:
        return False, f"answered {_short(payload)} instead of the versions of its packages"
    return True, "imports " + ", ".join(f"{name} {version}".strip() for name, version in found.items())


def _judge_ingest(payload: Any, _: Mapping[str, Any]) -> tuple[bool, str]:
    if payload == {"batchItemFailures": []}:
        return True, "passes over a folder"
    return False, f"answered {_short(payload)} to a folder, which it should pass over"


def _judge_health(payload: Any, _: Mapping[str, Any]) -> tuple[bool, str]:
    status, body = _reply_of(payload)
    is_well = status == HTTPStatus.OK and body == {"status": "up"}
    return is_well, "is up" if is_well else f"answered {status}: {_short(body)}"


def _judge_lookup(payload: Any, _: Mapping[str, Any]) -> tuple[bool, str]:
    status, body = _reply_of(payload)
    if status == HTTPStatus.OK:
        return True, f"recommends {len(body['items'])} products to someone it does not know"
    if status == HTTPStatus.SERVICE_UNAVAILABLE and body.get("title") == _NOTHING_YET:
        return True, "answers; nothing is published yet: upload orders, and the first run publishes"
    return False, f"answered {status}: {_short(body)}"


def _judge_collect(payload: Any, _: Mapping[str, Any]) -> tuple[bool, str]:
    status, body = _reply_of(payload)
    if status == HTTPStatus.BAD_REQUEST and body.get("field") == "events":
        return True, "refuses a list without an event"
    return False, f"answered {status} to a list without an event: {_short(body)}"


_JUDGES: Mapping[str, Callable[[Any, Mapping[str, Any]], tuple[bool, str]]] = {
    "api": _judge_health,
    "collect": _judge_collect,
    "ingest": _judge_ingest,
    "lookup": _judge_lookup,
}


def _reply_of(payload: Any) -> tuple[int, dict[str, Any]]:
    """Return status and body of an answer to API Gateway."""
    try:
        return int(payload["statusCode"]), dict(json.loads(payload["body"]))
    except (KeyError, TypeError, ValueError):
        return 0, {"answer": payload}


def _health(stack: Stack) -> tuple[bool, str]:
    base = local_url(stack) if stack.cloud.endpoint else stack.output("ApiUrl")
    status, body = _got(f"{base}/api/v1/health")
    if status == HTTPStatus.OK and b'"up"' in body:
        return True, f"is up at {base}/api/v1"
    return False, f"{base}/api/v1/health answered {status}: {_short(body.decode(errors='replace'))}"


def _page(stack: Stack) -> tuple[bool, str]:
    url = stack.output("DashboardUrl")
    host = urllib.parse.urlsplit(url).netloc
    # The name of a local distribution is no name that every machine knows.
    status, body = _got(stack.cloud.endpoint or url, host=host if stack.cloud.endpoint else None)
    if status == HTTPStatus.OK and b"<html" in body:
        return True, f"is at {url}"
    hint = "it may not be published yet: patronage publish-dashboard --stack " + stack.name
    return False, f"{url} answered {status}; {hint}"


def _got(url: str, *, host: str | None = None) -> tuple[int | str, bytes]:
    """Return status and body of a page; what kept it from answering, and nothing, where none came."""
    headers = {"User-Agent": "patronage-smoke", **({"Host": host} if host else {})}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - an output of our own stack
    is_local = urllib.parse.urlsplit(url).hostname == "127.0.0.1"
    opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if is_local else []))
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read()
    except (urllib.error.URLError, OSError) as exc:
        return f"nothing ({getattr(exc, 'reason', exc)})", b""


def _short(found: Any) -> str:
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]} …"
