"""Monitoring in the local cloud, under the stack's roles: one run at once, its documents, what it starts."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from patronage.cloud import start_run, wait_for_runs
from patronage.errors import NotFound
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.objects import read_json
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from patronage.cloud import Stack

pytestmark = pytest.mark.local_cloud

LOCK = "lock#monitoring"


def ended(stack: Stack, execution: str) -> dict[str, Any]:
    found = wait_for_runs(stack, {"monitoring": execution}, on_state=lambda _: None, timeout_s=180)
    return found["monitoring"]


@pytest.fixture(scope="module")
def outputs(deployment) -> dict[str, Any]:
    """Let a run meet the lock of another, which is then stopped, and run once more."""
    stack = deployment.stack
    states = stack.cloud.client("stepfunctions")
    holder = start_run(stack, "monitoring", "holder", {"wait_seconds": 300})
    lock = {"pk": LOCK, "run_id": "holder", "execution": holder, "taken_at": "just now", "version": 1}
    stack.serving_table().put_all([lock])
    busy = ended(stack, start_run(stack, "monitoring", "busy", {"trigger": "on_demand"}))
    states.stop_execution(executionArn=holder)
    asked = {"trigger": "on_demand", "retrain": ["segments"]}
    done = ended(stack, start_run(stack, "monitoring", "watched", asked))
    return {"busy": busy, "done": done}


def test_while_a_run_is_going_another_ends_and_says_which(outputs):
    assert outputs["busy"]["pin"] == {
        "engine": "busy",
        "reason": "run holder of monitoring is going since just now",
        "reason_code": "run_going",
        "reason_values": {"run_id": "holder", "family": "monitoring", "since": "just now"},
    }
    assert "decide" not in outputs["busy"]


def test_the_lock_of_a_run_that_was_stopped_goes_to_the_next(deployment, outputs):
    assert outputs["done"]["pin"]["engine"] == "duckdb"
    lock = deployment.stack.serving_table().get(LOCK)
    assert (lock["run_id"], lock["version"]) == ("watched", 2)


def test_every_measure_is_served_with_the_decision(deployment, outputs):
    table = deployment.stack.serving_table()
    assert table.pointer()["monitoring"].run_id == "watched"
    reader = FiguresReader(table, ServingReader(table))
    decision = reader.document("watched", "decision")
    assert decision["failed"] == {}
    assert decision["trigger"] == "on_demand"
    for name in ("drift", "effectiveness", "experiments"):
        assert reader.document("watched", name) is not None, name
    recommendations = decision["families"]["recommendations"]
    assert recommendations["decision"] != "retrain"  # trained some minutes ago
    assert outputs["done"]["decide"]["recommendations"] is False
    assert recommendations["because"]


def test_what_is_retrained_runs_under_the_name_that_the_decision_gave_it(deployment, outputs):
    assert outputs["done"]["decide"]["segments"] is True
    stack, name = deployment.stack, outputs["done"]["decide"]["segments_run"]
    states = stack.cloud.client("stepfunctions")
    machine = stack.output("SegmentationStateMachineArn")
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    assert json.loads(states.describe_execution(executionArn=execution)["input"]) == {
        "trigger": "monitoring",
        "started_by": "watched",
    }
    found = wait_for_runs(stack, {"segmentation": execution}, on_state=lambda _: None, timeout_s=120)
    assert found["segmentation"]["gate"]["publish"] is True
    assert stack.serving_table().pointer()["segments"].run_id == name


def test_how_each_run_ended_is_kept(deployment, outputs):
    with_status = {"holder": "ABORTED", "busy": "SUCCEEDED", "watched": "SUCCEEDED"}
    store = deployment.stack.lake_store()
    records = {name: record_of(store, name) for name in with_status}
    assert {name: record["status"] for name, record in records.items()} == with_status
    assert records["watched"]["published"] is True
    assert records["busy"]["reason"] == outputs["busy"]["pin"]["reason"]
    assert records["busy"]["reason_code"] == "run_going"
    assert records["watched"]["reason_code"] == "monitoring_decided"
    assert {each["state"] for each in records["watched"]["states"]} >= {"Pin", "Measure", "Decide", "Flip"}


def record_of(store: Any, run_id: str) -> dict[str, Any]:
    """Wait for a record: EventBridge delivers it some seconds after the run."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return read_json(store, f"monitor/runs/monitoring/{run_id}.json")
        except NotFound:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
