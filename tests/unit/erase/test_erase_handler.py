"""The functions as Lambda calls them, over a mocked S3; the lake's tables are a local folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import pytest

import serving_support as support
from erase_support import ORDERS, SECRET, cell
from patronage import runtime
from patronage.errors import BadInput, RunFailed, TryAgain
from patronage.logic.upload_keys import report_key
from patronage.steps.erase.requests import ask, ask_export, status
from patronage.steps.ingest import object_id
from patronage.stores.executions import start
from patronage.stores.objects import FolderStore, read_json
from patronage.stores.serving import ServingTable
from tests_support import NOW, REPOSITORY

KEY = "raw/orders/a.csv"
WHOM = "Zoë, the first"
TEXT = ORDERS + f"o1,{cell(WHOM)},p,T,1,2.50,2025-03-01\no2,c2,p,T,1,2.50,2025-03-01\n"


class Folder(FolderStore):
    def close(self) -> None:
        """Keep the folder."""


@pytest.fixture
def machine(client, tmp_path, monkeypatch):
    """Give the lake, and what calls a function's step and delivers an upload."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw")
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    secret = boto3.client("secretsmanager").create_secret(Name="s", SecretString=SECRET.decode())
    more = {
        "PATRONAGE_RAW_BUCKET": "raw",
        "PATRONAGE_ERASURE_SECRET": secret["ARN"],
        "PATRONAGE_RUN_MACHINES": "arn:aws:states:us-east-1:123456789012:stateMachine:none",
    }
    runtime.erasure_secret.cache_clear()
    lake = Folder(tmp_path / "lake")
    monkeypatch.setattr("patronage.runtime.lake", lambda: lake)
    with mock.patch.dict(os.environ, more):
        yield lake, s3
    runtime.erasure_secret.cache_clear()


