from __future__ import annotations

import json
import shutil
import zlib
from datetime import timedelta

import numpy as np
import pytest

import serving_support as support
from patronage.errors import BadInput, NotFound, RunFailed, TryAgain
from patronage.logic.serve.bought import unpack_bought
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.kinds import BOUGHT_TOGETHER, NEW, TRENDING
from patronage.logic.serve.packing import Candidate, unpack
from patronage.steps import publish
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.rollback import rollback
from patronage.stores.objects import FolderStore, read_json, write_json
from patronage.stores.serving import ServingTable
from tests_support import NOW

LATER = NOW + timedelta(days=1)
RECOMMENDATIONS = support.RECOMMENDATION_SHARDS
ENDS = int((NOW + timedelta(days=support.KEEP_DAYS)).timestamp())


@pytest.fixture
def timed():
    return {"now": NOW, "keep_days": support.KEEP_DAYS}


@pytest.fixture(scope="module")
def two_runs_once(tmp_path_factory):
    """Return the folder and the items of two runs: run old is live, then run new, and old is retired."""
    store = FolderStore(tmp_path_factory.mktemp("two-runs"))
    with support.aws() as client:
        table = ServingTable(support.TABLE, client=client)
        for run_id, created_at in (("old", NOW), ("new", LATER)):
            support.make_recommendations(store, run_id, created_at=created_at)
            flipped = support.publish_all(store, table, run_id, "recommendations")
        retire_all(store, table, flipped["superseded_run"])
        return store.root, client.scan(TableName=support.TABLE)["Items"]


@pytest.fixture
def two_runs(two_runs_once, store, client):
    folder, items = two_runs_once
    shutil.copytree(folder, store.root, dirs_exist_ok=True)
    support.put_items(client, items)


def retire_all(store, table, run_id):
    for name in RECOMMENDATIONS:
        publish.retire(
            run_id, "recommendations", name, store=store, table=table, now=NOW, keep_days=support.KEEP_DAYS
        )


def ends(client):
    """Return the end of each item by key, None for none."""
    items = client.scan(TableName=support.TABLE)["Items"]
    return {item["pk"]["S"]: int(item["expires_at"]["N"]) if "expires_at" in item else None for item in items}


def ends_of(client, run_id):
    return {end for key, end in ends(client).items() if key.split("#")[1:2] == [run_id]}


def test_a_training_run_becomes_these_items(store, table, client):
    support.make_recommendations(store, "run")
    for name in RECOMMENDATIONS:
        publish.shard("run", "recommendations", name, store=store, table=table, secret=support.SECRET.encode)
    assert sorted(ends(client)) == [
        "catalogue#run#0",
        "catalogue#run#meta",
        "popular#run#all",
        "popular#run#country=Japan",
        "popular#run#new",
        "popular#run#segment=champions",
        "popular#run#trending",
        "similar#run#a#b",
        "similar#run#a/b",
        "similar#run#日本",
        "together#run#a#b",
        "user#run#ann",
        "user#run#bob/1",
    ]
    assert unpack(table.get("user#run#ann")["packed"]) == [
        Candidate("a#b", 0.5, "a/b", 0.4, BOUGHT_TOGETHER),
        Candidate("日本", 0.25, "a/b", 0.0424, BOUGHT_TOGETHER),
        Candidate("f", 900.5),
        Candidate("d", 5.0),
    ]
    assert unpack(table.get("user#run#bob/1")["packed"]) == [Candidate("d", 3.0, "a/b", 0.0, BOUGHT_TOGETHER)]
    assert [each.because for each in unpack(table.get("similar#run#a/b")["packed"])] == ["a/b", "a/b"]
    assert table.get("catalogue#run#meta") == {"pk": "catalogue#run#meta", "pages": 1, "products": 6}
    page = json.loads(zlib.decompress(table.get("catalogue#run#0")["packed"]))
    assert page == [[*product, ""] for product in support.PRODUCTS]


