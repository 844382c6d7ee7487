"""One shard of a deployed machine fails: it alone is tried again, and a run that loses it never goes live."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from patronage.cloud import history, start_run, wait_for_runs
from patronage.errors import RunFailed
from patronage.steps.publish import shards_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.cloud import Stack

pytestmark = pytest.mark.local_cloud

WAIT_SECONDS = 300
RETRIES = 3
LATE, LOST, FOUND = "late", "lost", "found"
LISTS, WRITE, RETIRE = "ListEach", "ShardEach", "RetireOwn"
"""The labels of the Maps that make lists, that publish shards, and that retire what a failed run wrote."""


class Tried(NamedTuple):
    """How many tasks of a shard were begun, and how many of them failed."""

    begun: int
    failed: int


@contextmanager
def unwritable(stack: Stack, function: str, key: str) -> Iterator[None]:
    """Keep a function from writing an object, all else that it may do left as it is."""
    name = stack.output(f"{function}FunctionName")
    role = stack.cloud.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    policy = {"RoleName": role.rpartition("/")[2], "PolicyName": "keep-from-one-object"}
    resource = f"arn:aws:s3:::{stack.output('LakeBucketName')}/{key}"
    statement = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = stack.cloud.client("iam")
    iam.put_role_policy(**policy, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(**policy)


def receipt(run_id: str, family: str, shard: str) -> str:
    """Return the object that a shard writes last, when its items are in the serving table."""
    return f"runs/{run_id}/publish/{family}/receipts/{shard}.json"


def tried(stack: Stack, execution: str, label: str) -> dict[str, Tried]:
    """Return what was tried of each shard that a Map has begun."""
    client = stack.cloud.client("stepfunctions")
    found = {}
    for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
        if f"/{label}:" not in run["mapRunArn"]:
            continue
        for child in client.list_executions(mapRunArn=run["mapRunArn"])["executions"]:
            arn = child["executionArn"]
            shard = json.loads(client.describe_execution(executionArn=arn)["input"])["shard"]
            assert shard not in found, "a Map that is tried again would run every shard twice"
            events = Counter(event["type"] for event in history(client, arn))
            found[shard] = Tried(events["TaskScheduled"], events["TaskFailed"])
    return found


def wait_until_failed(stack: Stack, execution: str, label: str, shard: str) -> None:
    client, deadline = stack.cloud.client("stepfunctions"), time.monotonic() + WAIT_SECONDS
    while not tried(stack, execution, label).get(shard, Tried(0, 0)).failed:
        status = client.describe_execution(executionArn=execution)["status"]
        assert status == "RUNNING", f"the run {status} before {shard} had failed"
        assert time.monotonic() < deadline, f"{shard} did not fail"
        time.sleep(0.3)


def ended(stack: Stack, machine: str, execution: str) -> dict[str, Any]:
    executions = {machine: execution}
    return wait_for_runs(stack, executions, on_state=lambda _: None, timeout_s=WAIT_SECONDS)[machine]


def items_of(stack: Stack, run_id: str) -> dict[str, bool]:
    """Return the keys of what a run wrote, and whether each has an end."""
    pages = stack.cloud.client("dynamodb").get_paginator("scan")
    return {
        item["pk"]["S"]: "expires_at" in item
        for page in pages.paginate(TableName=stack.output("ServingTableName"))
        for item in page["Items"]
        if f"#{run_id}#" in item["pk"]["S"]
    }


def live_segments(deployment: Any) -> dict[str, Any]:
    """Return what the API answers once it has seen the live generation."""
    live = deployment.stack.serving_table().pointer()["segments"].run_id
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        answer = deployment.api.get("/api/v1/segments", with_token=True)
        assert answer.status == 200, answer.body
        if answer.body["generation"] == live:
            return answer.body
        assert time.monotonic() < deadline, "the API goes on answering from an older generation"
        time.sleep(0.5)


def test_a_shard_that_fails_is_tried_again_alone_and_the_run_goes_live(deployment: Any) -> None:
    stack, listed, written = deployment.stack, "similar-00000", "users-00000"
    made = f"runs/{LATE}/recommendations/{listed}.npz"
    with unwritable(stack, "Publish", receipt(LATE, "recommendations", written)):
        with unwritable(stack, "Train", made):
            execution = start_run(stack, "training", LATE)
            wait_until_failed(stack, execution, LISTS, listed)
        wait_until_failed(stack, execution, WRITE, written)
    done = ended(stack, "training", execution)

    lists, shards = tried(stack, execution, LISTS), tried(stack, execution, WRITE)
    store = stack.lake_store()
    assert set(lists) == set(shards_of(done["plan"]["lists_key"], store))
    assert set(shards) == set(shards_of(done["plan"]["shards_key"], store))
    begun, failed = lists.pop(listed)
    assert (begun - failed, 1 <= failed <= RETRIES) == (2, True), "lists, then Parquet"
    begun, failed = shards.pop(written)
    assert (begun - failed, 1 <= failed <= RETRIES) == (1, True)
    assert set(lists.values()) == {Tried(2, 0)}
    assert set(shards.values()) == {Tried(1, 0)}
    assert stack.serving_table().pointer()["recommendations"].run_id == LATE


def test_a_run_that_loses_a_shard_fails_whole_and_the_next_one_goes_live(deployment: Any) -> None:
    stack, lost = deployment.stack, "customers-00000"
    before, answer = stack.serving_table().pointer(), live_segments(deployment)
    with unwritable(stack, "Publish", receipt(LOST, "segments", lost)):
        execution = start_run(stack, "segmentation", LOST)
        with pytest.raises(RunFailed):
            ended(stack, "segmentation", execution)

    shards = tried(stack, execution, WRITE)
    assert set(shards) == set(shards_of(f"runs/{LOST}/publish/segments/shards.json", stack.lake_store()))
    assert shards.pop(lost) == Tried(1 + RETRIES, 1 + RETRIES)
    assert set(shards.values()) == {Tried(1, 0)}
    assert stack.serving_table().pointer() == before
    now = live_segments(deployment)
    assert {**now, "age_seconds": 0} == {**answer, "age_seconds": 0}
    written = items_of(stack, LOST)
    assert any(key.endswith("#A0") for key in written), "the shard failed when its items were written"
    assert set(written.values()) == {True}, "what no pointer ever names has an end"
    assert set(tried(stack, execution, RETIRE)) == {lost, *shards}

    ended(stack, "segmentation", start_run(stack, "segmentation", FOUND))
    assert stack.serving_table().pointer()["segments"].run_id == FOUND
    assert {key.replace(f"#{FOUND}#", f"#{LOST}#") for key in items_of(stack, FOUND)} == set(written)
    assert not any(items_of(stack, FOUND).values())
