"""Serving the demo's shop, beside bare calls to the same DynamoDB endpoint.

A warm handler and the bare call take turns, each with a client of its own, 1,500 times; the local DynamoDB
takes about 3 ms. Cold starts stand beside a bare client's, items beside a write unit, and what a million of
each costs beside the gateway's price. The load through the local gateway stands beside a route that reads
nothing: as many clients warm both, then ask both as often and in turn.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, ms_at
from benchmarks.serve_cloud import handler, served
from benchmarks.serve_cost import (
    EVENTS_BASELINE,
    LOOKUPS_BASELINE,
    events_usd,
    lookups_usd,
    refresh_usd,
)
from benchmarks.serve_items import WRITE_UNIT, demo_items, million_items
from benchmarks.serve_load import run_load
from patronage import runtime
from patronage.cloud import repository
from patronage.logic.serve.keys import item_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TURNS = 1_500
_WARM_UP = 200
_COLD_STARTS = 15
_EVENT_TURNS = 11
_PRODUCTS_OF_A_VISIT = 5


def lookup_p50_ms() -> Figure:
    """Answer 10 products for a known user, against a bare get_item of the same item: the median."""
    ours, bare = _plain_turns()
    return Figure(ms_at(ours, 0.5), "ms", "boto3 get_item of the same item", ms_at(bare, 0.5))


def lookup_p99_ms() -> Figure:
    """Answer the same, at the 99th percentile."""
    ours, bare = _plain_turns()
    return Figure(ms_at(ours, 0.99), "ms", "boto3 get_item of the same item", ms_at(bare, 0.99))


def session_lookup_p50_ms() -> Figure:
    """Answer 10 products for a known user amid a visit, against the same two reads, bare."""
    ours, bare = _session_turns()
    return Figure(ms_at(ours, 0.5), "ms", "boto3, the same two batch_get_item", ms_at(bare, 0.5))


def lookup_cold_cpu_ms() -> Figure:
    """Import the lookup function and make its client in a fresh process, against boto3 and a client."""
    return _cold("lookup")


def api_cold_cpu_ms() -> Figure:
    """Import the function that answers the rest, likewise."""
    return _cold("api")


def collect_cold_cpu_ms() -> Figure:
    """Import the function that takes events, likewise."""
    return _cold("collect")


def recommendation_item_bytes() -> Figure:
    """Mean bytes of a user's item of the demo's shop, key and attribute names counted."""
    sizes = demo_items()
    return Figure(statistics.mean(sizes), "bytes", "one write unit", WRITE_UNIT)


def recommendation_item_write_units() -> Figure:
    """Mean write units of a user's item of the demo's shop."""
    return Figure(_mean_units(demo_items()), "write units", "one an item", 1)


def million_users_item_bytes() -> Figure:
    """Mean bytes of a user's item of a shop with a million users and 100,000 products."""
    return Figure(statistics.mean(million_items()), "bytes", "one write unit", WRITE_UNIT)


def million_users_write_units() -> Figure:
    """Write units of a full refresh of a million users."""
    return Figure(_mean_units(million_items()) * 1e6, "write units", "one an item", 1e6)


def load_errors() -> Figure:
    """10,000 lookups by 32 clients through the local gateway, when warm: answers that are no good 200."""
    return Figure(run_load().errors, "answers", "none", 0)


def load_p50_ms() -> Figure:
    """Answer the same load: its median, against the gateway's health route, asked in turn with it."""
    load = run_load()
    return Figure(load.p50_ms, "ms", "GET /health, which reads nothing", load.health_p50_ms)


def load_p99_ms() -> Figure:
    """Answer the same load: its 99th percentile."""
    load = run_load()
    return Figure(load.p99_ms, "ms", "GET /health, which reads nothing", load.health_p99_ms)


def million_lookups_usd() -> Figure:
    """Price a million lookups, of the median measured here, against the gateway's price alone."""
    ours, _ = _plain_turns()
    return Figure(lookups_usd(ms_at(ours, 0.5)), "USD", *LOOKUPS_BASELINE)


def million_events_usd() -> Figure:
    """Price a million events in batches of ten, against the gateway's price of as many single requests."""
    return Figure(events_usd(_event_ms()), "USD", *EVENTS_BASELINE)


def million_users_refresh_usd() -> Figure:
    """Publish a million users anew, their superseded items given an end, against one write unit each."""
    units = _mean_units(million_items())
    return Figure(refresh_usd(units), "USD", "one write unit a user", refresh_usd(1, retires=False))


FIGURES = {
    each.__name__: each
    for each in (
        lookup_p50_ms,
        lookup_p99_ms,
        session_lookup_p50_ms,
        lookup_cold_cpu_ms,
        api_cold_cpu_ms,
        collect_cold_cpu_ms,
        recommendation_item_bytes,
        recommendation_item_write_units,
        million_users_item_bytes,
        million_users_write_units,
        million_lookups_usd,
        million_events_usd,
        million_users_refresh_usd,
        load_errors,
        load_p50_ms,
        load_p99_ms,
    )
}


