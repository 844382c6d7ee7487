"""Disturb what a deployed stack does, from a test: faults of its AWS calls; and what reaches a person."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.cloud import Stack

OUTCOMES = Path(__file__).parents[1] / "build" / "chaos" / "outcomes.json"
"""What came of each test of faults, of which docs/reliability.md is made."""
EXTENSION = Path(__file__).parent / "chaos" / "in_ministack.py"
READS = ("s3:GetObject*", "s3:ListBucket*", "dynamodb:GetItem", "dynamodb:BatchGetItem")
WRITES = (
    *("s3:Put*", "s3:Delete*", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"),
    *(
        "dynamodb:DeleteItem",
        "states:Start*",
        "firehose:Put*",
        "glue:Create*",
        "glue:Update*",
        "lambda:Invoke*",
    ),
)


@dataclass(frozen=True)
class Fault:
    """One disturbance of AWS calls.

    Parameters
    ----------
    kind : str
        ``kill_before``, ``kill_during`` or ``kill_after`` the call is carried out, the function's process is
        killed. ``throttled``, ``failed``, ``denied``: the call is not carried out, and the caller is told so.
        ``lost_answer``: it is, and the caller is told a failure. ``late``: it is, after 5 s. ``hang``: no
        answer ever. ``full_disk``: from here on the process can write no file longer than 2 KB. ``seen``:
        nothing happens.
    function, step, about
        Patterns of the function's name and the step; a text that the event holds.
    actions, on
        Patterns of IAM actions and of the resource.
    nth : int
        The how manieth such call of an invocation.
    attempts : int
        How many attempts at one event are struck; those after it go through.
    most : int
        How many calls are struck in all; 0 for no limit.
    repeated : bool
        Strike every call from the `nth` on, not that one alone.
    each_once : bool
        Strike each different call of an event once, by action and resource, `most` in all.
    """

    kind: str
    function: str = "*"
    step: str = "*"
    about: str = ""
    actions: tuple[str, ...] = WRITES
    on: str = "*"
    nth: int = 1
    attempts: int = 1
    most: int = 0
    repeated: bool = False
    each_once: bool = False


class Faults:
    """The plan of faults of one MiniStack that was started with `EXTENSION`."""

    def __init__(self, endpoint: str) -> None:
        self._url = f"{endpoint}/_faults"
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    @contextmanager
    def planned(self, *faults: Fault) -> Iterator[None]:
        """Let faults strike until the block ends."""
        self._ask([asdict(fault) for fault in faults])
        try:
            yield
        finally:
            self.last = self.hits()
            self._ask([])

    def hits(self) -> list[dict[str, str]]:
        """Return the calls that were struck: kind, role, function, step, action, resource."""
        return [{"kind": fault["kind"], **hit} for fault in self._ask(None) for hit in fault["hits"]]

    def _ask(self, plan: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        body = None if plan is None else json.dumps(plan).encode()
        with self._open(self._url, data=body, timeout=10) as answer:
            told: list[dict[str, Any]] = json.load(answer)
        return told


class Alerts:
    """What reached a subscriber of the stack's alert topic."""

    def __init__(self, stack: Stack, *, name: str = "alerts") -> None:
        cloud = stack.cloud
        self._sqs, self._sns = cloud.client("sqs"), cloud.client("sns")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        queue = arn["Attributes"]["QueueArn"]
        let_in = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": queue}
        policy = {"Version": "2012-10-17", "Statement": [let_in | {"Action": "sqs:SendMessage"}]}
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": json.dumps(policy)})
        topic = stack.output("AlertTopicArn")
        subscribed = self._sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        self._subscription = subscribed["SubscriptionArn"]
        self._received: list[dict[str, Any]] = []

    def received(self) -> list[dict[str, Any]]:
        """Return all alerts so far."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self._received.append(_told(json.loads(message["Body"])["Message"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return self._received

    def end(self) -> None:
        """Listen no longer."""
        self._sns.unsubscribe(SubscriptionArn=self._subscription)


def _told(message: str) -> dict[str, Any]:
    """Read an alert: of a failed run a document, of monitoring a text."""
    try:
        told: dict[str, Any] = json.loads(message)
    except ValueError:
        return {"alert": message}
    return told
