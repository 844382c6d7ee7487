"""The life of an experiment: who may start beside whom, what it needs, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from patronage.errors import BadField, Conflict, NotFound, TryAgain
from patronage.logic.experiments.document import COPY
from patronage.logic.serve.documents import pack_document, unpack_document
from patronage.logic.serve.pointer import Entry
from patronage.steps import experiments
from patronage.stores.objects import read_json
from tests_support import NOW

LATER = NOW + timedelta(days=1)
HALVES = [{"arm": "control", "kind": "none", "weight": 0.5}, {"arm": "model", "kind": "model", "weight": 0.5}]
ALS = [HALVES[0], {**HALVES[1], "model": "als"}]


def document(experiment_id="first", **changes):
    return {"experiment_id": experiment_id, "arms": HALVES} | changes


@pytest.fixture
def shop(store, table):
    """A shop's experiments, told what to do in one word each."""

    class Shop:
        def create(self, *names, **changes):
            return experiments.create(document(*names, **changes), store=store, table=table, now=NOW, by="me")

        def hold_out(self, share, now=NOW):
            return experiments.hold_out({"share": share}, store=store, table=table, now=now, by="me")

        def __getattr__(self, move):
            work = getattr(experiments, move)
            return lambda name="first", now=LATER: work(name, store=store, table=table, now=now)

        @property
        def kept(self):
            return experiments.show(table)["experiments"]

    return Shop()


def go_live(table, family="recommendations", **model):
    at = NOW.isoformat()
    entry = Entry(
        run_id="run", shards_key="", as_of=at, created_at=at, published_at=at, currency="GBP", model=model
    )
    assert table.point(family, entry)


def test_a_draft_starts_stops_and_is_archived(shop, store, table):
    draft = shop.create(hypothesis="it pays")
    assert (draft["state"], draft["created_at"], draft["by"]) == ("draft", NOW.isoformat(), "me")
    assert "started_at" not in draft
    running = shop.start()
    assert running == draft | {"state": "running", "started_at": LATER.isoformat()}
    assert shop.stop()["state"] == "stopped"
    last = shop.archive()
    assert (last["state"], last["archived_at"]) == ("archived", LATER.isoformat())
    assert shop.kept == [last]
    assert experiments.show_one("first", table) == last
    kept = {"experiments": [last], "holdout": None}
    assert unpack_document([table.get("experiments")["packed"]]) == kept
    assert read_json(store, COPY) == kept | {"version": 4}


def test_a_change_that_copies_late_does_not_leave_an_old_copy(shop, store, table, monkeypatch):
    write = experiments.write_json

    def slowly(*copy):
        monkeypatch.setattr(experiments, "write_json", write)
        shop.hold_out(0.05)  # somebody else changes and copies, between our change and our copy
        write(*copy)

    monkeypatch.setattr(experiments, "write_json", slowly)
    shop.create()
    copy = read_json(store, COPY)
    assert copy["version"] == table.get("experiments")["version"] == 2
    assert copy["holdout"]["share"] == 0.05
    assert [each["experiment_id"] for each in copy["experiments"]] == ["first"]


def test_what_is_asked_twice_is_done_once(shop):
    shop.create()
    first = shop.start(now=NOW)
    assert shop.start(now=LATER) == first
    stopped = shop.stop(now=NOW)
    assert shop.stop(now=LATER) == stopped


@pytest.mark.parametrize(
    ("moves", "wrong", "possible"),
    [
        ((), "stop", "cannot stop experiment first, which is a draft: you can start or archive it"),
        (("start",), "archive", "cannot archive experiment first, which is running: you can stop it"),
        (("start", "stop"), "start", "cannot start experiment first, which is stopped: you can archive it"),
        (("archive",), "start", "which is archived: nothing follows; create another under a new id"),
    ],
)
def test_a_move_that_does_not_follow_says_which_does(shop, moves, wrong, possible):
    shop.create()
    for move in moves:
        getattr(shop, move)()
    with pytest.raises(Conflict, match=possible):
        getattr(shop, wrong)()


def test_a_draft_is_replaced_and_what_has_started_is_not(shop):
    shop.create()
    shop.create(name="better", arms=[{**HALVES[0], "weight": 0.1}, {**HALVES[1], "weight": 0.9}])
    (draft,) = shop.kept
    assert (draft["name"], draft["arms"][0]["weight"]) == ("better", 0.1)
    shop.start()
    with pytest.raises(Conflict, match="is running: what has started keeps its arms and weights"):
        shop.create()


def test_one_may_start_at_once(shop):
    assert shop.create(start=True)["state"] == "running"
    with pytest.raises(BadField, match="true or false"):
        shop.create("second", start="yes")


def test_nobody_knows_one_that_is_not_there(shop, table):
    shop.create()
    with pytest.raises(NotFound, match="known: first"):
        shop.start("second")
    with pytest.raises(NotFound, match="'second'"):
        experiments.show_one("second", table)


# Side by side


def half(low, high, namespace="pages"):
    return {"namespace": {"id": namespace, "range": [low, high]}}