@cache
def _plain_turns() -> tuple[list[float], list[float]]:
    shop = served()
    client, answer = shop.client(), handler("lookup")
    user = shop.users[len(shop.users) // 2]
    key = {"pk": {"S": item_key("user", shop.generation, user)}}
    event = _lookup_event(user_id=user)
    return _take_turns(
        lambda: _is_good(answer(event)), lambda: client.get_item(TableName=shop.table, Key=key)
    )


@cache
def _session_turns() -> tuple[list[float], list[float]]:
    shop = served()
    client, answer = shop.client(), handler("lookup")
    user = shop.users[len(shop.users) // 2]
    popular = shop.api.get(f"/api/v1/recommendations?k={_PRODUCTS_OF_A_VISIT}", with_key=True).body["items"]
    products = [item["product_id"] for item in popular]
    events = [{"event_type": "view", "user_id": user, "product_id": product} for product in products]
    told = shop.api.ask(
        "POST", "/api/v1/events", headers={"x-api-key": shop.api.key}, body={"events": events}
    )
    assert told.body["accepted"] == len(events), told
    event = _lookup_event(user_id=user)
    first = [item_key("user", shop.generation, user), f"session#user#{user}"]
    second = [item_key("similar", shop.generation, product) for product in products]

    def read(keys: list[str]) -> None:
        wanted = {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}
        client.batch_get_item(RequestItems={shop.table: wanted})

    def bare() -> None:
        read(first)
        read(second)

    return _take_turns(lambda: _is_good(answer(event)), bare)


@cache
def _event_ms() -> float:
    """Return how long the collect function takes for a batch of ten views, in milliseconds.

    A few are enough: in the local cloud each is delivered and ingested at once, by the same two cores.
    """
    shop = served()
    os.environ["PATRONAGE_EVENT_STREAM"] = shop.stack.output("EventStreamName")
    answer = handler("collect")
    runtime.patience().begin(60)  # the lookups of this process had theirs
    times = []
    for turn in range(_EVENT_TURNS):
        events = [
            {"event_type": "view", "session_id": f"s{turn}", "product_id": f"p{place}"} for place in range(10)
        ]
        event = _lookup_event() | {
            "resource": "/api/v1/events",
            "httpMethod": "POST",
            "body": json.dumps({"events": events}),
        }
        with _quiet():
            began = time.perf_counter()
            told = answer(event)
            times.append(time.perf_counter() - began)
        assert told["statusCode"] == 202, told["body"]
    return statistics.median(times) * 1e3


def _lookup_event(**query: str) -> dict[str, Any]:
    text = (repository() / "events" / "ministack-rest-recommendations-by-query.json").read_text("utf-8")
    event: dict[str, Any] = json.loads(text)
    event["headers"]["x-api-key"] = served().api.key
    event["queryStringParameters"] = query or None
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
    return event


def _is_good(answer: dict[str, Any]) -> None:
    assert answer["statusCode"] == 200, answer["body"]


def _take_turns(ours: Callable[[], Any], bare: Callable[[], Any]) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    with _quiet():
        for turn in range(_WARM_UP + TURNS):
            for work, kept in zip((ours, bare), times, strict=True):
                began = time.perf_counter()
                work()
                if turn >= _WARM_UP:
                    kept.append(time.perf_counter() - began)
    return times


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Write the log lines to nowhere, as cheaply as Lambda's pipe takes them."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _mean_units(sizes: list[int]) -> float:
    return statistics.mean(-(-size // WRITE_UNIT) for size in sizes)


def _cold(function: str) -> Figure:
    """Take turns in fresh processes; CPU time, which another process does not lengthen."""
    path = repository() / "functions" / function / "handler.py"
    bare = "import boto3; boto3.client('dynamodb')"
    ours = (
        "import importlib.util as u; "
        f"s = u.spec_from_file_location('handler', {str(path)!r}); m = u.module_from_spec(s); "
        "s.loader.exec_module(m); m.runtime.impatient_dynamodb()"
    )
    times: dict[str, list[float]] = {bare: [], ours: []}
    for _ in range(_COLD_STARTS):
        for program, kept in times.items():
            kept.append(_cpu_seconds(program))
    return Figure(
        statistics.median(times[ours]) * 1e3,
        "ms of CPU",
        "import boto3, make a DynamoDB client",
        statistics.median(times[bare]) * 1e3,
    )


def _cpu_seconds(program: str) -> float:
    measured = f"{program}\nimport os; t = os.times(); print(t.user + t.system)"
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": ""}
    environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [sys.executable, "-c", measured], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])
