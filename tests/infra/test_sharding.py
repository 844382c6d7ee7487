"""Shards run few at once, each an execution of its own that is retried alone; nothing half done goes live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from template_support import of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHING = ["PublishShards", "RetireOwnShards", "RetireShards"]
SHARDED = {
    "SegmentationStateMachine": PUBLISHING,
    "TrainingStateMachine": ["ListEach", *PUBLISHING],
    "MonitoringStateMachine": PUBLISHING,
}
"""By machine the Maps that run shards, in the order of their states."""
AT_ONCE = 10
LARGEST_STATE_BYTES = 256 * 1024
SHARDS = 20_000
"""Those of a hundred million customers."""


@pytest.fixture(params=["template", "second_template"])
def machines(request) -> dict[str, Any]:
    """Return the states of each machine of a stack; the second one's Spark may carry a run."""
    template = request.getfixturevalue(request.param)
    found = of_type(template, "AWS::StepFunctions::StateMachine")
    return {name: json.loads(properties["DefinitionString"])["States"] for name, properties in found.items()}


def maps(machines: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every Map over shards, by machine and name."""
    for machine, names in SHARDED.items():
        for name in names:
            yield f"{machine}.{name}", machines[machine][name]


def steps_of(each: dict[str, Any]) -> dict[str, Any]:
    return each["ItemProcessor"]["States"]


def inner(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in states.items():
        yield name, state
        for part in (*state.get("Branches", []), state.get("ItemProcessor")):
            yield from inner(part["States"]) if part else ()


def test_these_and_no_other_maps_run_shards(machines):
    found = {
        machine: [name for name, state in inner(states) if "ItemReader" in state]
        for machine, states in machines.items()
    }
    assert {machine: names for machine, names in found.items() if names} == SHARDED


def test_each_shard_is_an_execution_of_its_own_and_ten_run_at_once(machines):
    for place, each in maps(machines):
        config = each["ItemProcessor"]["ProcessorConfig"]
        assert config == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, place
        assert each["MaxConcurrency"] == AT_ONCE, f"{place}: 0 and none at all mean thousands"
        assert "ItemBatcher" not in each, f"{place}: a batch would be repeated whole"


def test_a_shard_that_fails_is_tried_again_alone(machines):
    for place, each in maps(machines):
        for name, task in steps_of(each).items():
            retried = {error for rule in task["Retry"] for error in rule["ErrorEquals"]}
            assert retried == {"Lambda.TooManyRequestsException", "States.TaskFailed"}, (place, name)
            assert all(rule["MaxAttempts"] >= 3 for rule in task["Retry"]), (place, name)
            assert "Catch" not in task, f"{place}: a shard that gave up would count as done"
        assert "Retry" not in each, f"{place}: the Map would run every shard again"


def test_a_shard_is_told_its_name_and_its_run_and_nothing_of_the_others(machines):
    for place, each in maps(machines):
        assert set(each["ItemSelector"]) == {"run_id.$", "shard.$"}, place
        assert each["ItemSelector"]["shard.$"] == "$$.Map.Item.Value.shard", place
        for task in steps_of(each).values():
            told = task["Parameters"]["Payload"]
            paths = {name: value for name, value in told.items() if name.endswith(".$")}
            assert paths == {"run_id.$": "$.run_id", "shard.$": "$.shard"}, place


def test_the_state_of_a_run_does_not_grow_with_its_shards(machines):
    """The list of shards comes from S3; each answers an empty object, which the Map collects and drops."""
    for place, each in maps(machines):
        assert each["ItemReader"]["Resource"] == "arn:aws:states:::s3:getObject", place
        assert "ItemsPath" not in each, place
        *before, last = steps_of(each).values()
        assert (last["ResultSelector"], last["ResultPath"], last["End"]) == ({}, "$", True), place
        assert [task["ResultPath"] for task in before] == [None] * len(before), place
        assert each["ResultPath"] is None, place
    assert len(json.dumps([{}] * SHARDS)) < LARGEST_STATE_BYTES


def test_only_publishing_goes_on_past_a_failed_shard_and_what_follows_asks_for_every_receipt(machines):
    for place, each in maps(machines):
        tolerated = {name for name in each if name.startswith("Tolerated")}
        if not place.endswith(".PublishShards"):
            assert tolerated == set(), place
            continue
        assert tolerated == {"ToleratedFailurePercentage"}, place
        machine = machines[place.partition(".")[0]]
        assert each["Next"] == "Flip"
        assert machine["Flip"]["Parameters"]["Payload"]["step"] == "flip"
        flips = [
            name
            for name, state in inner(machine)
            if state.get("Parameters", {}).get("Payload", {}).get("step") == "flip"
        ]
        assert flips == ["Flip"], "nothing else makes a run live"
    assert "Catch" not in machines["TrainingStateMachine"]["ListEach"]
