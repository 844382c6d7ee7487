"""A load through the local gateway: many clients, each with a connection of its own."""

from __future__ import annotations

import http.client
import json
import threading
import time
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from benchmarks.figures import ms_at
from benchmarks.serve_cloud import served

REQUESTS = 10_000
CLIENTS = 32
_HEALTH_REQUESTS = 2_000


class Load(NamedTuple):
    """What a load met, in milliseconds."""

    errors: int
    p50_ms: float
    p99_ms: float
    health_p50_ms: float
    health_p99_ms: float


@cache
def run_load() -> Load:
    """Ask for recommendations 10,000 times, known and unknown users, and for health beside it."""
    shop = served()
    users = [*shop.users[:: max(1, len(shop.users) // 997)], "nobody", "a/b", "Zoë"]
    paths = [f"/api/v1/recommendations?user_id={quote(users[n % len(users)])}&k=10" for n in range(REQUESTS)]
    times, errors = _ask_all(paths)
    health, _ = _ask_all(["/api/v1/health"] * _HEALTH_REQUESTS)
    shares = (0.5, 0.99)
    return Load(errors, *(ms_at(each, share) for each in (times, health) for share in shares))


def _ask_all(paths: list[str]) -> tuple[list[float], int]:
    times: list[float] = []
    errors: list[str] = []
    threads = [
        threading.Thread(target=_client, args=(paths[place::CLIENTS], times, errors))
        for place in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors[:3]:
        print(error)
    return times, len(errors)


def _client(paths: list[str], times: list[float], errors: list[str]) -> None:
    shop = served()
    url = urlsplit(shop.api.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    for path in paths:
        began = time.perf_counter()
        try:
            connection.request("GET", f"{url.path}{path}", headers={"x-api-key": shop.api.key})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            is_good = answer.status == 200 and ("health" in path or len(body["items"]) == 10)
            told = f"{answer.status} {str(body)[:200]}"
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            is_good, told = False, repr(error)
            connection.close()
        times.append(time.perf_counter() - began)
        if not is_good:
            errors.append(f"{path}: {told}")