def test_what_customers_bought_the_boards_and_the_figures_are_served_too(store, table):
    support.make_recommendations(store, "run")
    folder = "runs/run/recommendations"
    users = load_arrays(store, f"{folder}/users-00000.npz")
    bought = {"bought_indptr": np.array([0, 2, 2, 5]), "bought_items": np.array([5, 1, 0, 2, 3], np.int32)}
    save_arrays(store, f"{folder}/users-00000.npz", users | bought)
    board = {"items": np.array([3, 5], np.int32), "scores": np.array([2.5, 1.5], np.float32)}
    save_arrays(store, f"{folder}/trending.npz", board)
    save_arrays(store, f"{folder}/new.npz", {name: values[:1] for name, values in board.items()})
    write_json(store, f"{folder}/metrics.json", {"model": "item_to_item", "reason": "Zoë"})
    for name in ("popular", "metrics", "users-00000"):
        publish.shard("run", "recommendations", name, store=store, table=table, secret=support.SECRET.encode)

    assert unpack_bought(table.get("user#run#ann")["bought"]) == [1, 5]
    assert "bought" not in table.get("user#run#bob/1")
    eve = table.get("user#run#eve")  # nothing is left to recommend, and what she bought stays known
    assert (unpack(eve["packed"]), unpack_bought(eve["bought"])) == ([], [0, 2, 3])
    assert unpack(table.get("popular#run#trending")["packed"]) == [
        Candidate("e", 2.5, kind=TRENDING),
        Candidate("日本", 1.5, kind=TRENDING),
    ]
    assert unpack(table.get("popular#run#new")["packed"]) == [Candidate("e", 2.5, kind=NEW)]
    document = table.get("analytics#run#metrics#0")
    assert document["pages"] == 1
    assert unpack_document([document["packed"]]) == {"model": "item_to_item", "reason": "Zoë"}


def test_a_segmentation_run_becomes_these_items(store, table, client):
    support.make_segments(store, "run")
    assert support.publish_all(store, table, "run", "segments")["flipped"]
    ann = table.get("customer#run#ann")
    assert (ann["pk"], ann["segment_id"]) == ("customer#run#ann", "champions")
    assert unpack_document([ann["packed"]]) == {
        "recency_days": 3,
        "frequency": 4,
        "net_minor": 12345,
        "r": 5,
        "f": 4,
        "m": 4,
        "segment_id": "champions",
        "cluster_id": 0,
        "behaviour_id": "researcher",
        "lifecycle_id": "active",
        "probability_alive": 0.75,
    }
    eve = table.get("customer#run#eve")
    assert unpack_document([eve["packed"]]) == {
        "frequency": 0,
        "net_minor": -500,
        "segment_id": "no_purchase",
        "lifecycle_id": "prospect",
    }
    members = table.get("members#run#rfm#champions#0")
    assert (members["pages"], unpack_document([members["packed"]])) == (1, [["ann", 12345]])
    document = table.get("analytics#run#lifecycle#0")
    assert (document["pages"], unpack_document([document["packed"]])) == (1, {"stages": ["Zoë"]})
    assert sorted(ends(client)) == [
        "analytics#run#lifecycle#0",
        "customer#run#ann",
        "customer#run#bob/1",
        "customer#run#eve",
        "members#run#behaviour#researcher#0",
        "members#run#kmeans#0#0",
        "members#run#kmeans#1#0",
        "members#run#lifecycle#active#0",
        "members#run#lifecycle#lost#0",
        "members#run#lifecycle#prospect#0",
        "members#run#rfm#asleep#0",
        "members#run#rfm#champions#0",
        "members#run#rfm#no_purchase#0",
        "pointer",
        "segments#run#summary",
    ]


