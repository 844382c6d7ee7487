"""The state machines: the order of their states, what they call, and when they start."""

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
    "MonitoringStateMachine": [
        "AnyWait",
        "WaitForMore",
        "Pin",
        "ChooseEngine",
        "Measure",
        "Decide",
        *PUBLISHING[:-1],
        "RetrainSegments",
        "StartSegments",
        "RetrainRecommendations",
        "StartRecommendations",
        "AnythingToTell",
        "Alert",
        "Notify",
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
                "features",
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
    "MonitoringStateMachine": {
        "Monitor": {"pin", "drift_tables", "effectiveness", "experiment_tables", "decide"},
        "MonitorLearn": {"drift", "experiment_reports"},
        "Publish": {"shard", "flip", "retire"},
    },
}
FAMILY = {
    "SegmentationStateMachine": "segments",
    "TrainingStateMachine": "recommendations",
    "MonitoringStateMachine": "monitoring",
}
RETRAINED = {"segments": "SegmentationStateMachine", "recommendations": "TrainingStateMachine"}


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
    if machine in RETRAINED.values():
        assert states["GatePassed"]["Default"] == "Notify"
    assert states["SupersededRun"]["Default"] == states["RetireShards"]["Next"]


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


def test_journeys_come_after_the_segments_that_they_are_told_apart_by(template):
    states = _definition(template, "SegmentationStateMachine")["States"]
    (steps,) = [
        found
        for branch in states["Work"]["Branches"]
        if "journeys"
        in (found := [each["Parameters"]["Payload"]["step"] for each in _tasks_in_order(branch)])
    ]
    assert steps.index("rfm") < steps.index("stability") < steps.index("journeys")


def test_monitoring_starts_daily_in_the_shop_s_zone_and_the_machines_that_it_starts_do_not(template):
    schedules = _schedules(template)
    assert schedules.keys() == {"MonitoringStateMachine", "UpkeepStateMachine"}
    daily = schedules["MonitoringStateMachine"]
    assert daily["State"] == "ENABLED"
    assert daily["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert daily["ScheduleExpressionTimezone"] == "Europe/London"
    (statement,) = statements_of(template, flat(daily["Target"]["RoleArn"]))
    assert statement["Action"] == "states:StartExecution"
    assert flat(statement["Resource"]) == "MonitoringStateMachine"


@pytest.mark.parametrize("machine", ORDER)
def test_a_run_ends_well_where_another_of_its_kind_is_going(template, machine):
    states = _definition(template, machine)["States"]
    chosen = {choice["StringEquals"]: choice["Next"] for choice in states["ChooseEngine"]["Choices"]}
    assert states[chosen["busy"]] == {"Type": "Succeed"}
    pin = states["Pin"]
    assert pin["Parameters"]["Payload"]["execution.$"] == "$$.Execution.Id"
    assert pin["Parameters"]["Payload"]["request.$"] == "$$.Execution.Input"
    assert "reason.$" in pin["ResultSelector"]  # which is then in the output


@pytest.mark.parametrize("machine", ORDER)
def test_what_came_of_a_run_leaves_the_machine_with_its_code(template, machine):
    states = _definition(template, machine)["States"]
    told = [name for name in ("Pin", "Gate", "Decide") if name in states]
    assert len(told) == 2
    for name in told:
        kept = states[name]["ResultSelector"]
        for field in ("reason", "reason_code", "reason_values"):
            assert kept[f"{field}.$"] == f"$.Payload.{field}"


def test_a_measure_that_fails_stops_no_other_and_is_told_to_the_decision(template):
    states = _definition(template, "MonitoringStateMachine")["States"]
    branches = states["Measure"]["Branches"]
    for branch in branches:
        tasks = {name: state for name, state in branch["States"].items() if state["Type"] == "Task"}
        (failed,) = {state["Catch"][0]["Next"] for state in tasks.values()}
        assert all(state["Catch"][0]["ErrorEquals"] == ["States.ALL"] for state in tasks.values())
        assert branch["States"][failed]["Parameters"]["failure.$"] == "$.failure"
    ways = [
        [state["Parameters"]["Payload"]["step"] for state in _tasks_in_order(branch)] for branch in branches
    ]
    assert ways == [
        ["drift_tables", "drift"],
        ["effectiveness"],
        ["experiment_tables", "experiment_reports"],
    ]
    assert states["Decide"]["Parameters"]["Payload"]["measured.$"] == "$.measured"


def _tasks_in_order(branch):
    name = branch["StartAt"]
    while name:
        state = branch["States"][name]
        if state["Type"] == "Task":
            yield state
        name = state.get("Next")


@pytest.mark.parametrize("family", RETRAINED)
def test_a_retraining_is_started_once_by_a_name_that_the_run_gives_it(template, family):
    properties = of_type(template, "AWS::StepFunctions::StateMachine")["MonitoringStateMachine"]
    states = json.loads(properties["DefinitionString"])["States"]
    asked, started = states[f"Retrain{family.capitalize()}"], states[f"Start{family.capitalize()}"]
    assert asked["Choices"][0]["Variable"] == f"$.decide.{family}"
    assert asked["Default"] == started["Next"] == started["Catch"][0]["Next"]
    assert started["Parameters"]["Name.$"] == f"$.decide.{family}_run"
    placeholder = started["Parameters"]["StateMachineArn"].strip("${}")
    assert flat(properties["DefinitionSubstitutions"][placeholder]) == RETRAINED[family]
    assert "StepFunctions.ExecutionAlreadyExistsException" in started["Catch"][0]["ErrorEquals"]


def test_monitoring_may_start_what_it_retrains_and_write_to_the_topic(template):
    role = flat(of_type(template, "AWS::StepFunctions::StateMachine")["MonitoringStateMachine"]["RoleArn"])
    may = {
        (action, flat(resource))
        for statement in statements_of(template, role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    started = {resource for action, resource in may if action == "states:StartExecution"}
    assert started == {*RETRAINED.values(), "MonitoringStateMachine"}  # its own: the children of its Maps
    (topic,) = of_type(template, "AWS::SNS::Topic")
    assert ("sns:Publish", topic) in may


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
    assert ("when upkeep starts", "`upkeep_at` in `[stack]`", f'`"{UPKEEP_AT}"`') in rows
    setting = "`keep_replaced_files_days` in the shop's settings, at least 1"
    assert ("how long replaced files stay", setting, days) in rows


def test_a_cloud_with_few_cores_runs_few_children_at_once():
    from infra.asl import at_most

    states = {"A": {"Type": "Map", "MaxConcurrency": 10}, "B": {"Type": "Map", "MaxConcurrency": 1}, "C": {}}
    limited = at_most(4, {"StartAt": "A", "States": states})
    assert limited["StartAt"] == "A"
    assert [state.get("MaxConcurrency") for state in limited["States"].values()] == [4, 1, None]
    assert states["A"]["MaxConcurrency"] == 10
