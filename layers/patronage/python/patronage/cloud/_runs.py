"""Drive a deployed stack: upload orders, wait for their report, run the state machines."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound, RunFailed
from patronage.logic.upload_keys import report_key
from patronage.steps.ingest import object_id
from patronage.stores.executions import history
from patronage.stores.objects import S3Store, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from patronage.cloud._session import Stack

MACHINES = {"segmentation": "SegmentationStateMachineArn", "training": "TrainingStateMachineArn"}
"""The output of the stack that names each state machine that makes what the API answers."""
OF_ITSELF = {"monitoring": "MonitoringStateMachineArn"}
"""And the one that starts them when it is time to."""

_POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Uploaded:
    """One version of an object in the raw bucket, and when it was uploaded."""

    key: str
    version: str
    etag: str
    at_ms: int

    @property
    def report_keys(self) -> tuple[str, str]:
        """Return where ingest writes the report about it: AWS's event names the version, MiniStack's not."""
        by_version, by_etag = object_id(self.key, self.version), object_id(self.key, self.etag)
        return report_key(by_version), report_key(by_etag)


def upload_file(stack: Stack, path: Path, *, name: str | None = None, table: str = "orders") -> Uploaded:
    """Upload a file of rows of a table, under its own name or another; ingest begins by itself.

    Raises
    ------
    NotFound
        There is no such file.
    """
    if not path.is_file():
        raise NotFound(f"{path} is not a file; name a CSV (plain or gzip) or Parquet file of order lines")
    bucket, key = stack.output("RawBucketName"), f"raw/{table}/{name or path.name}"
    at_ms = int(time.time() * 1000)
    s3 = stack.cloud.client("s3")
    with path.open("rb") as body:
        answer = s3.put_object(Bucket=bucket, Key=key, Body=body)
    etag = answer["ETag"].strip('"')
    return Uploaded(key, answer.get("VersionId", etag), etag, at_ms)


def wait_for_report(stack: Stack, uploaded: Uploaded, *, timeout_s: float = 600) -> dict[str, Any]:
    """Wait for ingest's report about an upload and return it.

    Raises
    ------
    BadInput
        The file could not be read; ingest's reason is in the message.
    RunFailed
        The function failed, or gave no report in time.
    """
    lake = stack.lake_store()
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        report = _report(lake, uploaded)
        if report["state"] in {"done", "refused"}:
            return report
        if report["state"] == "unreadable":
            raise BadInput(f"{uploaded.key} could not be read: {report['problem']}")
        errors = function_errors(stack, "Ingest", since_ms=uploaded.at_ms)
        if errors:
            raise RunFailed(f"ingest of {uploaded.key} failed: {errors[0]}")
        time.sleep(_POLL_SECONDS)
    raise RunFailed(f"ingest gave no report about {uploaded.key} within {timeout_s:.0f} s; see its log group")


def _report(lake: S3Store, uploaded: Uploaded) -> dict[str, Any]:
    for key in uploaded.report_keys:
        with contextlib.suppress(NotFound):
            report: dict[str, Any] = read_json(lake, key)
            return report
    return {"state": "waiting"}


def start_run(stack: Stack, machine: str, run_id: str, given: Mapping[str, Any] | None = None) -> str:
    """Start a state machine under a run id, with an input; return the execution's ARN."""
    started = stack.cloud.client("stepfunctions").start_execution(
        stateMachineArn=stack.output({**MACHINES, **OF_ITSELF}[machine]),
        name=run_id,
        input=json.dumps(given or {}),
    )
    return str(started["executionArn"])


def running(stack: Stack, machine: str) -> list[dict[str, Any]]:
    """Return the executions of a state machine that are going: `name`, `executionArn`, `startDate`."""
    answer = stack.cloud.client("stepfunctions").list_executions(
        stateMachineArn=stack.output({**MACHINES, **OF_ITSELF}[machine]), statusFilter="RUNNING"
    )
    return list(answer["executions"])


def wait_for_runs(
    stack: Stack, executions: dict[str, str], *, on_state: Callable[[str], None], timeout_s: float = 900
) -> dict[str, dict[str, Any]]:
    """Wait until every execution has succeeded, and return what each ended with.

    Parameters
    ----------
    executions : dict
        ARN of the execution by the name of its state machine.
    on_state : callable
        Told where they stand, in one line, each time that it changes.

    Returns
    -------
    dict
        The output of each execution; its `gate` says whether the run was published, and why.

    Raises
    ------
    RunFailed
        One failed, with the cause that its history gives, or did not end in time.
    """
    client, said = stack.cloud.client("stepfunctions"), ""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        status = {name: client.describe_execution(executionArn=arn) for name, arn in executions.items()}
        for name, described in status.items():
            if described["status"] not in {"RUNNING", "SUCCEEDED"}:
                raise RunFailed(f"the {name} run {described['status']}: {_cause(client, described)}")
        line = " · ".join(f"{name}: {_where(client, described)}" for name, described in status.items())
        if line != said:
            on_state(said := line)
        if all(described["status"] == "SUCCEEDED" for described in status.values()):
            return {name: json.loads(described.get("output") or "{}") for name, described in status.items()}
        time.sleep(_POLL_SECONDS)
    raise RunFailed(f"{', '.join(executions)} did not end within {timeout_s:.0f} s; look at the executions")


def _where(client: Any, described: dict[str, Any]) -> str:
    if described["status"] == "SUCCEEDED":
        return "done"
    names = [
        event["stateEnteredEventDetails"]["name"]
        for event in history(client, described["executionArn"])
        if "stateEnteredEventDetails" in event
    ]
    return names[-1] if names else "starting"


def _cause(client: Any, described: dict[str, Any]) -> str:
    """Return the cause of the failed task nearest the start; what follows repeats or hides it."""
    for event in history(client, described["executionArn"]):
        for kind in (
            "taskFailedEventDetails",
            "lambdaFunctionFailedEventDetails",
            "mapRunFailedEventDetails",
        ):
            if kind in event:
                return _short(event[kind].get("error", ""), event[kind].get("cause", ""))
    return _short(described.get("error", ""), described.get("cause", ""))


def _short(error: str, cause: str) -> str:
    try:
        told = json.loads(cause)
        cause = f"{told['errorType']}: {told['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        pass
    lines = (cause or error or "its history gives no cause").strip().splitlines()
    return lines[0]


def function_errors(stack: Stack, function: str, *, since_ms: int) -> list[str]:
    """Return what a function logged as errors, oldest first: message and exception."""
    logs, name = stack.cloud.client("logs"), stack.output(f"{function}FunctionName")
    group = stack.cloud.client("lambda").get_function_configuration(FunctionName=name)
    group_name = group.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
    try:
        found = logs.filter_log_events(logGroupName=group_name, startTime=since_ms)
    except logs.exceptions.ResourceNotFoundException:
        return []
    told = (_logged_error(event["message"]) for event in found["events"])
    return [error for error in told if error]


def _logged_error(message: str) -> str:
    try:
        record = json.loads(message)
    except ValueError:
        return message.strip() if "Task timed out" in message or "[ERROR]" in message else ""
    if not isinstance(record, dict) or record.get("level") not in {"ERROR", "CRITICAL"}:
        return ""
    exception = str(record.get("exception", "")).strip().splitlines()
    told = (record.get("message", ""), record.get("error", ""), record.get("place", ""), *exception[-1:])
    return " ".join(str(part) for part in told if part)