def test_two_run_at_once_only_where_they_have_no_visitor_in_common(shop):
    shop.create("first", **half(0, 0.5), start=True)
    assert shop.create("second", **half(0.5, 1), start=True)["state"] == "running"
    for name, place in [("third", half(0.4, 0.6)), ("fourth", half(0, 1, "others")), ("fifth", {})]:
        shop.create(name, **place)
        with pytest.raises(Conflict, match=rf"experiments {name} and (first|second) could have visitors"):
            shop.start(name)
    shop.stop("first")
    shop.stop("second")
    assert shop.start("fifth")["state"] == "running"


# What an arm needs


def test_an_arm_starts_when_its_lists_are_live(shop, table):
    shop.create(arms=ALS)
    with pytest.raises(Conflict, match="arm model of experiment first shows the lists of als, and no recomm"):
        shop.start()
    go_live(table, name="ease", version="run")
    with pytest.raises(Conflict, match="run run lacks them; run the training, which makes the lists that"):
        shop.start()
    with pytest.raises(Conflict, match="run the training"):
        shop.create("second", arms=ALS, start=True)
    assert [each["state"] for each in shop.kept] == ["draft"]


@pytest.mark.parametrize(
    ("model", "arms"),
    [
        ({"name": "ease", "variants": "als,svd"}, ALS),
        ({"name": "als"}, ALS),
        (
            {"name": "ease", "variants": "hybrid-66b1a81e"},
            [HALVES[0], {**HALVES[1], "kind": "hybrid", "weights": {"ease": 0.25, "als": 0.75}}],
        ),
        ({"name": "hybrid"}, [HALVES[0], {**HALVES[1], "model": "hybrid"}]),
    ],
)
def test_lists_beside_the_live_ones_and_the_live_ones_do(shop, table, model, arms):
    go_live(table, version="run", **model)
    shop.create(arms=arms)
    assert shop.start()["state"] == "running"


def test_one_for_segments_needs_segments(shop, table):
    shop.create(segments=["champions"])
    with pytest.raises(Conflict, match="run the segmentation first"):
        shop.start()
    go_live(table, "segments")
    assert shop.start()["state"] == "running"


# What is kept


def test_what_was_kept_before_there_was_a_holdout_is_read(shop, table):
    before = [
        {
            "experiment_id": "old",
            "name": "old",
            "coverage": "1.0",
            "arms": [{**each, "weight": "0.5"} for each in HALVES],
            "state": "running",
            "started_at": NOW.isoformat(),
            "by": "me",
        }
    ]
    table.put_all([{"pk": "experiments", "packed": pack_document(before)[0], "version": 3}])
    assert experiments.show(table) == {"experiments": before, "holdout": None}
    shop.create()
    with pytest.raises(Conflict, match="first and old could have visitors in common"):
        shop.start()
    assert shop.stop("old")["state"] == "stopped"
    assert shop.start()["state"] == "running"


def test_of_two_at_once_one_is_kept(shop, table, monkeypatch):
    read = table.get_all

    def overtaken(keys):
        found = read(keys)
        monkeypatch.setattr(table, "get_all", read)
        shop.create("other")
        return found

    monkeypatch.setattr(table, "get_all", overtaken)
    with pytest.raises(TryAgain, match="somebody else"):
        shop.create()
    assert [each["experiment_id"] for each in shop.kept] == ["other"]


def test_the_oldest_archived_ones_go_when_they_are_too_many(shop, monkeypatch):
    monkeypatch.setattr(experiments, "MOST", 3)
    for name in ("a", "b", "c"):
        shop.create(name)
    with pytest.raises(Conflict, match="none is archived; archive one"):
        shop.create("d")
    shop.archive("a")
    shop.archive("b")
    shop.create("d")
    assert [each["experiment_id"] for each in shop.kept] == ["d", "c", "b"]


def test_rules_too_large_for_the_item_are_refused(shop):
    products = [f"{each * 2_654_435_761 % 2**64:016x}" for each in range(1, 9_999)]
    rules = {"never": {"product_ids": products}}
    arms = [{"arm": name, "kind": "rules", "weight": 0.5, "rules": rules} for name in ("a", "b")]
    with pytest.raises(BadField, match="larger than an item can hold"):
        shop.create(arms=[*arms])


def test_the_holdout_grows_and_ends(shop, store, table):
    first = shop.hold_out(0.05)
    assert first == {"share": 0.05, "since": NOW.isoformat(), "changed_at": NOW.isoformat(), "by": "me"}
    assert shop.hold_out(0.05, LATER) == first
    grown = shop.hold_out(0.1, LATER)
    assert (grown["since"], grown["changed_at"]) == (NOW.isoformat(), LATER.isoformat())
    shop.create()
    assert read_json(store, COPY)["holdout"] == experiments.show(table)["holdout"] == grown
    assert shop.hold_out(0) == {"share": 0.0, "since": None}
    assert experiments.show(table)["holdout"] is None


@pytest.mark.parametrize("wrong", [{}, {"share": 2}, {"share": "0.1"}, {"share": 0.1, "since": "x"}])
def test_a_wrong_holdout_is_refused(store, table, wrong):
    with pytest.raises(BadField) as refused:
        experiments.hold_out(wrong, store=store, table=table, now=NOW, by="me")
    assert refused.value.field == "share"