def test_customers_are_cut_into_shards_by_row(store, table, monkeypatch):
    monkeypatch.setattr("patronage.steps.customer_items.CUSTOMERS_PER_SHARD", 2)
    support.make_segments(store, "run")
    counts = [
        publish.shard("run", "segments", name, store=store, table=table, secret=support.SECRET.encode)["keys"]
        for name in ("customers-00000", "customers-00001", "customers-00002")
    ]
    assert counts == [2, 1, 0]
    assert read_json(store, "runs/run/publish/segments/keys/customers-00001.json") == ["customer#run#eve"]


def test_a_shard_may_be_repeated(store, table, client):
    support.make_recommendations(store, "run")
    first = publish.shard(
        "run", "recommendations", "users-00000", store=store, table=table, secret=support.SECRET.encode
    )
    before = client.scan(TableName=support.TABLE)["Items"]
    assert (
        publish.shard(
            "run", "recommendations", "users-00000", store=store, table=table, secret=support.SECRET.encode
        )
        == first
    )
    assert client.scan(TableName=support.TABLE)["Items"] == before
    assert (first["keys"], first["units"]) == (2, 2)
    assert len(first["checksum"]) == 64
    assert read_json(store, "runs/run/publish/recommendations/receipts/users-00000.json") == first
    assert read_json(store, first["key_list_key"]) == ["user#run#ann", "user#run#bob/1"]


def test_a_receipt_counts_the_units_of_large_pages(store, table, monkeypatch):
    support.make_segments(store, "run")
    page = {"pk": "members#run#rfm#champions#0", "packed": bytes(100_000)}
    monkeypatch.setattr(publish.RunOutputs, "items", lambda *_: iter([page]))
    receipt = publish.shard(
        "run", "segments", "members-rfm", store=store, table=table, secret=support.SECRET.encode
    )
    assert (receipt["keys"], receipt["units"]) == (1, 98)


def test_other_values_give_another_checksum(store, table):
    for run_id in ("run", "other"):
        support.make_segments(store, run_id)
    receipts = [
        publish.shard(
            run_id, "segments", "customers-00000", store=store, table=table, secret=support.SECRET.encode
        )
        for run_id in ("run", "other")
    ]
    assert receipts[0]["checksum"] != receipts[1]["checksum"]


def test_an_unknown_shard_says_what_is_known(store, table):
    support.make_segments(store, "run")
    for family, name, says in (
        ("segments", "users-00000", "known are summary, customers"),
        (
            "recommendations",
            "nonsense",
            "known are popular, contexts, catalogue, metrics, similar, together, users",
        ),
        ("analytics", "summary", "family 'analytics' is none of segments, recommendations"),
    ):
        with pytest.raises(BadInput, match=says):
            publish.shard("run", family, name, store=store, table=table, secret=support.SECRET.encode)


def test_a_flip_needs_the_receipt_of_every_shard(store, table, timed):
    support.make_recommendations(store, "run")
    for name in RECOMMENDATIONS[:-1]:
        publish.shard("run", "recommendations", name, store=store, table=table, secret=support.SECRET.encode)
    with pytest.raises(RunFailed, match="shard users-00000 of run run has no receipt"):
        publish.flip("run", "recommendations", store=store, table=table, **timed)
    assert table.pointer() == {}


def test_the_first_flip_supersedes_nothing(store, table, client):
    support.make_recommendations(store, "run")
    assert support.publish_all(store, table, "run", "recommendations") == {
        "flipped": True,
        "reason": "run run is live",
        "superseded_run": "",
        "superseded_shards_key": "",
    }
    stored = client.get_item(TableName=support.TABLE, Key={"pk": {"S": "pointer"}})["Item"]
    live = stored["recommendations"]["M"]
    assert live["generation"] == {"S": "run"}
    assert live["version"] == {"N": "1"}
    assert live["model"] == {"M": {"name": {"S": "item_to_item"}, "version": {"S": "run"}}}
    assert live["currency"] == {"S": "GBP"}
    assert live["as_of"] == {"S": "2026-01-10T11:00:00+00:00"}


