"""Erasure reaches the lists that arms of experiments show, in runs and in what they published."""

from __future__ import annotations

import pytest

import serving_support as support
from erase_support import SHOP, stores_of
from patronage.steps import publish
from patronage.steps.erase.holdings import BY_NAME, Erasure
from patronage.steps.erase.runs import RunEraser
from patronage.steps.erase.served import leave_serving, live_generations, without_erased
from patronage.steps.erase.subject import Subject
from patronage.steps.generation import RunOutputs, model_of
from patronage.steps.train.chosen import Chosen
from patronage.stores.lake import Lake
from patronage.stores.objects import read_json
from tests_support import NOW

RUN, WHOM = "run", "bob/1"
VARIANTS = ("als", "hybrid-66b1a81e")
FOLDER = f"runs/{RUN}/recommendations"


@pytest.fixture
def published(store, table):
    """A run with the lists of two variants beside those of its model, which are those of ann and bob/1."""
    support.make_recommendations(store, RUN)
    chosen = {name: {"als": 1.0} for name in VARIANTS}
    Chosen(model="item_to_item", weights={"item_to_item": 1.0}, variants=chosen).save(store, RUN)
    content = store.read_bytes(f"{FOLDER}/users-00000.npz")
    shards = [f"users@{name}-00000" for name in VARIANTS]
    for shard in shards:
        store.write_bytes(f"{FOLDER}/{shard}.npz", content)
    names = [*support.RECOMMENDATION_SHARDS, *shards]
    support.list_shards(store, RUN, "recommendations", names)
    for name in names:
        publish.shard(RUN, "recommendations", name, store=store, table=table, secret=support.SECRET.encode)
    assert publish.flip(RUN, "recommendations", store=store, table=table, now=NOW, keep_days=7)["flipped"]
    return table


def keys_of(client, whom: str) -> set[str]:
    items = client.scan(TableName=support.TABLE)["Items"]
    return {item["pk"]["S"] for item in items if item["pk"]["S"].endswith(f"#{whom}")}


def theirs(whom: str) -> set[str]:
    return {f"user#{RUN}#{whom}", *(f"user@{name}#{RUN}#{whom}" for name in VARIANTS)}


def test_the_pointer_says_which_variants_a_generation_holds(store, published, client):
    assert model_of(store, RUN)["variants"] == ",".join(VARIANTS)
    assert published.pointer()["recommendations"].model["variants"] == ",".join(VARIANTS)
    assert keys_of(client, "ann") == theirs("ann")


def test_a_person_leaves_the_lists_of_all_variants_that_are_served(published, client):
    assert leave_serving(published, WHOM, live_generations(published))["items"] == 3
    assert keys_of(client, WHOM) == set()
    assert keys_of(client, "ann") == theirs("ann")


def test_the_proof_looks_for_each_variant(store, published):
    erasure = Erasure(
        erasure_id="e",
        subject=Subject(customer_id=WHOM),
        stores=stores_of(Lake(store), table=published),
    )
    assert BY_NAME["serving"].left(erasure) == 3
    BY_NAME["serving"].erase(erasure, [])
    assert BY_NAME["serving"].left(erasure) == 0


def test_a_superseded_generation_may_hold_variants_of_its_own(store, published, client):
    support.make_recommendations(store, "next")
    support.publish_all(store, published, "next", "recommendations")
    assert leave_serving(published, WHOM, live_generations(published))["items"] == 4
    assert keys_of(client, WHOM) == set()


def test_a_run_loses_the_person_s_place_in_each_variant(store, published, client):
    eraser = RunEraser(store=store, shop=SHOP, table=published)
    counts = eraser.erase(RUN, Subject(customer_id=WHOM))
    assert (counts["lists"], counts["items"]) == (3, 3)
    assert keys_of(client, WHOM) == set()
    outputs = RunOutputs(store, RUN, SHOP)
    for shard in ("users-00000", *(f"users@{name}-00000" for name in VARIANTS)):
        key = f"runs/{RUN}/publish/recommendations/keys/{shard}.json"
        assert [each.rpartition("#")[2] for each in read_json(store, key)] == ["ann"]
        assert [item["pk"].rpartition("#")[2] for item in outputs.items("recommendations", shard)] == ["ann"]
    assert not eraser.is_left_in(RUN, Subject(customer_id=WHOM))


def test_a_run_that_publishes_later_leaves_the_person_out_of_each_variant(store, published):
    outputs = RunOutputs(store, RUN, SHOP)
    for name in VARIANTS:
        items = list(outputs.items("recommendations", f"users@{name}-00000"))
        left = list(without_erased(items, RUN, lambda each: each == WHOM))
        assert [item["pk"] for item in left] == [f"user@{name}#{RUN}#ann"]
