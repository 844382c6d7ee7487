"""Shards come in any order, cut off anywhere, repeated alone; a run is live whole or not at all."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import serving_support as support
from patronage.errors import RunFailed, TryAgain
from patronage.steps import publish
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable
from tests_support import NOW

FAMILY = "recommendations"
SHARDS = support.RECOMMENDATION_SHARDS
TIMED = {"now": NOW, "keep_days": support.KEEP_DAYS}


class Dying:
    """Lets so many writes through, to the lake and to the serving table, and then none."""

    def __init__(self, writes: int) -> None:
        self._left = writes
        self.died = False

    def spend(self) -> None:
        if not self._left:
            self.died = True
            raise TryAgain("the worker died")
        self._left -= 1


class DyingStore(FolderStore):
    def __init__(self, root: Any, worker: Dying) -> None:
        super().__init__(root)
        self._worker = worker

    def write_bytes(self, key: str, content: bytes) -> None:
        self._worker.spend()
        super().write_bytes(key, content)


class DyingTable(ServingTable):
    """Writes item by item, so that a worker may die between any two."""

    def __init__(self, *, client: Any, worker: Dying) -> None:
        super().__init__(support.TABLE, client=client)
        self._worker = worker

    def put_all(self, items: Any) -> None:
        for item in items:
            self._worker.spend()
            super().put_all([item])


@pytest.fixture
def made(store):
    support.make_recommendations(store, "run")
    return store


def write(name, store, table):
    return publish.shard("run", FAMILY, name, store=store, table=table, secret=support.SECRET.encode)


def items(client):
    found = client.scan(TableName=support.TABLE)["Items"]
    return sorted(found, key=lambda item: item["pk"]["S"])


def test_a_shard_that_is_cut_off_anywhere_and_repeated_alone_writes_what_it_would_have(made, client):
    whole = ServingTable(support.TABLE, client=client)
    receipts = {name: write(name, made, whole) for name in SHARDS}
    undisturbed = items(client)
    cut_off = 0
    for name in SHARDS:
        for writes in count():
            whole.delete_all(publish.keys_of("run", FAMILY, name, made))
            made.delete(f"runs/run/publish/{FAMILY}/receipts/{name}.json")
            worker = Dying(writes)
            try:
                write(name, DyingStore(made.root, worker), DyingTable(client=client, worker=worker))
            except TryAgain:
                cut_off += 1
                with pytest.raises(RunFailed, match=f"shard {name} of run run has no receipt"):
                    publish.flip("run", FAMILY, store=made, table=whole, **TIMED)
                assert whole.pointer() == {}
            if not worker.died:
                break
            assert write(name, made, whole) == receipts[name]
            assert items(client) == undisturbed
    assert cut_off == 2 * len(SHARDS) + len(undisturbed), "before each write: keys, items, receipt"
    assert publish.flip("run", FAMILY, store=made, table=whole, **TIMED)["flipped"]


def test_shards_may_come_in_any_order_and_any_number_of_times(made, client):
    table = ServingTable(support.TABLE, client=client)
    first = {name: write(name, made, table) for name in SHARDS}
    once = items(client)
    for name in (*reversed(SHARDS), *SHARDS):
        assert write(name, made, table) == first[name]
    assert items(client) == once


def test_no_two_shards_write_the_same_item(made, client):
    table = ServingTable(support.TABLE, client=client)
    for name in SHARDS:
        write(name, made, table)
    keys = [key for name in SHARDS for key in publish.keys_of("run", FAMILY, name, made)]
    assert len(keys) == len(set(keys)) == len(items(client))
