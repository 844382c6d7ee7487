"""A storefront that posts events to the step, over tables and streams in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patronage.logic.api.callers import BROWSER, SERVER, Caller
from patronage.logic.collect.session import Session
from patronage.logic.collect.who import SessionKey
from patronage.steps.collect import collect
from patronage.stores.sessions import Sessions
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from patronage.logic.api.replies import Reply

STRANGER = Caller(BROWSER)
SHOP = Caller(SERVER)


def visitor(user_id: str = "", session_id: str = "") -> Caller:
    """Return a browser with a token that proves these ids."""
    return Caller(BROWSER, user_id, session_id)


class MemoryTable:
    """Items with versions; what is in `before_put` runs before the next write, as another worker does."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.before_put: list[Any] = []

    def get_all(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        assert len(set(keys)) == len(keys)
        return {key: self.items[key] for key in keys if key in self.items}

    def put_if(self, item: dict[str, Any], *, version: int) -> bool:
        if self.before_put:
            self.before_put.pop()()
        if self.items.get(item["pk"], {}).get("version", 0) != version:
            return False
        self.items[item["pk"]] = item
        self.writes.append(item["pk"])
        return True


class MemoryStream:
    """Holds the lines that were sent."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def send(self, lines: Iterable[bytes]) -> None:
        self.lines += lines

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


class Storefront:
    """Posts events and looks at what became of them."""

    def __init__(self) -> None:
        self.table, self.stream = MemoryTable(), MemoryStream()
        self.sessions = Sessions(self.table, sleep=lambda _: None)

    def post(self, body: Any, caller: Caller = STRANGER, *, now: datetime = NOW) -> Reply:
        """Post a body."""
        return collect(body, caller, now=now, sessions=self.sessions, stream=self.stream)

    def one(self, caller: Caller = STRANGER, *, now: datetime = NOW, **event: Any) -> dict[str, Any]:
        """Post one event; return its result."""
        return self.post(event, caller, now=now).body["results"][0]

    def session(self, kind: str, session_id: str) -> Session:
        """Return a session as it is kept."""
        key = SessionKey(kind, session_id)
        return self.sessions.read([key])[key].session

    def interest(self, kind: str, session_id: str, *, now: datetime = NOW) -> tuple[str, ...]:
        """Return the products that a session is about."""
        return self.session(kind, session_id).interest(now)
