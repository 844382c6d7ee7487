"""The functions that begin a run, as Step Functions calls them: one run of a kind at once."""

from __future__ import annotations

import boto3
import pytest

import serving_support as support
from lake_support import add_part
from patronage.logic.serve.pointer import Entry
from patronage.logic.tables import ORDERS
from patronage.stores.objects import FolderStore, read_json
from patronage.stores.serving import ServingTable

FUNCTIONS = {"segments": "segment", "recommendations": "train_tables", "monitoring": "monitor"}


@pytest.fixture
def states(tmp_path, monkeypatch):
    class Lake(FolderStore):
        def close(self) -> None:
            """Keep the folder."""

    rows = "SELECT 'o' AS order_id, 'p' AS product_id, TIMESTAMPTZ '2025-12-20 10:00:00+00' AS ordered_at"
    add_part(tmp_path / "lake" / "orders", ORDERS, "a", rows)
    monkeypatch.setattr("patronage.runtime.lake", lambda: Lake(tmp_path))
    with support.aws():
        yield boto3.client("stepfunctions")


@pytest.fixture
def pin(states):
    """Give a function that starts an execution and takes its first step."""
    (machine,) = states.list_state_machines()["stateMachines"]

    def begin(family: str, name: str):
        started = states.start_execution(stateMachineArn=machine["stateMachineArn"], name=name)
        event = support.event(
            f"states-{FUNCTIONS[family]}-pin",
            run_id=name,
            execution=started["executionArn"],
            request={},
        )
        return support.fresh_function(FUNCTIONS[family])(event), started["executionArn"]

    return begin


@pytest.mark.parametrize("family", FUNCTIONS)
def test_while_a_run_is_going_another_reads_nothing(family, pin, states, tmp_path):
    answer, first = pin(family, "one")
    assert (answer["engine"], answer["reason_code"]) == ("duckdb", "one_function_carries")
    assert "one function carries" in answer["reason"]
    answer, _ = pin(family, "two")
    assert (answer["engine"], answer["lines"]) == ("busy", 0)
    assert answer["reason"].startswith(f"run one of {family} is going since ")
    assert (answer["reason_code"], answer["reason_values"]["run_id"]) == ("run_going", "one")
    assert not (tmp_path / "runs" / "two").exists()
    states.stop_execution(executionArn=first)
    answer, _ = pin(family, "three")
    assert answer["engine"] == "duckdb"


def test_runs_of_different_kinds_go_side_by_side(pin):
    assert [pin(family, f"{family}-1")[0]["engine"] for family in FUNCTIONS] == ["duckdb"] * 3


def test_monitoring_knows_which_runs_began_last(pin, tmp_path):
    pin("segments", "segmented")
    pin("recommendations", "trained")
    pin("monitoring", "watched")
    pinned = read_json(FolderStore(tmp_path), "runs/watched/monitor/pinned.json")
    assert pinned == {
        "trigger": "schedule",
        "retrain": [],
        "last_runs": {"segments": "segmented", "recommendations": "trained"},
        "rolled_back": {},
    }


def test_monitoring_knows_what_a_person_took_back(pin, tmp_path):
    table = ServingTable(support.TABLE, client=boto3.client("dynamodb"))
    values = {
        "shards_key": "k",
        "as_of": "2025-12-21T00:00:00+00:00",
        "created_at": "2025-12-21T00:00:00+00:00",
    }
    entry = Entry(
        run_id="old", published_at="2025-12-22T00:00:00+00:00", currency="GBP", rolled_back="new", **values
    )
    table.point("segments", entry)
    pin("monitoring", "watched")
    pinned = read_json(FolderStore(tmp_path), "runs/watched/monitor/pinned.json")
    assert pinned["rolled_back"] == {"segments": "new"}


def test_the_decision_is_made_and_logged(pin, caplog):
    pin("monitoring", "watched")
    answer = support.fresh_function("monitor")(support.event("states-monitor-decide", run_id="watched"))
    assert (answer["segments"], answer["recommendations"], answer["alert"]) == (True, True, True)
    assert "experiments could not be measured: BadInput: no experiment has begun" in answer["says"]
    (done,) = [vars(each) for each in caplog.records if vars(each).get("step") == "decide"]
    assert done["says"] == answer["says"]


def test_how_an_execution_ended_is_kept(pin, states, tmp_path):
    _, execution = pin("segments", "segmented")
    states.stop_execution(executionArn=execution)
    event = support.event(
        "eventbridge-run-ended", machine="segmentation", run_id="segmented", execution=execution
    )
    assert support.fresh_function("monitor")(event) == {"status": "ABORTED"}
    record = read_json(FolderStore(tmp_path), "monitor/runs/segmentation/segmented.json")
    assert (record["status"], record["run_id"]) == ("ABORTED", "segmented")
    assert record["cost"]["parts"]["states_transition"]["quantity"] >= 0