def test_families_are_published_independently(store, table):
    support.make_recommendations(store, "training")
    support.make_segments(store, "segmentation")
    support.publish_all(store, table, "training", "recommendations")
    support.publish_all(store, table, "segmentation", "segments")
    assert {family: entry.run_id for family, entry in table.pointer().items()} == {
        "recommendations": "training",
        "segments": "segmentation",
    }


def test_a_flip_may_be_repeated_and_names_the_superseded_run_again(store, table, two_runs, timed):
    again = [publish.flip("new", "recommendations", store=store, table=table, **timed) for _ in range(2)]
    assert again[0] == again[1]
    assert again[0]["flipped"]
    assert again[0]["superseded_run"] == "old"
    assert again[0]["superseded_shards_key"] == "runs/old/publish/recommendations/shards.json"
    assert table.pointer()["recommendations"].version == 2


def test_an_older_run_does_not_replace_a_newer_one_and_is_retired_itself(store, table, client, two_runs):
    support.make_recommendations(store, "late", created_at=NOW + timedelta(hours=1))
    answer = support.publish_all(store, table, "late", "recommendations")
    assert not answer["flipped"]
    assert answer["reason"] == "run new, which began later, is live"
    assert answer["superseded_run"] == "late"
    retire_all(store, table, answer["superseded_run"])
    assert ends_of(client, "late") == {ENDS}
    assert table.pointer()["recommendations"].run_id == "new"


def test_the_loser_of_two_flips_looks_again(store, table, timed, monkeypatch):
    """Run b flips between a's look at the pointer and a's write."""
    for run_id, created_at in (
        ("first", NOW),
        ("a", NOW + timedelta(hours=2)),
        ("b", LATER - timedelta(hours=23)),
    ):
        support.make_recommendations(store, run_id, created_at=created_at)
        for name in RECOMMENDATIONS:
            publish.shard(
                run_id, "recommendations", name, store=store, table=table, secret=support.SECRET.encode
            )
    publish.flip("first", "recommendations", store=store, table=table, **timed)
    point, pending = table.point, ["b"]

    def point_after_another(family, entry):
        if pending:
            publish.flip(pending.pop(), family, store=store, table=table, **timed)
        return point(family, entry)

    monkeypatch.setattr(table, "point", point_after_another)
    answer = publish.flip("a", "recommendations", store=store, table=table, **timed)
    assert (answer["flipped"], answer["superseded_run"]) == (True, "b")
    assert table.pointer()["recommendations"].version == 3


def test_a_pointer_that_never_rests_asks_to_try_again(store, table, timed, monkeypatch):
    support.make_segments(store, "run")
    monkeypatch.setattr(table, "point", lambda *_: False)
    with pytest.raises(TryAgain, match="moved 5 times"):
        support.publish_all(store, table, "run", "segments")


def test_retire_ends_the_superseded_generation_after_the_keep_time(client, two_runs):
    assert ends_of(client, "old") == {ENDS}
    assert ends_of(client, "new") == {None}
    assert ends(client)["pointer"] is None


def test_retire_leaves_the_live_generation_alone(store, table, client, two_runs):
    retire_all(store, table, "new")
    assert ends_of(client, "new") == {None}


def test_retire_brings_no_item_back_that_is_gone(store, table, client, two_runs):
    client.delete_item(TableName=support.TABLE, Key={"pk": {"S": "user#old#ann"}})
    retire_all(store, table, "old")
    assert "user#old#ann" not in ends(client)


def test_rollback_points_back_keeps_the_old_and_ends_the_new(store, table, client, two_runs, timed):
    answer = rollback("old", "recommendations", store=store, table=table, **timed)
    assert answer == {"live_run": "old", "rolled_back": "new", "missing": 0}
    live = table.pointer()["recommendations"]
    assert (live.run_id, live.version, live.model["version"]) == ("old", 3, "old")
    assert ends_of(client, "old") == {None}
    assert ends_of(client, "new") == {ENDS}


