"""Wherever an erasure dies, its repetition completes it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from erase_doors_support import PERSON
from erase_place_support import filled
from erase_support import asked
from patronage.steps.erase import states
from patronage.steps.erase.holdings import FIRST, KEPT, LAST, Stores
from patronage.steps.erase.requests import receipt_key, request_key
from patronage.stores.objects import FolderStore, read_json
from patronage.stores.raw import RawVersions
from patronage.stores.serving import ServingTable
from tests_support import NOW

WRITES = (
    *((FolderStore, name) for name in ("writing", "delete")),
    *((RawVersions, name) for name in ("put", "hide", "delete")),
    *((ServingTable, name) for name in ("change", "delete_all")),
)


class Died(Exception):
    """The function's time is over."""


def finished(stores: Stores, erasure_id: str) -> dict[str, Any]:
    """Take the last state; one that dies has not said that all is done while it still knows of whom."""
    try:
        return states.receipt(erasure_id, stores, now=NOW)
    finally:
        told = read_json(stores.store, receipt_key(erasure_id))["state"]
        assert told != "done" or not stores.store.exists(request_key(erasure_id))


@pytest.mark.slow
def test_an_erasure_that_dies_anywhere_is_completed_by_its_repetition(client, tmp_path, monkeypatch):
    """Each state dies at its first write, then at its second, fourth, eighth …, until it comes through."""
    place, left = filled(tmp_path), Counter(deaths=0)

    def counted(change: Any) -> Any:
        def changed(*given: Any, **named: Any) -> Any:
            left["writes"] -= 1
            if left["writes"] == 0:
                raise Died
            return change(*given, **named)

        return changed

    def repeated(step: Any) -> Any:
        for doubled in range(10):
            left["writes"] = 2**doubled
            try:
                return step()
            except Died:
                left["deaths"] += 1
        return None

    for owner, name in WRITES:
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    erasure_id = repeated(lambda: asked(place.stores, PERSON))
    for round_ in (FIRST, LAST):
        for part in repeated(lambda round_=round_: states.find(erasure_id, round_, place.stores))["parts"]:
            repeated(lambda part=part: states.erase(erasure_id, part["part"], place.stores))
        repeated(lambda: states.left(erasure_id, place.stores, now=NOW))
    repeated(lambda: states.verify(erasure_id, place.stores))
    repeated(lambda: finished(place.stores, erasure_id))
    assert left["deaths"] > 20
    assert place.search() == {KEPT: {"customer"}}
