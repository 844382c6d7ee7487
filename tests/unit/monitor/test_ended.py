"""How each run ended is kept, with where the time went and why it failed, and nothing that is personal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from patronage.logic.monitor.execution import cause_of, failure_of, outcome_of, seconds_by_state
from patronage.logic.said import said
from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.ended import ended, run_record
from patronage.stores.objects import FolderStore, read_json

BEGAN = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def at(seconds):
    return BEGAN + timedelta(seconds=seconds)


def entered(number, name, seconds, after):
    details = {"stateEnteredEventDetails": {"name": name}}
    return {"id": number, "previousEventId": after, "timestamp": at(seconds), **details}


def left(number, name, seconds, after):
    details = {"stateExitedEventDetails": {"name": name}}
    return {"id": number, "previousEventId": after, "timestamp": at(seconds), **details}


def failed(number, seconds, after, error, message):
    cause = json.dumps({"errorType": error, "errorMessage": message, "stackTrace": []})
    details = {"taskFailedEventDetails": {"error": error, "cause": cause}}
    return {"id": number, "previousEventId": after, "timestamp": at(seconds), **details}


SIDE_BY_SIDE = [
    entered(1, "Pin", 0, 0),
    left(2, "Pin", 4, 1),
    entered(3, "Work", 4, 2),
    entered(4, "Rfm", 4, 3),
    entered(5, "Sales", 4, 3),
    left(6, "Sales", 9, 5),
    left(7, "Rfm", 14, 4),
    entered(8, "Rfm", 14, 7),  # as in a Map, a second time
    left(9, "Rfm", 15, 8),
    left(10, "Work", 15, 9),
]


def test_the_seconds_of_each_state_in_the_order_of_entering():
    assert seconds_by_state(SIDE_BY_SIDE) == [
        {"state": "Pin", "entered": 1, "seconds": 4.0},
        {"state": "Work", "entered": 1, "seconds": 11.0},
        {"state": "Rfm", "entered": 2, "seconds": 11.0},
        {"state": "Sales", "entered": 1, "seconds": 5.0},
    ]


def test_a_state_in_which_a_run_ended_counts_to_the_last_event():
    events = [entered(1, "Pin", 0, 0), failed(2, 30, 1, "KeyError", "'jane'")]
    assert seconds_by_state(events) == [{"state": "Pin", "entered": 1, "seconds": 30.0}]
    assert seconds_by_state([]) == []


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        ({"gate": {"publish": True, "reason": "better"}}, {"published": True, "reason": "better"}),
        ({"gate": {"publish": False, "reason": "worse"}}, {"published": False, "reason": "worse"}),
        (
            {"pin": {"engine": "busy", "reason": "run a is going"}},
            {"published": None, "reason": "run a is going"},
        ),
        ({}, {"published": None, "reason": ""}),
    ],
)
def test_what_came_of_a_run(output, outcome):
    assert outcome_of({"output": json.dumps(output)}) == outcome
    assert outcome_of({}) == {"published": None, "reason": ""}


def test_why_a_run_failed_and_in_which_of_two_branches():
    events = [*SIDE_BY_SIDE[:5], failed(6, 8, 4, "TryAgain", "the table is busy")]
    events += [entered(7, "Rfm", 9, 4), failed(8, 12, 5, "RunFailed", "sales do not add up")]
    described = {"status": "FAILED", "error": "States.TaskFailed", "cause": "a branch failed"}
    assert cause_of(described, events) == {
        "error": "RunFailed",
        "cause": "sales do not add up",
        "failed_in": "Sales",
    }


def test_a_message_that_may_quote_a_cell_is_left_out():
    events = [
        entered(1, "Rfm", 0, 0),
        failed(2, 1, 1, "ConversionException", "could not cast 'jane@example.com'"),
    ]
    told = cause_of({"status": "FAILED", "error": "ConversionException"}, events)
    assert told == {"error": "ConversionException", "cause": "", "failed_in": "Rfm"}


def test_a_machine_that_says_itself_why_it_failed_goes_before_its_task():
    events = [entered(1, "RunOnSpark", 0, 0), failed(2, 9, 1, "States.TaskFailed", "ExitCode: 1 'jane'")]
    cause = "the Spark job of run r failed; its log is in the log group g"
    told = cause_of({"status": "FAILED", "error": "RunFailed", "cause": cause}, events)
    assert told == {"error": "RunFailed", "cause": cause, "failed_in": "RunOnSpark"}


def test_the_record_names_the_engine_of_a_run_that_pinned_its_tables(tmp_path):
    store = FolderStore(tmp_path)
    described = {"status": "SUCCEEDED", "startDate": BEGAN, "stopDate": at(15), "output": "{}"}
    given = {"described": described, "history": SIDE_BY_SIDE, "cost": {"usd": 0.1}, "store": store}
    assert "engine" not in ended("upkeep", "run-0", **given)
    Manifest(
        run_id="run-1",
        family="segments",
        as_of=BEGAN,
        created_at=BEGAN,
        tables={},
        shop=Shop(),
        lines=6,
        engine="spark",
        **said("beyond_one_function", passed="6 order lines are more than 5", rows={"orders": 6}).fields(
            "engine_reason"
        ),
    ).save(store)
    record = ended("segmentation", "run-1", **given)
    assert (record["engine"], record["engine_reason"]) == ("spark", "6 order lines are more than 5")
    assert record["engine_reason_code"] == "beyond_one_function"
    assert record["engine_reason_values"]["rows"] == {"orders": 6}


def test_a_run_that_was_aborted_or_ran_out_of_time_failed_in_no_state():
    assert cause_of({"status": "TIMED_OUT", "error": "States.Timeout"}, SIDE_BY_SIDE)["failed_in"] == ""
    assert cause_of({"status": "SUCCEEDED"}, SIDE_BY_SIDE) == {"error": "", "cause": "", "failed_in": ""}


def test_a_measure_that_failed_is_told_in_a_line():
    assert failure_of({"Error": "States.Timeout"}) == "States.Timeout"
    assert failure_of({"Error": "BadInput", "Cause": "no events\nat all"}) == "BadInput: no events"
    assert failure_of({}) == "States.TaskFailed"


def test_the_record_of_a_run(tmp_path):
    store = FolderStore(tmp_path)
    described = {
        "status": "SUCCEEDED",
        "startDate": BEGAN,
        "stopDate": at(15.25),
        "output": '{"gate": {"publish": true, "reason": "better"}}',
    }
    cost = {"usd": 0.1}
    record = ended("training", "run-1", described=described, history=SIDE_BY_SIDE, cost=cost, store=store)
    assert record == read_json(store, "monitor/runs/training/run-1.json")
    of_month = read_json(store, "monitor/months/2026-01/20260105T030015.250000Z-training-run-1.json")
    assert of_month == {
        "machine": "training",
        "run_id": "run-1",
        "status": "SUCCEEDED",
        "ended": "2026-01-05T03:00:15.250000+00:00",
        "seconds": 15.25,
        "cost": cost,
    }
    assert run_record("training", "run-1") == "monitor/runs/training/run-1.json"
    assert {name: value for name, value in record.items() if name != "states"} == {
        "machine": "training",
        "run_id": "run-1",
        "status": "SUCCEEDED",
        "began": "2026-01-05T03:00:00+00:00",
        "ended": "2026-01-05T03:00:15.250000+00:00",
        "seconds": 15.25,
        "cost": {"usd": 0.1},
        "published": True,
        "reason": "better",
        "error": "",
        "cause": "",
        "failed_in": "",
    }
