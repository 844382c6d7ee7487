"""What a person reads when a run fails: one line, from the place that knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patronage.cloud import Cloud, Stack, upload_file, wait_for_report, wait_for_runs
from patronage.cloud._runs import Uploaded, function_errors
from patronage.errors import NotFound, RunFailed
from patronage.stores.objects import FolderStore, write_json


class FakePages:
    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def paginate(self, **_asked: Any) -> list[dict[str, Any]]:
        return self._pages


class FakeStepFunctions:
    """Answer with the statuses in their order, and always with the same history."""

    def __init__(self, statuses: list[str], events: list[dict[str, Any]]) -> None:
        self._statuses = statuses
        self._events = events

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return {"status": status, "executionArn": asked["executionArn"], "error": "States.Timeout"}

    def get_paginator(self, _operation: str) -> FakePages:
        return FakePages([{"events": self._events}])


class FakeLogs:
    class exceptions:  # noqa: N801 - boto3's name
        class ResourceNotFoundException(Exception): ...

    def __init__(self, messages: list[str]) -> None:
        self._messages = messages

    def filter_log_events(self, **_asked: Any) -> dict[str, Any]:
        return {"events": [{"message": message} for message in self._messages]}


class FakeLambda:
    def get_function_configuration(self, **_asked: str) -> dict[str, Any]:
        return {"LoggingConfig": {"LogGroup": "group"}}


def stack_of(**clients: Any) -> Stack:
    names = {"IngestFunctionName": "ingest", "RawBucketName": "raw"}
    return Stack(Cloud(_clients=clients), "Patronage", names)


def test_the_states_are_told_once_each() -> None:
    events = [{"stateEnteredEventDetails": {"name": "Pin"}}]
    client, said = FakeStepFunctions(["RUNNING", "RUNNING", "SUCCEEDED"], events), []
    wait_for_runs(stack_of(stepfunctions=client), {"training": "arn"}, on_state=said.append, timeout_s=10)
    assert said == ["training: Pin", "training: done"]


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (json.dumps({"errorType": "BadInput", "errorMessage": "no orders yet"}), "BadInput: no orders yet"),
        ("Access Denied\nTraceback …", "Access Denied"),
        ("", "Runtime.HandlerError"),
    ],
)
def test_a_failed_run_tells_the_cause_of_its_first_failed_task(cause: str, told: str) -> None:
    failed = {"taskFailedEventDetails": {"error": "Runtime.HandlerError", "cause": cause}}
    client = FakeStepFunctions(["FAILED"], [failed, {"taskFailedEventDetails": {"cause": "a later one"}}])
    with pytest.raises(RunFailed, match=rf"^the training run FAILED: {told}$"):
        wait_for_runs(stack_of(stepfunctions=client), {"training": "arn"}, on_state=print, timeout_s=10)


def test_a_run_that_timed_out_without_a_failed_task_says_so() -> None:
    client = FakeStepFunctions(["TIMED_OUT"], [])
    with pytest.raises(RunFailed, match=r"the training run TIMED_OUT: States\.Timeout"):
        wait_for_runs(stack_of(stepfunctions=client), {"training": "arn"}, on_state=print, timeout_s=10)


def test_a_function_tells_its_errors_and_nothing_else() -> None:
    failed = {
        "level": "ERROR",
        "message": "ingest failed",
        "exception": "Traceback\n  File\nOSError: full",
    }
    messages = ["START RequestId: 1", json.dumps({"level": "INFO", "message": "fine"}), json.dumps(failed)]
    stack = stack_of(
        logs=FakeLogs([*messages, "Task timed out after 900.00 seconds"]), **{"lambda": FakeLambda()}
    )
    assert function_errors(stack, "Ingest", since_ms=0) == [
        "ingest failed OSError: full",
        "Task timed out after 900.00 seconds",
    ]


def test_the_report_of_a_file_that_was_refused_whole_is_no_reason_to_wait_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    monkeypatch.setattr(Stack, "lake_store", lambda _: store)
    uploaded = Uploaded("raw/orders/a.csv", "v1", "e1", 0)
    write_json(store, uploaded.report_keys[0], {"state": "refused", "read": 2})
    assert wait_for_report(stack_of(), uploaded, timeout_s=1)["read"] == 2


def test_a_missing_file_is_not_uploaded() -> None:
    with pytest.raises(NotFound, match=r"nowhere\.csv is not a file"):
        upload_file(stack_of(), Path("nowhere.csv"))


def test_an_output_that_the_stack_lacks_is_named() -> None:
    with pytest.raises(NotFound, match="stack Patronage has no output ApiUrl"):
        stack_of().output("ApiUrl")