def deliver(s3: Any, key: str = KEY, content: bytes | None = None) -> str:
    """Upload content, or take what lies there, and deliver the event of its newest version."""
    if content is not None:
        s3.put_object(Bucket="raw", Key=key, Body=content)
    version = s3.head_object(Bucket="raw", Key=key)["VersionId"]
    detail = {"bucket": {"name": "raw"}, "object": {"key": key, "version-id": version, "etag": "e"}}
    record = {"messageId": "m", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
    assert support.fresh_function("ingest")({"Records": [record]}) == {"batchItemFailures": []}
    return report_key(object_id(key, version))


def run_machine(erase: Any, erasure_id: str) -> None:
    for round_ in ("first", "last"):
        for part in erase({"step": "find", "run_id": erasure_id, "round": round_})["parts"]:
            erase({"step": "erase", "run_id": erasure_id, **part})
        erase({"step": "left", "run_id": erasure_id})
    for step in ("verify", "receipt"):
        erase({"step": step, "run_id": erasure_id})


def test_an_uploaded_customer_is_erased_and_the_rewritten_object_is_no_upload(machine, caplog):
    lake, s3 = machine
    deliver(s3, content=TEXT.encode())
    table = ServingTable(support.TABLE, client=runtime.dynamodb())
    begun = ask(lake, table, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    run_machine(support.fresh_function("erase"), begun["erasure_id"])
    receipt = status(lake, begun["erasure_id"])
    assert (receipt["state"], receipt["holdings"]["raw"]) == (
        "done",
        {"rewritten": 1, "rows": 1, "versions": 1},
    )
    assert s3.get_object(Bucket="raw", Key=KEY)["Body"].read().decode() == TEXT.replace(
        TEXT.splitlines()[1] + "\n", ""
    )
    assert not lake.exists(deliver(s3))
    again = read_json(lake, deliver(s3, "raw/orders/b.csv", TEXT.replace("o2", "o3").encode()))
    assert again["erased_customers_again"] == 1
    told = str([vars(record) for record in caplog.records])
    assert "erased customers again" in told
    assert "Zo" not in told


def test_a_sidecar_that_comes_later_ingests_the_rewritten_object(machine):
    lake, s3 = machine
    deliver(s3, content=TEXT.encode())
    begun = ask(lake, None, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    run_machine(support.fresh_function("erase"), begun["erasure_id"])
    deliver(s3, f"{KEY}.patronage.toml", b"strict = false\n")
    version = s3.head_object(Bucket="raw", Key=KEY)["VersionId"]
    assert read_json(lake, report_key(object_id(KEY, version)))["read"] == 1


def test_an_export_is_made_by_the_same_function(machine):
    lake, s3 = machine
    deliver(s3, content=TEXT.encode())
    begun = ask_export(lake, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    erase = support.fresh_function("erase")
    assert erase({"step": "export", "run_id": begun["export_id"]}) == {"files": {"orders.csv": 1}}


def test_the_stored_events_name_every_step_and_nobody(machine):
    stored = [
        json.loads(path.read_text()) for path in sorted(Path(REPOSITORY / "events").glob("states-erase-*"))
    ]
    erase = support.fresh_function("erase")
    with pytest.raises(BadInput) as refused:
        erase(support.event("states-erase-find", step="nonsense"))
    assert {event["step"] for event in stored} == set(str(refused.value).partition("none of ")[2].split(", "))
    assert {key for event in stored for key in event} == {"step", "run_id", "round", "part"}


def test_runs_that_began_before_the_rows_left_are_waited_for(machine):
    lake, _ = machine
    begun = ask(lake, None, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    going = {"step": "going", "run_id": begun["erasure_id"]}
    erase, states = support.fresh_function("erase"), boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/r"
    (before, after) = (
        states.create_state_machine(name=name, definition="{}", roleArn=role)["stateMachineArn"]
        for name in "ab"
    )
    with mock.patch.dict(os.environ, {"PATRONAGE_RUN_MACHINES": f"{after},{before}"}):
        run = states.start_execution(stateMachineArn=before)["executionArn"]
        erase({"step": "left", "run_id": begun["erasure_id"]})
        assert erase(going) == {"going": True}
        states.stop_execution(executionArn=run)
        states.start_execution(stateMachineArn=after)
        assert erase(going) == {"going": False}


def test_a_machine_is_started_once_for_an_erasure(machine):
    states = boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/r"
    arn = states.create_state_machine(name="e", definition="{}", roleArn=role)["stateMachineArn"]
    for _ in range(2):
        start(states, arn, "an-erasure", "erase")
    (execution,) = states.list_executions(stateMachineArn=arn)["executions"]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert (described["name"], json.loads(described["input"])) == ("an-erasure", {"task": "erase"})
    with pytest.raises(TryAgain):
        start(states, arn + "-unknown", "another", "erase")


def message(key: str, version: str) -> dict[str, Any]:
    detail = {"bucket": {"name": "raw"}, "object": {"key": key, "version-id": version, "etag": "e"}}
    return {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}]}


@pytest.mark.parametrize("text", [TEXT, TEXT.splitlines(keepends=True)[0] + TEXT.splitlines()[1]])
def test_an_upload_that_was_erased_before_it_was_ingested_is_done(machine, text):
    lake, s3 = machine
    version = s3.put_object(Bucket="raw", Key=KEY, Body=text.encode())["VersionId"]
    begun = ask(lake, None, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    run_machine(support.fresh_function("erase"), begun["erasure_id"])
    ingest = support.fresh_function("ingest")
    assert ingest(message(KEY, version)) == {"batchItemFailures": []}
    assert not lake.exists(report_key(object_id(KEY, version)))


def test_an_upload_that_nobody_erased_and_that_is_gone_is_a_fault(machine):
    _, s3 = machine
    version = s3.put_object(Bucket="raw", Key=KEY, Body=TEXT.encode())["VersionId"]
    s3.delete_object(Bucket="raw", Key=KEY, VersionId=version)
    with pytest.raises(Exception, match="All records failed"):
        support.fresh_function("ingest")(message(KEY, version))


def test_what_came_meanwhile_and_holds_the_person_is_told(machine):
    lake, s3 = machine
    deliver(s3, content=TEXT.encode())
    begun = ask(lake, None, WHOM, secret=SECRET, now=NOW, start=lambda *_: None)
    erase = support.fresh_function("erase")
    for round_ in ("first", "last"):
        for part in erase({"step": "find", "run_id": begun["erasure_id"], "round": round_})["parts"]:
            erase({"step": "erase", "run_id": begun["erasure_id"], **part})
    erase({"step": "verify", "run_id": begun["erasure_id"]})
    s3.put_object(Bucket="raw", Key="raw/orders/late.csv", Body=TEXT.encode())
    s3.put_object(Bucket="raw", Key="undelivered-events/e", Body=json.dumps({"customer_id": WHOM}).encode())
    with pytest.raises(RunFailed, match="raw, undelivered_events still hold the customer"):
        erase({"step": "verify", "run_id": begun["erasure_id"]})
