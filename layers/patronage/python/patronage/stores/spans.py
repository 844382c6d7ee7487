"""When each file of a table held: which rows the lake had at an instant, as far back as it still has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from datetime import datetime

    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore


class FileSpan(NamedTuple):
    """A Parquet file, and from when until when it was part of its table, in microseconds since 1970.

    Parameters
    ----------
    key : str
        The file's object.
    known_from : int, optional
        When it came; None for the files of the oldest version that is looked at, which stand for all
        versions before it.
    known_until : int, optional
        When it went; None for a file of the newest version.
    """

    key: str
    known_from: int | None
    known_until: int | None


def file_spans(lake: Lake, table: str, *, since: datetime) -> list[FileSpan]:
    """List the files that a table had at any instant from one on.

    The log is gone through from the newest version back to the one that held at `since`, or to the oldest
    whose files the lake still has: a vacuum or an erasure deletes files of older versions, and a checkpoint
    their log. What stood there before is not known, so the files of that oldest version stand for it.

    Parameters
    ----------
    lake, table
        The table; none of a table that the lake does not have.
    since : datetime
        The first instant that counts.
    """
    snapshot = lake.snapshot(table)
    folder = f"lake/{table}"
    ends: dict[str, int | None] = {f"{folder}/{file.path}": None for file in snapshot.contents()}
    spans: list[FileSpan] = []
    held: set[str] | None = None
    moment = None
    for version in range(snapshot.version, -1, -1):
        commit = _commit(lake.store, folder, version)
        if commit is None:
            break
        moment = commit.at if moment is None else min(moment, commit.at)  # two clocks may differ
        if moment <= _micros(since):
            break
        held = set(lake.store.keys(f"{folder}/")) if held is None else held
        if not commit.removed <= held:
            break
        spans += [FileSpan(key, moment, ends.pop(key)) for key in sorted(commit.added) if key in ends]
        ends |= dict.fromkeys(commit.removed, moment)
    return [*(FileSpan(key, None, until) for key, until in sorted(ends.items())), *spans]


class _Commit(NamedTuple):
    at: int
    added: frozenset[str]
    removed: frozenset[str]


def _commit(store: ObjectStore, folder: str, version: int) -> _Commit | None:
    """Read what a version changed; None where the log does not go back so far."""
    key = f"{folder}/_delta_log/{version:020}.json"
    if not store.exists(key):
        return None
    at = 0
    keys: dict[str, set[str]] = {"add": set(), "remove": set()}
    for line in store.read_bytes(key).splitlines():
        action = json.loads(line)
        at = max(at, int(action.get("commitInfo", {}).get("timestamp", 0)))
        for kind, found in keys.items():
            if kind in action:
                found.add(f"{folder}/{unquote(action[kind]['path'])}")
    return _Commit(at * 1_000, frozenset(keys["add"]), frozenset(keys["remove"]))


def _micros(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond
