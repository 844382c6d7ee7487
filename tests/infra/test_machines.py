"""The two state machines: the order of their states, what they call, and when they start."""

from __future__ import annotations

import json
import re

import pytest

from template_support import flat, listed, of_type, statements_of
from tests_support import REPOSITORY

PUBLISHING = ["PublishShards", "Flip", "SupersededRun", "RetireShards", "Notify"]
ORDER = {
    "SegmentationStateMachine": [
        "Pin",
        "ChooseEngine",
        "Work",
        "Combine",
        "Slices",
        "Gate",
        "GatePassed",
        *PUBLISHING,
    ],
    "TrainingStateMachine": [
        "Pin",
        "ChooseEngine",
        "Interactions",
        "AnyInteraction",
        "Candidates",
        "EvaluateEach",
        "Blend",
        "Gate",
        "GatePassed",
        "FitEach",
        "Plan",
        "ListEach",
        *PUBLISHING,
    ],
}
CALLS = {
    "SegmentationStateMachine": {
        "Segment": {
            "pin",
            *("rfm", "lifecycle", "lifetime_histories", "cluster_features", "behaviour", "cohorts"),
            *(
                "cohorts_by_country",
                "totals",
                "sales",
                "sales_by_country",
                "journeys",
                "combine",
                "slices",
                "stability",
                "gate",
            ),
        },
        "SegmentLearn": {"lifetime", "clusters"},
        "Publish": {"shard", "flip", "retire"},
    },
    "TrainingStateMachine": {
        "TrainTables": {"pin", "interactions", "parquet"},
        "Train": {"candidates", "evaluate", "blend", "gate", "fit", "plan", "lists"},
        "Publish": {"shard", "flip", "retire"},
    },
}
FAMILY = {"SegmentationStateMachine": "segments", "TrainingStateMachine": "recommendations"}


def _definition(template, machine):
    return json.loads(of_type(template, "AWS::StepFunctions::StateMachine")[machine]["DefinitionString"])


def _all_states(states):
    for name, state in states.items():
        yield name, state
        for inner in (*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])):
            yield from _all_states(inner["States"])


def _happy_path(definition):
    name = definition["StartAt"]
    while name:
        yield name
        state = definition["States"][name]
        name = state["Choices"][0]["Next"] if state["Type"] == "Choice" else state.get("Next")


@pytest.mark.parametrize("machine", ORDER)
def test_the_order_of_states(template, machine):
    assert list(_happy_path(_definition(template, machine))) == ORDER[machine]


@pytest.mark.parametrize("machine", ORDER)
def test_who_is_called_for_what(template, machine):
    calls: dict[str, set[str]] = {}
    for _, state in _all_states(_definition(template, machine)["States"]):
        if state.get("Resource") == "arn:aws:states:::lambda:invoke":
            function = state["Parameters"]["FunctionName"].strip("${}")
            calls.setdefault(function, set()).add(state["Parameters"]["Payload"]["step"])
    assert calls == CALLS[machine]


@pytest.mark.parametrize("machine", ORDER)
def test_a_task_is_retried_and_ends(template, machine):
    definition = _definition(template, machine)
    assert definition["TimeoutSeconds"] > 0
    for name, state in _all_states(definition["States"]):
        if state["Type"] == "Task":
            throttled, retry = state["Retry"]
            assert throttled["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
            assert throttled["MaxAttempts"] * throttled["MaxDelaySeconds"] >= 15 * 60
            assert retry == {
                "ErrorEquals": ["States.TaskFailed"],
                "IntervalSeconds": 2,
                "BackoffRate": 2,
                "MaxAttempts": 3,
            }, name


@pytest.mark.parametrize("machine", ORDER)
def test_a_run_that_is_too_large_or_not_good_enough_goes_elsewhere(template, machine):
    states = _definition(template, machine)["States"]
    assert states["ChooseEngine"]["Default"] == "TooLarge"
    assert states["TooLarge"] == {"Type": "Fail", "Error": "TooLarge", "CausePath": "$.pin.reason"}
    assert states["GatePassed"]["Default"] == "Notify"
    assert states["SupersededRun"]["Default"] == "Notify"


@pytest.mark.parametrize("machine", ORDER)
def test_shards_are_read_from_s3_ten_at_once(template, machine):
    states = _definition(template, machine)["States"]
    for name, key in (("PublishShards", "shards_key"), ("RetireShards", "superseded_shards_key")):
        each = states[name]
        assert each["MaxConcurrency"] == 10
        assert each["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
        assert each["ItemReader"]["Parameters"]["Bucket"] == "${LakeBucket}"
        assert each["ItemReader"]["Parameters"]["Key.$"].endswith(f".{key}")
        (task,) = each["ItemProcessor"]["States"].values()
        assert task["Parameters"]["Payload"]["family"] == FAMILY[machine]
        # A child execution has a name of its own.
        assert task["Parameters"]["Payload"]["run_id.$"] == "$.run_id"
    assert states["PublishShards"]["ItemSelector"]["run_id.$"] == "$$.Execution.Name"
    assert states["RetireShards"]["ItemSelector"]["run_id.$"] == "$.flip.superseded_run"


@pytest.mark.parametrize("machine", ORDER)
def test_it_ends_with_an_event_that_says_what_came_of_the_run(template, machine):
    (entry,) = _definition(template, machine)["States"]["Notify"]["Parameters"]["Entries"]
    assert (entry["Source"], entry["DetailType"]) == ("patronage", "Run finished")
    assert set(entry["Detail"]) == {"run_id.$", "family", "publish.$", "reason.$"}


@pytest.mark.parametrize("machine", ORDER)
def test_a_machine_is_standard_logged_and_holds_no_unknown_placeholder(template, machine):
    properties = of_type(template, "AWS::StepFunctions::StateMachine")[machine]
    assert properties["StateMachineType"] == "STANDARD"
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    placeholders = set(re.findall(r"\$\{(\w+)\}", properties["DefinitionString"]))
    assert placeholders == set(properties["DefinitionSubstitutions"])


@pytest.mark.parametrize("machine", ORDER)
def test_it_starts_daily_in_the_shop_s_zone(template, machine):
    schedules = of_type(template, "AWS::Scheduler::Schedule").values()
    (schedule,) = [each for each in schedules if flat(each["Target"]["Arn"]) == machine]
    assert schedule["State"] == "ENABLED"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/London"
    (statement,) = statements_of(template, flat(schedule["Target"]["RoleArn"]))
    assert statement["Action"] == "states:StartExecution"
    assert flat(statement["Resource"]) == machine


@pytest.mark.parametrize("machine", ORDER)
def test_what_a_failed_publishing_wrote_is_retired_before_the_run_fails(template, machine):
    states = _definition(template, machine)["States"]
    for name in ("PublishShards", "Flip"):
        (caught,) = states[name]["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "RetireOwnShards")
    retire = states["RetireOwnShards"]
    assert retire["ItemSelector"]["run_id.$"] == "$$.Execution.Name"
    assert states[retire["Next"]]["Type"] == "Fail"
    assert retire["Catch"][0]["Next"] == retire["Next"]  # the first fault is the one that is told
    assert states["PublishShards"]["ToleratedFailurePercentage"] == 100


@pytest.mark.parametrize("machine", ORDER)
def test_an_empty_lake_ends_a_run_without_a_failure(template, machine):
    states = _definition(template, machine)["States"]
    chosen = {choice["StringEquals"]: choice["Next"] for choice in states["ChooseEngine"]["Choices"]}
    assert states[chosen["none"]]["Type"] == "Succeed"
    assert states[states["ChooseEngine"]["Default"]]["Type"] == "Fail"


def _schedules(template):
    return {
        flat(schedule["Target"]["Arn"]): schedule
        for schedule in of_type(template, "AWS::Scheduler::Schedule").values()
    }


def test_upkeep_registers_then_compacts(template):
    definition = _definition(template, "UpkeepStateMachine")
    assert list(_happy_path(definition)) == ["Register", "Compact"]
    calls = [state["Parameters"]["FunctionName"] for state in definition["States"].values()]
    assert calls == ["${Catalog}", "${Compact}"]
    for state in definition["States"].values():
        assert state["Retry"][-1]["ErrorEquals"] == ["States.TaskFailed"]
        assert state["ResultPath"] is None


def test_upkeep_starts_once_a_day_in_the_shop_s_zone(template, second_template):
    daily = _schedules(template)["UpkeepStateMachine"]
    assert daily["ScheduleExpression"] == "cron(17 3 * * ? *)"
    assert daily["ScheduleExpressionTimezone"] == "Europe/London"
    later = _schedules(second_template)["UpkeepStateMachine"]
    assert later["ScheduleExpression"] == "cron(5 23 * * ? *)"


def test_upkeep_calls_functions_and_nothing_else(template):
    role = flat(of_type(template, "AWS::StepFunctions::StateMachine")["UpkeepStateMachine"]["RoleArn"])
    work = {
        (statement["Action"], flat(resource))
        for statement in statements_of(template, role)
        for resource in listed(statement["Resource"])
        if isinstance(statement["Action"], str)
    }
    assert work == {("lambda:InvokeFunction", name) for name in ("CatalogFunction", "CompactFunction")}


@pytest.mark.parametrize("wrong", ["3:17", "24:00", "03:60", "03.17", "daily"])
def test_a_time_of_day_that_is_none_is_told(wrong):
    from infra.app import _time_of_day

    class App:
        class node:  # noqa: N801 - as the CDK names it
            @staticmethod
            def try_get_context(_name):
                return wrong

    with pytest.raises(SystemExit, match="upkeep_at=03:17"):
        _time_of_day(App, "upkeep_at", "03:17")


def test_the_docs_tell_the_defaults_of_upkeep():
    from infra.stack import UPKEEP_AT
    from patronage.settings import Shop

    page = (REPOSITORY / "docs" / "lake.md").read_text(encoding="utf-8")
    rows = {tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in page.splitlines()}
    days = str(Shop().keep_replaced_files_days)
    assert ("when upkeep starts", "CDK context `upkeep_at`, as `03:17`", f"`{UPKEEP_AT}`") in rows
    setting = "`keep_replaced_files_days` in the shop's settings, at least 1"
    assert ("how long replaced files stay", setting, days) in rows
