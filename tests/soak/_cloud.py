"""The deployed functions on this machine: under one clock, over a folder and a mocked account."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3

import serving_support
from patronage import gateway, metrics, runtime
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from patronage.stores.patience import Patience
from patronage.stores.serving import ServingTable
from soak._states import ARN, States
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.settings import Shop

RAW = "raw"
_NEVER = {"N": "inf"}
RUN_MACHINES = ("segmentation", "training", "monitoring")
FUNCTIONS = (
    *("ingest", "collect", "lookup", "api", "segment", "segment_learn", "train_tables", "train"),
    *("monitor", "monitor_learn", "publish", "erase", "compact"),
)


class Clock:
    """The instant that every function believes in; each call of one takes a second."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def until(self, moment: datetime) -> None:
        """Let time pass until an instant, if that is yet to come."""
        self.now = max(self.now, moment)

    def type(self) -> type[datetime]:
        """Return what stands for `datetime` in a module, so that it is now what this clock shows."""
        clock = self

        class Told(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return clock.now.astimezone(tz)

        return Told


class Folder(FolderStore):
    """The lake, of which nothing was staged."""

    def close(self) -> None:
        """Keep the folder."""


class Stream:
    """Holds what was sent to the delivery stream until it is delivered."""

    def __init__(self) -> None:
        self.records: list[bytes] = []

    def put_record_batch(self, **asked: Any) -> dict[str, Any]:
        self.records += [each["Data"] for each in asked["Records"]]
        return {"FailedPutCount": 0}


class Functions:
    """Holds the events that one function handed over to another."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.events.append(json.loads(asked["Payload"]))
        return {"StatusCode": 202}


class Cloud:
    """A stack: its functions, lake, uploads, serving table and executions.

    Parameters
    ----------
    folder : Path
        Where the lake lies.
    clock : Clock
        What all of it goes by.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.store = Folder(folder / "lake")
        self.lake = Lake(self.store)
        self.states = States(clock)
        self.stream, self.functions = Stream(), Functions()
        self.s3 = boto3.client("s3")
        self.dynamodb = boto3.client("dynamodb")
        self.table = ServingTable(serving_support.TABLE, client=self.dynamodb)
        self._modules = {name: _loaded(name, clock) for name in FUNCTIONS}
        self._clients = {"stepfunctions": self.states, "lambda": self.functions}

    def client(self, service: str, **_: Any) -> Any:
        """Return the client of a service, for a function that asks for it."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service)
        return self._clients[service]

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function as Lambda does."""
        self.clock.pass_(seconds=1)
        return self._modules[function].handler(event, serving_support.CONTEXT)

    def step(self, function: str, step: str, run_id: str, **given: Any) -> dict[str, Any]:
        """Call a function as a state machine does."""
        answer: dict[str, Any] = self.call(function, {"step": step, "run_id": run_id, **given})
        return answer

    def upload(self, key: str, content: bytes) -> dict[str, Any]:
        """Write an object, and return the event of it, which is yet to be delivered."""
        self.clock.pass_(seconds=1)
        version = self.s3.put_object(Bucket=RAW, Key=key, Body=content)["VersionId"]
        return self.event_of(key, version)

    def event_of(self, key: str, version: str) -> dict[str, Any]:
        """Return the event of an object's version."""
        return {"bucket": {"name": RAW}, "object": {"key": key, "version-id": version, "etag": "e"}}

    def deliver(self, detail: dict[str, Any]) -> None:
        """Deliver the event of an object; what the function raises comes out."""
        body = json.dumps({"detail": detail})
        record = {"messageId": "m", "eventSource": "aws:sqs", "body": body}
        assert self.call("ingest", {"Records": [record]}) == {"batchItemFailures": []}

    def items(self) -> list[dict[str, Any]]:
        """Return every item of the serving table, as DynamoDB has them."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=serving_support.TABLE)
        return [item for page in pages for item in page["Items"]]

    def let_items_end(self) -> list[dict[str, Any]]:
        """Delete the items whose time is over, as DynamoDB does within days; return those that stay."""
        now, items = self.clock.now.timestamp(), self.items()
        stays = [item for item in items if float(item.get("expires_at", _NEVER)["N"]) > now]
        kept = {item["pk"]["S"] for item in stays}
        self.table.delete_all([item["pk"]["S"] for item in items if item["pk"]["S"] not in kept])
        return stays


@contextmanager
def opened(folder: Path, shop: Shop, start: datetime) -> Iterator[Cloud]:
    """Open a stack at an instant."""
    clock = Clock(start)
    arns = {name: ARN.format(name) for name in (*RUN_MACHINES, "erasure")}
    environment = {
        "PATRONAGE_SHOP": shop.to_json(),
        "PATRONAGE_RAW_BUCKET": RAW,
        "PATRONAGE_EVENT_STREAM": "events",
        "PATRONAGE_PUBLISH_FUNCTION": "publish",
        "PATRONAGE_MONITORING_MACHINE": arns["monitoring"],
        "PATRONAGE_ERASURE_MACHINE": arns["erasure"],
        "PATRONAGE_RUN_MACHINES": ",".join(arns[name] for name in RUN_MACHINES),
        "PATRONAGE_MACHINES": json.dumps(arns),
        "PATRONAGE_MEMORY_MB": "{}",
    }
    with ExitStack() as stack:
        stack.enter_context(serving_support.aws())
        stack.enter_context(mock.patch.dict(os.environ, environment))
        stack.callback(_forget)
        _forget()
        logger = logging.getLogger("patronage")  # thousands of lines would hide what did not hold
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.ERROR)
        cloud = Cloud(folder, clock)
        cloud.s3.create_bucket(Bucket=RAW)
        cloud.s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration={"Status": "Enabled"})
        patient = Patience(clock=lambda: 0.0)
        for place, value in {
            "patronage.runtime.lake": lambda: cloud.store,
            "patronage.runtime._client": cloud.client,
            "patronage.runtime.firehose": lambda: cloud.stream,
            "patronage.runtime.patience": lambda: patient,
            "patronage.gateway.datetime": clock.type(),
            "patronage.gateway.time": _Seconds(clock),
            "moto.s3.models.utcnow": lambda: clock.now.replace(tzinfo=None),
        }.items():
            stack.enter_context(mock.patch(place, value))
        yield cloud


class _Seconds:
    """What stands for the module `time` where answers are made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def time(self) -> float:
        return self._clock.now.timestamp()

    def perf_counter(self) -> float:
        return self._clock.now.timestamp()


def _loaded(name: str, clock: Clock) -> Any:
    """Load a function's handler as a new environment does, under the clock."""
    path = REPOSITORY / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"soak_{name}_handler", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if hasattr(module, "datetime"):
        module.datetime = clock.type()
    return module


def _forget() -> None:
    """Forget what functions keep for the life of an environment."""
    for module in (runtime, gateway, metrics):
        for made_once in vars(module).values():
            if hasattr(made_once, "cache_clear"):
                made_once.cache_clear()