def test_rollback_may_be_repeated(store, table, client, two_runs, timed):
    first = rollback("old", "recommendations", store=store, table=table, **timed)
    assert rollback("old", "recommendations", store=store, table=table, **timed) == first
    assert table.pointer()["recommendations"].version == 3


def test_a_late_retire_does_nothing_to_a_run_that_is_live_again(store, table, client, two_runs, timed):
    rollback("old", "recommendations", store=store, table=table, **timed)
    retire_all(store, table, "old")
    assert ends_of(client, "old") == {None}


def test_a_rollback_in_the_middle_of_a_retire_leaves_the_live_run_whole(
    store, table, client, two_runs, timed, monkeypatch
):
    expire, pending = table.expire, ["old"]

    def expire_after_rollback(keys, *, at):
        if pending:
            rollback(pending.pop(), "recommendations", store=store, table=table, **timed)
        return expire(keys, at=at)

    monkeypatch.setattr(table, "expire", expire_after_rollback)
    retire_all(store, table, "old")
    assert ends_of(client, "old") == {None}


def test_a_late_retry_of_a_flip_does_not_undo_a_rollback(store, table, two_runs, timed):
    rollback("old", "recommendations", store=store, table=table, **timed)
    answer = publish.flip("new", "recommendations", store=store, table=table, **timed)
    assert not answer["flipped"]
    assert answer["reason"].startswith("run new was rolled back")
    assert answer["superseded_run"] == ""
    assert table.pointer()["recommendations"].run_id == "old"


def test_a_rollback_can_be_rolled_back_and_a_new_run_follows_it(store, table, client, two_runs, timed):
    rollback("old", "recommendations", store=store, table=table, **timed)
    rollback("new", "recommendations", store=store, table=table, **timed)
    assert ends_of(client, "new") == {None}
    support.make_recommendations(store, "newest", created_at=LATER + timedelta(days=1))
    answer = support.publish_all(store, table, "newest", "recommendations")
    assert (answer["flipped"], answer["superseded_run"]) == (True, "new")


def test_rollback_counts_what_had_ended_already(store, table, client, two_runs, timed):
    client.delete_item(TableName=support.TABLE, Key={"pk": {"S": "user#old#ann"}})
    assert rollback("old", "recommendations", store=store, table=table, **timed)["missing"] == 1


def test_rollback_ends_with_the_keep_time(store, table, two_runs):
    late = NOW + timedelta(days=support.KEEP_DAYS, seconds=1)
    with pytest.raises(BadInput, match="run old was kept until 2026-01-17"):
        rollback("old", "recommendations", store=store, table=table, now=late, keep_days=7)


def test_rollback_to_a_run_that_was_not_superseded_says_which_was(store, table, two_runs, timed):
    with pytest.raises(NotFound, match="only old can be"):
        rollback("older", "recommendations", store=store, table=table, **timed)
    with pytest.raises(NotFound, match="there is none before the live one for segments"):
        rollback("old", "segments", store=store, table=table, **timed)


def test_what_a_worker_that_died_had_written_can_be_retired(store, table, client, timed, monkeypatch):
    support.make_recommendations(store, "run")
    put_all = table.put_all

    def die_half_way(items):
        put_all(items[: len(items) // 2])
        raise TryAgain("died")

    monkeypatch.setattr(table, "put_all", die_half_way)
    with pytest.raises(TryAgain):
        publish.shard(
            "run", "recommendations", "similar-00000", store=store, table=table, secret=support.SECRET.encode
        )
    for name in RECOMMENDATIONS:  # the others never began
        publish.retire("run", "recommendations", name, store=store, table=table, **timed)
    assert ends_of(client, "run") == {ENDS}
