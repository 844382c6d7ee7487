"""The scene of the load: a shop of a month that is served, and the second month, which arrives meanwhile."""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from benchmarks.load_clients import HttpClient, OpenLoop
from benchmarks.load_events import post, posts
from benchmarks.load_flips import FlipWatch
from benchmarks.load_requests import HEALTH, Shoppers, lookups
from benchmarks.load_walks import Walker
from benchmarks.serve_cloud import published, run, run_id, take_in, users_of
from benchmarks.shared_data import ORDERS
from patronage.cloud import MACHINES, open_api
from patronage.logic.api.callers import BROWSER
from patronage.logic.api.route import SERVER
from patronage.stores.serving_reader import POINTER_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.load_clients import Sent
    from benchmarks.load_walks import Walk
    from patronage.cloud import Api, Stack
    from patronage.logic.serve.pointer import Entry

PHASES = ("before", "during", "after")
LOOKUPS_A_SECOND = 6
HEALTH_A_SECOND = 2
POSTS_A_SECOND = 0.25
_WARM_UP_SECONDS = 12
_BEFORE_SECONDS = 30
_AFTER_BOUND_SECONDS = 5
_WALKERS = 2
_SECOND_MONTH = "2010-01"
_USERS, _NEW_USERS, _SESSIONS, _PRODUCTS = 60, 15, 20, 60
_VIEWED = 3


class Marks(NamedTuple):
    """When each phase begins, in seconds since 1970.

    Parameters
    ----------
    before : float
        The environments are warm, and all is quiet.
    during : float
        The second month is uploaded.
    after : float
        Both runs have ended.
    end : float
        The last answer of the old generation may have come.
    """

    before: float
    during: float
    after: float
    end: float

    def phase(self, at: float) -> str:
        """Return the name of the phase of an instant: ``warm-up`` before the first."""
        return next((name for name in PHASES[::-1] if at >= getattr(self, name)), "warm-up")


@dataclass(frozen=True)
class Seen:
    """All that was asked and answered.

    Parameters
    ----------
    old, new : mapping of str to Entry
        The pointer of either generation, by family.
    flipped_at : mapping of str to float
        When the pointer of a family was seen to have flipped, in seconds since 1970.
    """

    stack: Stack
    lookups: list[Sent]
    health: list[Sent]
    posts: list[Sent]
    walks: list[Walk]
    marks: Marks
    old: Mapping[str, Entry]
    new: Mapping[str, Entry]
    flipped_at: Mapping[str, float]

    def seconds_of(self, sent: Sequence[Sent], phase: str) -> list[float]:
        """Return how long whoever asked in a phase waited."""
        return [each.seconds for each in sent if self.marks.phase(each.due) == phase]


@cache
def seen() -> Seen:
    """Put the load on a shop while its second generation is made, once a process."""
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        first, second = _slices(Path(folder))
        stack = published(first, MACHINES)
        api = open_api(stack)
        shoppers = _shoppers(stack, second)
        _visit(api, shoppers)
        return _under_load(stack, api, shoppers, second)


def _under_load(stack: Stack, api: Api, shoppers: Shoppers, second: Path) -> Seen:
    keys = {SERVER: api.key, BROWSER: api.browser_key}
    rates = (
        (lookups(shoppers), LOOKUPS_A_SECOND),
        (itertools.repeat(HEALTH), HEALTH_A_SECOND),
        (posts(shoppers.products), POSTS_A_SECOND),
    )
    loops = [OpenLoop(lambda: HttpClient(api.url, keys), asked, per_second=rate) for asked, rate in rates]
    *others, segments = _segments(api)
    held = Walker(api, segments, holds=True)
    walkers = [held, *(Walker(api, each) for each in others)]
    watch = FlipWatch(stack.serving_table())
    began: list[OpenLoop | Walker | FlipWatch] = [*loops, *walkers, watch]
    for each in began:
        each.start()
    marks = _phases(stack, second, held)
    asked, health, events = (loop.stop() for loop in loops)
    walks = list(itertools.chain.from_iterable(walker.stop() for walker in walkers))
    flipped_at = watch.stop()
    return Seen(stack, asked, health, events, walks, marks, watch.old, watch.new, flipped_at)


def _phases(stack: Stack, second: Path, held: Walker) -> Marks:
    """Let time pass, make the second generation meanwhile, and then go on with a cursor of the first."""
    _wait(_WARM_UP_SECONDS, "warm-up")
    quiet_at = time.time()
    _wait(_BEFORE_SECONDS, "before")
    upload_at = time.time()
    print("during: ingest, segmentation, training …", file=sys.stderr)
    take_in(stack, second)
    run(stack, {machine: f"{run_id(machine)}-2" for machine in MACHINES})
    ended_at = time.time()
    held.go_on()
    _wait(POINTER_SECONDS + _AFTER_BOUND_SECONDS, f"it took {ended_at - upload_at:.0f} s; after")
    return Marks(quiet_at, upload_at, ended_at, time.time())


def _wait(seconds: float, what: str) -> None:
    print(f"{what}: {seconds} s …", file=sys.stderr)
    time.sleep(seconds)


def _slices(folder: Path) -> tuple[Path, Path]:
    """Write the orders of the first month, and those of the second."""
    first, second = folder / "first.parquet", folder / "second.parquet"
    for path, where in ((first, f"< '{_SECOND_MONTH}'"), (second, f"LIKE '{_SECOND_MONTH}%'")):
        duckdb.execute(f"COPY (FROM '{ORDERS}' WHERE InvoiceDate {where}) TO '{path}' (FORMAT parquet)")
    return first, second


def _shoppers(stack: Stack, second: Path) -> Shoppers:
    """Choose whom and what to ask for: customers of the old generation, and some of the new one alone."""
    known = users_of(stack, run_id("training"))
    new = _ids(
        "SELECT DISTINCT replace(\"Customer ID\", '.0', '') AS customer_id FROM "
        f"'{second}' WHERE \"Customer ID\" <> '' ORDER BY customer_id"
    )
    products = _ids(
        f"SELECT StockCode FROM '{second}' GROUP BY StockCode "
        f"ORDER BY count(*) DESC, StockCode LIMIT {_PRODUCTS}"
    )
    return Shoppers(
        users=[
            *_spread(known, _USERS),
            *_spread([each for each in new if each not in known], _NEW_USERS),
            "nobody",
        ],
        sessions=[f"load-session-{number}" for number in range(_SESSIONS)],
        products=products,
        countries=["Germany", "France", "United Kingdom"],
    )


def _ids(sql: str) -> list[str]:
    return [each for (each,) in duckdb.execute(sql).fetchall()]


def _spread(values: Sequence[str], count: int) -> Sequence[str]:
    return values[:: max(1, len(values) // count)][:count]


def _visit(api: Api, shoppers: Shoppers) -> None:
    """Let each session view a few products; they stay as they are under the load."""
    for number, session_id in enumerate(shoppers.sessions):
        viewed = post(f"visit-{number}", session_id, shoppers.products[number : number + _VIEWED])
        told = api.ask("POST", viewed.path, headers={"x-api-key": api.key}, raw=viewed.body)
        assert told.status == 202, told


def _segments(api: Api) -> list[list[str]]:
    """Return for each walker the largest segments, each walker beginning with another."""
    told = api.get("/api/v1/segments", with_token=True).body
    largest = sorted(told["segments"], key=lambda each: -each["customers"])[:_WALKERS]
    ids = [each["segment_id"] for each in largest]
    return [ids[place:] + ids[:place] for place in range(_WALKERS)]
