"""A load through the local gateway: many clients, each with a connection of its own."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from benchmarks.figures import ms_at
from benchmarks.serve_cloud import served

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REQUESTS = 10_000
CLIENTS = 32
HEALTH = "/api/v1/health"
_WARM_UP = 20
"""So often each client asks either route, all at once, before what counts: no cold start is left to count."""


class Load(NamedTuple):
    """What a load met, in milliseconds."""

    errors: int
    p50_ms: float
    p99_ms: float
    health_p50_ms: float
    health_p99_ms: float


class Answer(NamedTuple):
    """How long an answer took, and what is wrong with it; nothing where it is good."""

    path: str
    seconds: float
    wrong: str


@cache
def run_load() -> Load:
    """Ask for recommendations 10,000 times, known and unknown users, and as often in turn for health."""
    shop = served()
    users = [*shop.users[:: max(1, len(shop.users) // 997)], "nobody", "a/b", "Zoë"]
    paths = [f"/api/v1/recommendations?user_id={quote(users[n % len(users)])}&k=10" for n in range(REQUESTS)]
    for path in (paths[0], HEALTH):
        _ask_all([[path] * _WARM_UP] * CLIENTS)
    answers = _ask_all(turns(paths))
    lookups = [each for each in answers if each.path != HEALTH]
    health = [each for each in answers if each.path == HEALTH]
    shares = (0.5, 0.99)
    return Load(
        sum(bool(each.wrong) for each in lookups),
        *(ms_at([each.seconds for each in kind], share) for kind in (lookups, health) for share in shares),
    )


def turns(paths: Sequence[str]) -> list[list[str]]:
    """Deal paths to the clients, each in turn with health; every other client begins with health."""
    return [list(_in_turn(paths[place::CLIENTS], health_first=place % 2 == 1)) for place in range(CLIENTS)]


def _in_turn(paths: Sequence[str], *, health_first: bool) -> Iterator[str]:
    for path in paths:
        yield from (HEALTH, path) if health_first else (path, HEALTH)


def _ask_all(paths_by_client: Sequence[Sequence[str]]) -> list[Answer]:
    answers: list[Answer] = []
    threads = [threading.Thread(target=_client, args=(paths, answers)) for paths in paths_by_client]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in [each for each in answers if each.wrong][:3]:
        print(f"{answer.path}: {answer.wrong}", file=sys.stderr)
    return answers


def _client(paths: Sequence[str], answers: list[Answer]) -> None:
    shop = served()
    url = urlsplit(shop.api.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    for path in paths:
        began = time.perf_counter()
        try:
            connection.request("GET", f"{url.path}{path}", headers={"x-api-key": shop.api.key})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            is_good = answer.status == 200 and (path == HEALTH or len(body["items"]) == 10)
            wrong = "" if is_good else f"{answer.status} {str(body)[:200]}"
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            wrong = repr(error)
            connection.close()
        answers.append(Answer(path, time.perf_counter() - began, wrong))
