"""What AWS says of the system's state: executions, alarms, queues. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

MOST_CHILDREN = 100
"""Of how many children of a run the history is read; the others count as these on average."""


class Execution(NamedTuple):
    """One execution of a state machine; `ended` is None while it goes on."""

    run_id: str
    status: str
    began: datetime
    ended: datetime | None


class Alarm(NamedTuple):
    """An alarm and its state: OK, ALARM, or INSUFFICIENT_DATA."""

    name: str
    state: str
    since: datetime
    description: str


@dataclass(frozen=True)
class Operations:
    """Reads the state of a stack.

    Parameters
    ----------
    client : callable
        Returns the client of a service.
    """

    client: Callable[[str], Any]

    def executions(self, machine: str, *, most: int) -> list[Execution]:
        """Return the newest executions of a machine, the newest first."""
        answer = self._ask("stepfunctions", "list_executions", stateMachineArn=machine, maxResults=most)
        found = [
            Execution(each["name"], each["status"], each["startDate"], each.get("stopDate"))
            for each in answer["executions"]
        ]
        return sorted(found, key=lambda each: each.began, reverse=True)

    def alarms(self, names: Sequence[str]) -> list[Alarm]:
        """Return alarms by name; those that do not exist are left out."""
        wanted = [name for name in names if name]
        if not wanted:
            return []  # CloudWatch would take no names for all alarms of the account
        answer = self._ask("cloudwatch", "describe_alarms", AlarmNames=wanted)
        return [
            Alarm(
                each["AlarmName"],
                each["StateValue"],
                each["StateUpdatedTimestamp"],
                each.get("AlarmDescription", ""),
            )
            for each in answer["MetricAlarms"]
        ]

    def waiting(self, queue_url: str) -> int:
        """Return how many messages of a queue wait."""
        name = "ApproximateNumberOfMessages"
        answer = self._ask("sqs", "get_queue_attributes", QueueUrl=queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def children(self, execution: str) -> tuple[list[list[dict[str, Any]]], int]:
        """Return histories of the executions that a run's Maps started, and how many of them there were."""
        maps = self._ask("stepfunctions", "list_map_runs", executionArn=execution).get("mapRuns", [])
        arns = [
            child["executionArn"]
            for each in maps
            for child in self._pages("list_executions", "executions", mapRunArn=each["mapRunArn"])
        ]
        step = -(-len(arns) // MOST_CHILDREN) or 1
        taken = arns[::step]
        return [self._pages("get_execution_history", "events", executionArn=each) for each in taken], len(
            arns
        )

    def jobs(self, started: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return what EMR Serverless says of some jobs, each by its application and its id."""
        asked = [{"applicationId": application, "jobRunId": job} for application, job in started]
        return [self._ask("emr-serverless", "get_job_run", **each)["jobRun"] for each in asked]

    def _pages(self, operation: str, field: str, **arguments: Any) -> list[dict[str, Any]]:
        try:
            pages = self.client("stepfunctions").get_paginator(operation).paginate(**arguments)
            return [each for page in pages for each in page[field]]
        except (BotoCoreError, ClientError) as exc:
            raise _unanswered(operation) from exc

    def _ask(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            return dict(getattr(self.client(service), operation)(**arguments))
        except (BotoCoreError, ClientError) as exc:
            raise _unanswered(operation) from exc


def _unanswered(operation: str) -> TryAgain:
    return TryAgain(f"{operation} was not answered; ask again shortly")
