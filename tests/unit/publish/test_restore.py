"""The pointer is lost, and what was live is found by its items."""

from __future__ import annotations

from datetime import timedelta

import pytest

import serving_support as support
from patronage.logic.serve.keys import POINTER
from patronage.steps import publish
from patronage.steps.restore import restore
from patronage.steps.rollback import rollback
from patronage.stores.serving import ServingTable
from tests_support import NOW

RUNS = {"recommendations": ["newest", "new", "old"]}
TIMED = {"now": NOW, "keep_days": support.KEEP_DAYS}


@pytest.fixture
def published(store, table):
    """Publish two runs one after the other; the run named newest never came so far."""
    for run_id, created_at in (("old", NOW), ("new", NOW + timedelta(days=1))):
        support.make_recommendations(store, run_id, created_at=created_at)
        flipped = support.publish_all(store, table, run_id, "recommendations")
    superseded = flipped["superseded_run"]
    for name in publish.shards_of(flipped["superseded_shards_key"], store):
        publish.retire(superseded, "recommendations", name, store=store, table=table, **TIMED)


def lose_pointer(client):
    client.delete_item(TableName=support.TABLE, Key={"pk": {"S": POINTER}})


@pytest.mark.usefixtures("published")
def test_what_was_live_is_live_again(store, table: ServingTable, client):
    before = table.pointer()["recommendations"]
    lose_pointer(client)
    assert restore(RUNS, store=store, table=table, **TIMED) == {"recommendations": "new"}
    after = table.pointer()["recommendations"]
    assert (after.run_id, after.shards_key, after.as_of) == ("new", before.shards_key, before.as_of)
    assert after.superseded is None
    assert restore(RUNS, store=store, table=table, **TIMED) == {}


@pytest.mark.usefixtures("published")
def test_after_a_rollback_it_is_what_was_rolled_back_to(store, table, client):
    rollback("old", "recommendations", store=store, table=table, **TIMED)
    lose_pointer(client)
    assert restore(RUNS, store=store, table=table, **TIMED) == {"recommendations": "old"}


@pytest.mark.usefixtures("published")
def test_a_family_that_the_pointer_names_stays(store, table, client):
    before = table.pointer()
    assert restore(RUNS, store=store, table=table, **TIMED) == {}
    assert table.pointer() == before


@pytest.mark.usefixtures("published")
def test_a_table_that_was_emptied_has_nothing_to_restore(store, table, client):
    for item in client.scan(TableName=support.TABLE)["Items"]:
        client.delete_item(TableName=support.TABLE, Key={"pk": item["pk"]})
    assert restore(RUNS, store=store, table=table, **TIMED) == {"recommendations": ""}
    assert table.pointer() == {}
