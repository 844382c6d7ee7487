from __future__ import annotations

from decimal import Decimal

import pytest

from patronage.errors import BadField
from patronage.logic.experiments.arms import METHODS
from patronage.logic.experiments.definition import read_experiment
from patronage.logic.experiments.variants import variant_of
from patronage.logic.recommenders.candidates import CANDIDATES

HALVES = [{"arm": "control", "kind": "none", "weight": 0.5}, {"arm": "model", "kind": "model", "weight": 0.5}]


def document(**changes):
    return {"experiment_id": "first", "arms": HALVES} | changes


def second(**changes):
    return {"arms": [HALVES[0], {**HALVES[1], **changes}]}


def test_the_methods_that_an_arm_may_name_are_those_that_runs_train():
    assert set(METHODS) == set(CANDIDATES)


def test_what_is_left_out_is_filled_in():
    assert read_experiment(document()) == {
        "experiment_id": "first",
        "name": "first",
        "hypothesis": "",
        "coverage": 1.0,
        "arms": HALVES,
        "segments": [],
        "namespace": None,
        "control": None,
        "primary_metric": None,
    }


def test_an_experiment_may_name_its_control_and_what_decides():
    read = read_experiment(document(control="model", primary_metric="conversion"))
    assert (read["control"], read["primary_metric"]) == ("model", "conversion")


def test_a_weight_that_rounds_to_nothing_is_left_out():
    weights = {"als": 1, "ease": 1e-9}
    assert variant_of({"kind": "hybrid", "weights": weights}) == ("als", {"als": 1.0})


def test_numbers_of_a_body_become_plain_ones():
    weights = {"ease": Decimal("0.7"), "als": 1}
    rules = {"boost": [{"factor": Decimal("1.5"), "product_ids": ["a"]}]}
    arms = [
        {"arm": "a", "kind": "hybrid", "weight": Decimal("0.5"), "weights": weights},
        {"arm": "b", "kind": "rules", "weight": Decimal("0.25"), "rules": rules},
        {"arm": "c", "kind": "model", "weight": Decimal("0.25"), "model": "als"},
    ]
    read = read_experiment(document(arms=arms, namespace={"id": "n", "range": [0, Decimal("0.5")]}))
    assert read["arms"] == [
        {"arm": "a", "kind": "hybrid", "weight": 0.5, "weights": {"als": 1.0, "ease": 0.7}},
        {
            "arm": "b",
            "kind": "rules",
            "weight": 0.25,
            "rules": {"boost": [{"factor": 1.5, "product_ids": ["a"]}]},
        },
        {"arm": "c", "kind": "model", "weight": 0.25, "model": "als"},
    ]
    assert read["namespace"] == {"id": "n", "range": [0.0, 0.5]}


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"experiment_id": "Ä"}, "experiment_id", "slug"),
        ({"experiment_id": None}, "experiment_id", "slug"),
        ({"experiment_id": "holdout"}, "experiment_id", "reserved"),
        ({"name": ""}, "name", "text"),
        ({"hypothesis": "x" * 2_001}, "hypothesis", "text"),
        ({"coverage": 2}, "coverage", "share"),
        ({"coverage": True}, "coverage", "share"),
        ({"coverage": 10**400}, "coverage", "share"),
        ({"coverage": "0.5"}, "coverage", "share"),
        ({"segments": "champions"}, "segments", "list"),
        ({"segments": ["champions", "kings"]}, "segments[1]", "one-of"),
        ({"segments": [["champions"]]}, "segments[0]", "one-of"),
        ({"namespace": {"id": "a"}}, "namespace", "fields"),
        ({"namespace": {"id": "A", "range": [0, 1]}}, "namespace.id", "slug"),
        ({"namespace": {"id": "a", "range": [0.5, 0.5]}}, "namespace.range", "range"),
        ({"namespace": {"id": "a", "range": [0]}}, "namespace.range", "range"),
        ({"namespace": {"id": "a", "range": [0, 2]}}, "namespace.range[1]", "share"),
        ({"arms": HALVES[:1]}, "arms", "count"),
        ({"arms": [HALVES[0], HALVES[0]]}, "arms", "unique"),
        (second(weight=0.4), "arms", "weights"),
        (second(kind="magic"), "arms[1].kind", "one-of"),
        (second(kind=["model"]), "arms[1].kind", "one-of"),
        ({"arms": [HALVES[0], {"arm": "b"}]}, "arms[1]", "fields"),
        (second(arm=3), "arms[1].arm", "slug"),
        (second(weights={"ease": 1}), "arms[1]", "fields"),
        (second(model="magic"), "arms[1].model", "one-of"),
        (second(model=["als"]), "arms[1].model", "one-of"),
        (second(kind="popular", model="als"), "arms[1]", "fields"),
        (second(kind="hybrid"), "arms[1]", "fields"),
        (second(kind="hybrid", weights={}), "arms[1].weights", "object"),
        (second(kind="hybrid", weights={"magic": 1}), "arms[1].weights.magic", "one-of"),
        (second(kind="hybrid", weights={"ease": 0, "als": 0}), "arms[1].weights", "weights"),
        (second(kind="hybrid", weights={"ease": 2}), "arms[1].weights.ease", "share"),
        (second(kind="rules"), "arms[1]", "fields"),
        (second(kind="rules", rules=[]), "arms[1].rules", "object"),
        (second(kind="rules", rules={"magic": 1}), "arms[1].rules.magic", "known"),
        (second(kind="rules", rules={"pin": [{"product_id": "a", "position": 99}]}), None, "range"),
        ({"stop": 1}, "stop", "known-field"),
        ({"control": "popular"}, "control", "one-of"),
        ({"control": ["model"]}, "control", "one-of"),
        ({"primary_metric": "profit"}, "primary_metric", "one-of"),
    ],
)
def test_a_wrong_definition_names_field_and_rule(changes, field, rule):
    with pytest.raises(BadField) as refused:
        read_experiment(document(**changes))
    assert (refused.value.field, refused.value.rule) == (field or "arms[1].rules.pin[0].position", rule)
