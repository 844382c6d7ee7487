from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

import serving_support as support
from patronage.errors import BadField, Conflict, NotFound, TryAgain
from patronage.logic.experiments.assignment import arm_at, bucket_of
from patronage.logic.experiments.definition import assigned, read_experiment
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.rights import Rights
from patronage.steps import experiments, lookup
from patronage.stores.objects import read_json
from patronage.stores.serving_reader import ServingReader
from tests_support import NOW

HALVES = [{"arm": "control", "kind": "none", "weight": 0.5}, {"arm": "model", "kind": "model", "weight": 0.5}]


def document(**changes):
    return {"experiment_id": "first", "arms": HALVES} | changes


# GrowthBook's published test cases: cases.json, "hash", version 2.
@pytest.mark.parametrize(
    ("seed", "value", "bucket"),
    [
        ("seed", "a", 0.0505),
        ("seed", "b", 0.2696),
        ("foo", "ab", 0.2575),
        ("foo", "def", 0.2019),
        ("89123klj", "8952klfjas09ujkasdf", 0.124),
        ("90850943850283058242805", "123", 0.7516),
        ("()**(%$##$%#$#", '___)((*":&', 0.0128),
    ],
)
def test_buckets_are_those_of_growthbook(seed, value, bucket):
    assert bucket_of(seed, value) == bucket


def test_visitors_spread_as_the_weights_say():
    counted = Counter(arm_at(bucket_of("x", str(each)), [0.2, 0.8]) for each in range(20_000))
    assert counted[0] / 20_000 == pytest.approx(0.2, abs=0.01)
    assert counted[None] == 0


def test_a_greater_coverage_moves_nobody_to_another_arm():
    for visitor in map(str, range(2_000)):
        bucket = bucket_of("x", visitor)
        narrow, wide = (arm_at(bucket, [0.5, 0.5], coverage=share) for share in (0.3, 0.9))
        assert narrow in {None, wide}


def test_one_runs_at_a_time_and_the_hot_path_is_told(store, table):
    made = experiments.create(document(), store=store, table=table, now=NOW, by="me")
    assert (
        experiments.show(table)
        == {"experiments": [made]}
        == {"experiments": read_json(store, experiments.COPY)}
    )
    served = unpack_document([table.get("experiments")["packed"]])
    assert served == [made]
    arms = {assigned(served, str(visitor)).arm for visitor in range(50)}
    assert arms == {"control", "model"}
    assert assigned(served, "") is None
    with pytest.raises(Conflict, match="exists"):
        experiments.create(document(), store=store, table=table, now=NOW, by="me")
    with pytest.raises(Conflict, match="stop it first"):
        experiments.create(document(experiment_id="b"), store=store, table=table, now=NOW, by="me")


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"experiment_id": "Ä"}, "experiment_id", "slug"),
        ({"experiment_id": None}, "experiment_id", "slug"),
        ({"name": ""}, "name", "text"),
        ({"coverage": 2}, "coverage", "share"),
        ({"coverage": True}, "coverage", "share"),
        ({"coverage": 10**400}, "coverage", "share"),
        ({"coverage": "0.5"}, "coverage", "share"),
        ({"arms": HALVES[:1]}, "arms", "count"),
        ({"arms": [HALVES[0], HALVES[0]]}, "arms", "unique"),
        ({"arms": [HALVES[0], {**HALVES[1], "weight": 0.4}]}, "arms", "weights"),
        ({"arms": [HALVES[0], {**HALVES[1], "kind": "magic"}]}, "arms[1].kind", "one-of"),
        ({"arms": [HALVES[0], {"arm": "b"}]}, "arms[1]", "fields"),
        ({"arms": [HALVES[0], {**HALVES[1], "arm": 3}]}, "arms[1].arm", "slug"),
        ({"stop": 1}, "stop", "known-field"),
    ],
)
def test_a_wrong_definition_names_field_and_rule(changes, field, rule):
    with pytest.raises(BadField) as refused:
        read_experiment(document(**changes))
    assert (refused.value.field, refused.value.rule) == (field, rule)


def test_a_stopped_one_shapes_nothing_and_leaves_room_for_the_next(store, table):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    experiments.create(arms(a="none", b="none"), store=store, table=table, now=NOW, by="me")
    stopped = experiments.stop("first", store=store, table=table, now=NOW)
    assert (stopped["state"], stopped["stopped_at"]) == ("stopped", NOW.isoformat())
    assert experiments.stop("first", store=store, table=table, now=NOW + timedelta(days=1)) == stopped
    answer = lookup.recommend(ServingReader(table), Rights("ann", is_personal=True), 2, now=NOW)
    assert answer["experiment"] is None
    assert answer["items"]
    experiments.create(document(experiment_id="b"), store=store, table=table, now=NOW, by="me")
    assert [each["experiment_id"] for each in experiments.show(table)["experiments"]] == ["b", "first"]
    with pytest.raises(NotFound, match="known: b, first"):
        experiments.stop("c", store=store, table=table, now=NOW)


def test_of_two_at_once_one_is_kept(store, table, monkeypatch):
    read = table.get_all

    def overtaken(keys):
        found = read(keys)
        monkeypatch.setattr(table, "get_all", read)
        experiments.create(document(experiment_id="other"), store=store, table=table, now=NOW, by="you")
        return found

    monkeypatch.setattr(table, "get_all", overtaken)
    with pytest.raises(TryAgain, match="somebody else"):
        experiments.create(document(), store=store, table=table, now=NOW, by="me")
    assert [each["experiment_id"] for each in experiments.show(table)["experiments"]] == ["other"]


def arms(**kinds):
    share = 1 / len(kinds)
    return document(arms=[{"arm": arm, "kind": kind, "weight": share} for arm, kind in kinds.items()])


def test_each_arm_shows_what_it_says(store, table):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    experiments.create(arms(a="model", b="none"), store=store, table=table, now=NOW, by="me")
    reader = ServingReader(table)
    seen = set()
    for visitor in ["ann", *(f"visitor {n}" for n in range(20))]:
        rights = Rights(visitor, is_personal=True)
        answer = lookup.recommend(reader, rights, 2, now=NOW)
        arm = assigned([arms(a="model", b="none") | {"state": "running", "coverage": "1"}], visitor).arm
        assert answer["experiment"] == {"experiment_id": "first", "arm": arm}
        assert answer.get("control", False) == (arm == "b") == (answer["items"] == [])
        seen.add(arm)
    assert seen == {"a", "b"}


def test_a_popular_arm_uses_nothing_personal(store, table):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    experiments.create(arms(a="popular", b="popular"), store=store, table=table, now=NOW, by="me")
    answer = lookup.recommend(ServingReader(table), Rights("ann", is_personal=True), 2, now=NOW)
    assert {item["rung"] for item in answer["items"]} == {"popular"}
    assert (answer["personal"], answer["user_id"]) == (False, "ann")


def test_nobody_in_particular_takes_no_part(store, table):
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    experiments.create(document(), store=store, table=table, now=NOW, by="me")
    answer = lookup.recommend(ServingReader(table), now=NOW)
    assert answer["experiment"] is None
    assert answer["items"]
