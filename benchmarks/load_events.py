"""The events of the load: posts of several views each, and whether all that were taken reach the lake."""

from __future__ import annotations

import itertools
import json
import time
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb

from benchmarks.load_requests import Asked
from patronage.logic.api.route import SERVER
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from patronage.cloud import Stack

EVENTS_A_POST = 10
_SESSIONS = 50
_POLL_SECONDS = 2


def posts(products: Sequence[str]) -> Iterator[Asked]:
    """Post views without end, in visits that no lookup names."""
    for number in itertools.count():
        yield post(f"load-{number}", f"load-visit-{number % _SESSIONS}", _some(products, number))


def post(name: str, session_id: str, products: Sequence[str]) -> Asked:
    """Post that a visit viewed products, each by an event of a known id."""
    events = [
        {
            "event_id": f"{name}-{place}",
            "event_type": "view",
            "session_id": session_id,
            "product_id": product,
        }
        for place, product in enumerate(products)
    ]
    body = json.dumps({"events": events}).encode()
    return Asked("post", "/api/v1/events", SERVER, body, event_ids=tuple(e["event_id"] for e in events))


def lost_events(stack: Stack, posted: Collection[str], *, timeout_s: float) -> int:
    """Return how many of the posted events the lake does not hold after a time."""
    deadline = time.monotonic() + timeout_s
    while True:
        lost = len(set(posted) - _in_lake(stack))
        if not lost or time.monotonic() > deadline:
            return lost
        time.sleep(_POLL_SECONDS)


def _in_lake(stack: Stack) -> set[str]:
    with closing(stack.lake_store()) as store:
        files = [str(path) for path in Lake(store).snapshot("events").files()]
        rows = duckdb.execute(f"SELECT event_id FROM read_parquet({files})").fetchall()
    return {event_id for (event_id,) in rows}


def _some(products: Sequence[str], number: int) -> list[str]:
    return [products[(number * EVENTS_A_POST + place) % len(products)] for place in range(EVENTS_A_POST)]
