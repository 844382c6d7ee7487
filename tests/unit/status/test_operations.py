"""What AWS says of executions, alarms and queues, over a mocked account and over a stub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from patronage.errors import TryAgain
from patronage.stores.operations import MOST_CHILDREN, Operations

ROLE = "arn:aws:iam::123456789012:role/r"
NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def seen(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield Operations(boto3.client)


def test_executions_of_a_machine(seen):
    client = boto3.client("stepfunctions")
    machine = client.create_state_machine(name="m", definition="{}", roleArn=ROLE)["stateMachineArn"]
    client.start_execution(stateMachineArn=machine, name="run-1")
    (found,) = seen.executions(machine, most=5)
    assert (found.run_id, found.status, found.ended) == ("run-1", "RUNNING", None)


def test_only_the_alarms_that_are_named(seen):
    client = boto3.client("cloudwatch")
    for name in ("ours", "theirs"):
        client.put_metric_alarm(
            AlarmName=name,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmDescription="x",
        )
    assert [each.name for each in seen.alarms(["ours", "gone"])] == ["ours"]
    assert seen.alarms([""]) == [], "no names would mean all alarms of the account"


def test_what_waits_in_a_queue(seen):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert seen.waiting(url) == 1


def test_a_job_is_asked_for_by_its_application():
    class Emr:
        def get_job_run(self, *, applicationId, jobRunId):  # noqa: N803 - as AWS names them
            return {"jobRun": {"applicationId": applicationId, "jobRunId": jobRunId}}

    seen = Operations({"emr-serverless": Emr()}.__getitem__)
    assert seen.jobs([("app", "job")]) == [{"applicationId": "app", "jobRunId": "job"}]
    assert seen.jobs([]) == []


def test_what_is_not_answered_may_be_asked_again(seen):
    with pytest.raises(TryAgain, match="get_queue_attributes was not answered"):
        seen.waiting("https://sqs.us-east-1.amazonaws.com/123456789012/none")


class Children:
    """A client of an execution with one Map run of many children."""

    def __init__(self, count):
        self._count = count
        self.read = []

    def list_map_runs(self, executionArn):  # noqa: N803 - AWS's name
        return {"mapRuns": [{"mapRunArn": "map"}]}

    def get_paginator(self, operation):
        self._operation = operation
        return self

    def paginate(self, **asked):
        if self._operation == "list_executions":
            assert asked == {"mapRunArn": "map"}
            yield {"executions": [{"executionArn": f"child-{n}"} for n in range(self._count)]}
        else:
            self.read.append(asked["executionArn"])
            yield {"events": [{"id": 1, "type": "ExecutionStarted", "timestamp": NOW + timedelta(0)}]}


@pytest.mark.parametrize(("count", "read"), [(0, 0), (3, 3), (MOST_CHILDREN, MOST_CHILDREN), (250, 84)])
def test_of_many_children_some_are_read_spread_over_all(count, read):
    client = Children(count)
    histories, all_children = Operations(lambda _: client).children("execution")
    assert (len(histories), all_children) == (read, count)
    assert len(set(client.read)) == read <= MOST_CHILDREN
