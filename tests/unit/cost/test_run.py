"""What a run took: histories as AWS gives them, and as the local cloud does, added up by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from patronage.logic.cost.items import item_bytes, write_units
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.run import Usage, cost_of, jobs_of, usage_of
from patronage.steps.cost import measured_runs
from patronage.steps.monitor.ended import month_record
from patronage.steps.monitor.run_cost import run_cost
from patronage.stores.objects import write_json

BEGAN = datetime(2026, 1, 10, 3, tzinfo=UTC)
MEMORY = {"SegmentFunction": 3072, "PublishFunction": 1024}


class History:
    """Writes events with ids, each after the one that it follows."""

    def __init__(self, *, chained=True):
        self.events = []
        self._chained = chained

    def add(self, kind, seconds, *, after=None, **details):
        event = {"id": len(self.events) + 1, "type": kind, "timestamp": BEGAN + timedelta(seconds=seconds)}
        if self._chained and after is not None:
            event["previousEventId"] = after
        self.events.append(event | details)
        return event["id"]

    def entered(self, name, seconds, *, after=None, kind="Task"):
        return self.add(f"{kind}StateEntered", seconds, after=after, stateEnteredEventDetails={"name": name})

    def called(self, function, seconds, *, after=None):
        arn = f"arn:aws:lambda:eu-west-1:1:function:Shop-{function}-Ab12"
        details = {"resourceType": "lambda", "resource": "invoke"}
        if self._chained:
            details["parameters"] = json.dumps({"FunctionName": arn})
        return self.add("TaskScheduled", seconds, after=after, taskScheduledEventDetails=details)


def test_seconds_times_memory_of_calls_side_by_side():
    history = History()
    first = history.entered("A", 0)
    second = history.entered("B", 0, after=first)
    long_call = history.called("SegmentFunction", 0, after=first)
    short_call = history.called("PublishFunction", 1, after=second)
    short_started = history.add("TaskStarted", 1, after=short_call)
    history.add("TaskSucceeded", 3, after=short_started)
    history.add("TaskSucceeded", 10, after=long_call)
    usage = usage_of(history.events, MEMORY)
    assert usage.gb_seconds == pytest.approx(10 * 3 + 2 * 1)
    assert (usage.transitions, usage.invocations) == (2, 2)


def test_a_task_that_is_tried_again_is_a_transition_and_a_call_more():
    history = History()
    state = history.entered("A", 0)
    failing = history.called("PublishFunction", 0, after=state)
    failed = history.add("TaskFailed", 4, after=failing)
    again = history.called("PublishFunction", 6, after=failed)
    history.add("TaskSucceeded", 7, after=again)
    usage = usage_of(history.events, MEMORY)
    assert (usage.transitions, usage.invocations, usage.gb_seconds) == (2, 2, pytest.approx(5))


def test_without_a_chain_the_sum_is_right_and_the_greatest_memory_counts():
    history = History(chained=False)
    history.entered("A", 0)
    history.entered("B", 0)
    history.called("SegmentFunction", 0)
    history.called("PublishFunction", 1)
    history.add("TaskSucceeded", 3)
    history.add("TaskSucceeded", 10)
    assert usage_of(history.events, MEMORY).gb_seconds == pytest.approx((10 + 2) * 3)


def test_what_is_no_call_of_a_function_costs_a_transition_alone():
    history = History()
    state = history.entered("Notify", 0)
    scheduled = history.add(
        "TaskScheduled", 0, after=state, taskScheduledEventDetails={"resourceType": "events", "resource": "x"}
    )
    history.add("TaskSucceeded", 9, after=scheduled)
    history.entered("Done", 9, kind="Succeed")
    assert usage_of(history.events, MEMORY) == Usage(transitions=2)


def test_the_cost_is_the_sum_of_its_parts_by_hand():
    usage = Usage(transitions=1_000, invocations=100, gb_seconds=3_000, writes=10_000)
    found = cost_of(usage, list_prices())
    by_hand = 0.025 + 100 * 0.2e-6 + 3_000 * 0.0000133334 + 10_000 * 0.625e-6
    assert found["usd"] == pytest.approx(by_hand, abs=1e-6)
    assert sum(each["usd"] for each in found["parts"].values()) == pytest.approx(by_hand, abs=1e-6)


def one_call(seconds):
    history = History()
    state = history.entered("A", 0)
    history.add("TaskSucceeded", seconds, after=history.called("PublishFunction", 0, after=state))
    return history


def test_children_count_all_where_only_some_were_read(store):
    children = ([one_call(1).events, one_call(3).events], 10)
    found = run_cost("r", history=[], children=children, memory_mb=MEMORY, store=store)
    assert found["parts"]["lambda_gb_second"]["quantity"] == pytest.approx(20)
    assert found["parts"]["states_transition"]["quantity"] == 10
    assert found["has_children"]


def test_a_cost_without_the_children_says_so(store):
    found = run_cost("r", history=one_call(2).events, children=None, memory_mb=MEMORY, store=store)
    assert found["parts"]["lambda_gb_second"]["quantity"] == 2
    assert not found["has_children"]


def submitted(output, resource_type="emr-serverless"):
    history = History()
    history.add(
        "TaskSubmitted",
        1,
        taskSubmittedEventDetails={
            "resourceType": resource_type,
            "resource": "startJobRun.sync",
            "output": output,
        },
    )
    return history.events


JOB = json.dumps({"ApplicationId": "00fapp", "Arn": "arn:aws:emr-serverless:x", "JobRunId": "00fjob"})
USED = {"vCPUHour": 9.0, "memoryGBHour": 60.0, "storageGBHour": 500.0}
BILLED = {"vCPUHour": 10.0, "memoryGBHour": 65.0, "storageGBHour": 400.0}


def test_the_jobs_of_a_run_are_those_that_its_history_submitted():
    assert jobs_of(one_call(1).events) == []
    assert jobs_of([*submitted(JOB), *submitted(JOB), *submitted("{}", "events")]) == [
        ("00fapp", "00fjob"),
        ("00fapp", "00fjob"),
    ]


@pytest.mark.parametrize("output", ["{}", "no JSON", None, "[]"])
def test_a_job_that_its_history_does_not_name_is_not_known(output):
    assert jobs_of(submitted(output)) is None


def test_a_job_costs_what_it_billed(store):
    job = {"billedResourceUtilization": BILLED, "totalResourceUtilization": USED}
    found = run_cost("r", history=one_call(1).events, jobs=[job, job], memory_mb=MEMORY, store=store)
    alone = run_cost("r", history=one_call(1).events, memory_mb=MEMORY, store=store)
    by_hand = 2 * (10 * 0.042094 + 65 * 0.004628 + 400 * 0.000111)
    assert found["usd"] - alone["usd"] == pytest.approx(by_hand, abs=2e-6)
    assert {name: each["quantity"] for name, each in found["parts"].items() if name.startswith("emr")} == {
        "emr_vcpu_hour": 20,
        "emr_gb_hour": 130,
        "emr_disk_gb_hour": 800,
    }
    assert found["has_jobs"]
    assert not [name for name in alone["parts"] if name.startswith("emr")]


def test_a_job_whose_bill_is_not_told_yet_costs_what_it_used_but_for_its_disk(store):
    job = {"totalResourceUtilization": USED}
    found = run_cost("r", history=[], jobs=[job], memory_mb=MEMORY, store=store)
    assert found["usd"] == pytest.approx(9 * 0.042094 + 60 * 0.004628, abs=1e-6)
    assert found["has_jobs"]


@pytest.mark.parametrize("jobs", [None, [{}]])
def test_a_cost_without_what_a_job_took_says_so(jobs, store):
    found = run_cost("r", history=[], jobs=jobs, memory_mb=MEMORY, store=store)
    assert (found["usd"], found["has_jobs"]) == (0, False)


@pytest.mark.parametrize(
    ("job", "has_jobs"),
    [
        ({"state": "FAILED"}, True),
        ({"state": "CANCELLED"}, True),
        ({"state": "FAILED", "startedAt": BEGAN}, False),
        ({"state": "SUCCESS"}, False),
        ({"state": "RUNNING"}, False),
    ],
)
def test_a_job_that_ended_before_it_ran_billed_nothing(job, has_jobs, store):
    found = run_cost("r", history=[], jobs=[job], memory_mb=MEMORY, store=store)
    assert (found["usd"], found["has_jobs"]) == (0, has_jobs)


def test_items_are_written_by_their_receipts_and_others_retired(store):
    for number in (1, 2):
        receipt = f"runs/r/publish/segments/receipts/{number}.json"
        write_json(store, receipt, {"shard": str(number), "keys": 300})
    history = one_call(1)
    first = run_cost("r", history=history.events, memory_mb=MEMORY, store=store)
    history.entered("RetireShards", 2, kind="Map")
    later = run_cost("r", history=history.events, memory_mb=MEMORY, store=store)
    assert first["parts"]["dynamodb_write"]["quantity"] == 600
    assert later["parts"]["dynamodb_write"]["quantity"] == 1_200


def test_a_receipt_tells_the_units_and_one_of_an_older_version_its_keys(store):
    folder = "runs/r/publish/segments/receipts"
    write_json(store, f"{folder}/members-rfm.json", {"shard": "members-rfm", "keys": 2, "units": 150})
    write_json(store, f"{folder}/old.json", {"shard": "old", "keys": 7})
    found = run_cost("r", history=one_call(1).events, memory_mb=MEMORY, store=store)
    assert found["parts"]["dynamodb_write"]["quantity"] == 157


def test_an_item_has_the_size_that_dynamodb_s_guide_gives_it():
    # names and texts in UTF-8, a number two digits a byte and one, a list or map 3 bytes and 1 an element
    item = {"pk": "caf\u00e9", "n": 27, "minus": -27, "b": True, "none": None, "packed": b"\0" * 10}
    assert item_bytes(item) == (2 + 5) + (1 + 2) + (5 + 3) + (1 + 1) + (4 + 1) + (6 + 10)
    assert item_bytes({"l": ["ab", 1], "m": {"k": "v"}}) == (1 + 3 + (1 + 2) + (1 + 2)) + (
        1 + 3 + (1 + 1 + 1)
    )


@pytest.mark.parametrize(("size", "units"), [(1, 1), (1_024, 1), (1_025, 2), (100_000, 98)])
def test_each_kb_of_an_item_that_is_begun_is_a_unit(size, units):
    assert write_units([{"p": bytes(size - 1)}]) == units
    assert write_units([{"p": bytes(size - 1)}] * 3) == 3 * units


def record(store, machine, run_id, ended, usd, seconds=10.0):
    kept = {"machine": machine, "run_id": run_id, "status": "SUCCEEDED", "ended": ended, "seconds": seconds}
    key = month_record(machine, run_id, datetime.fromisoformat(ended))
    write_json(store, key, kept | {"cost": {"usd": usd, "parts": {}}})


def test_runs_on_record_have_a_mean_and_the_month_a_sum(store):
    record(store, "training", "a", "2025-12-31T23:59:00+00:00", 0.10)
    record(store, "training", "b", "2026-01-05T03:00:00+00:00", 0.30, seconds=30)
    record(store, "segmentation", "c", "2026-01-06T03:00:00+00:00", 0.01)
    found = measured_runs(store, now=datetime(2026, 1, 10, tzinfo=UTC))
    training = found["machines"]["training"]
    assert (training["runs"], training["usd"], training["seconds"]) == (2, 0.2, 20.0)
    assert training["last"]["run_id"] == "b"
    assert found["month"] == {"since": "2026-01-01T00:00:00+00:00", "runs": 2, "usd": 0.31}


def test_the_last_run_is_the_last_by_time_whatever_the_runs_are_called(store, monkeypatch):
    monkeypatch.setattr("patronage.steps.cost.MOST_RECORDS", 2)
    names = ["on-demand-20260101T000000Z-training", "new-data-20260102T1430Z", "0b9d-uuid", "f000-uuid"]
    for name, day, usd in zip(names, (9, 8, 7, 6), (0.4, 0.2, 0.1, 0.1), strict=True):
        record(store, "training", name, f"2026-01-{day:02d}T03:00:00+00:00", usd)
    found = measured_runs(store, now=datetime(2026, 1, 10, tzinfo=UTC))
    training = found["machines"]["training"]
    assert (training["last"]["run_id"], training["runs"], training["usd"]) == (names[0], 2, 0.3)
    assert (found["month"]["runs"], found["month"]["usd"]) == (4, 0.8), "a month has all of its runs"


def test_on_the_first_of_a_month_the_month_before_tells_what_runs_cost(store):
    record(store, "training", "a", "2025-11-30T03:00:00+00:00", 9.0)
    record(store, "training", "b", "2025-12-31T23:59:00+00:00", 0.10)
    found = measured_runs(store, now=datetime(2026, 1, 1, 1, tzinfo=UTC))
    assert (found["machines"]["training"]["usd"], found["month"]["runs"]) == (0.10, 0)


def test_a_run_s_month_is_that_of_utc():
    late = datetime(2026, 1, 31, 22, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert (
        month_record("upkeep", "a-1", late)
        == "monitor/months/2026-02/20260201T033000.000000Z-upkeep-a-1.json"
    )


def test_nothing_on_record_is_no_error(store):
    found = measured_runs(store, now=datetime(2026, 1, 10, tzinfo=UTC))
    assert (found["machines"], found["month"]["runs"]) == ({}, 0)
