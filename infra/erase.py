"""Erasure: the function that takes a customer out of every store, and the machine that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from infra import asl
from infra.collect import BUFFER_SECONDS, UNDELIVERED_PREFIX
from infra.functions import Common, Function
from infra.grants import (
    CHANGE_ITEM,
    CHANGE_OBJECT,
    READ_OBJECT,
    READ_VERSION,
    Grant,
    allow,
    on_items,
    on_listing,
    on_objects,
)
from infra.machines import Machine
from infra.names import (
    CUSTOMER_EXPORT_OBJECTS,
    ERASE,
    ERASURE_OBJECTS,
    LAKE_OBJECTS,
    MODEL_OBJECTS,
    RAW_OBJECTS,
    RUN_OBJECTS,
    SETTINGS_OBJECTS,
)
from infra.secret import arn_of, on_secret
from patronage.steps.erase.requests import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.secret import Secrets
    from infra.storage import Storage

PARTS_AT_ONCE = 5
SECONDS_BETWEEN_LOOKS = 120
TIMEOUT_SECONDS = int(LONGEST.total_seconds())
"""The runs that may have read the customer's rows take a run's time at most; so long again for each round."""
SECONDS_FOR_EVENTS = BUFFER_SECONDS + 300
"""How long an event may be on its way: the stream's buffer, and the time that ingest takes."""
LOCAL_SECONDS_FOR_EVENTS = 1
_CHANGE_VERSION = (*READ_VERSION, *CHANGE_OBJECT[1:], "s3:DeleteObjectVersion")
_CHANGED = (LAKE_OBJECTS, RUN_OBJECTS, ERASURE_OBJECTS, CUSTOMER_EXPORT_OBJECTS)


class Erase(Construct):
    """Erases a customer, or exports what is stored of one.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    storage, common, secrets
        As elsewhere in the stack.
    runs : sequence of Machine
        Those whose executions read customers' rows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        common: Common,
        secrets: Secrets,
        runs: Sequence[Machine],
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = self._build_function(storage, common, secrets, [each.arn for each in runs])
        wait = SECONDS_FOR_EVENTS if common.on_aws else LOCAL_SECONDS_FOR_EVENTS
        machine = definition(seconds_for_events=wait)
        self.machine = Machine(self, "Erasure", definition=machine, functions=[self.function])

    def _build_function(
        self, storage: Storage, common: Common, secrets: Secrets, runs: Sequence[str]
    ) -> Function:
        return Function(
            self,
            spec=ERASE,
            common=common,
            environment={
                "PATRONAGE_LAKE_BUCKET": storage.lake.bucket_name,
                "PATRONAGE_RAW_BUCKET": storage.raw.bucket_name,
                "PATRONAGE_SERVING_TABLE": storage.serving.table_name,
                "PATRONAGE_ERASURE_SECRET": arn_of(secrets.erasure),
                "PATRONAGE_RUN_MACHINES": ",".join(runs),
            },
            grants=[
                on_objects(storage.raw, RAW_OBJECTS, _CHANGE_VERSION),
                on_objects(storage.raw, f"{UNDELIVERED_PREFIX}*", (*READ_VERSION, "s3:DeleteObjectVersion")),
                Grant(statement=allow(["s3:ListBucket", "s3:ListBucketVersions"], storage.raw.bucket_arn)),
                *(on_objects(storage.lake, objects, CHANGE_OBJECT) for objects in _CHANGED),
                on_objects(storage.lake, MODEL_OBJECTS, ("s3:DeleteObject",)),
                on_objects(storage.lake, SETTINGS_OBJECTS, READ_OBJECT),
                on_listing(storage.lake),
                on_items(storage.serving, CHANGE_ITEM),
                on_secret(secrets.erasure),
                Grant(statement=allow(["states:ListExecutions"], *runs)),
            ],
        )


def definition(*, seconds_for_events: int = SECONDS_FOR_EVENTS) -> asl.State:
    """Write the machine: rows leave raw and lake; the rest follows when no run is left that read them.

    Parameters
    ----------
    seconds_for_events : int
        After so long, what was collected before the erasure was asked for is in raw and lake.
    """
    task = {"Variable": "$.task", "StringEquals": "export", "Next": "Export"}
    is_going = {"Variable": "$.going.going", "BooleanEquals": True, "Next": "WaitForRuns"}
    states = {
        "Task": {"Type": "Choice", "Choices": [task], "Default": "FindFirst"},
        "Export": _caught(asl.step(ERASE, "export")),
        "FindFirst": _caught(asl.step(ERASE, "find", round="first", keep=("parts",), then="EraseFirst")),
        "EraseFirst": _each_part(then="Left"),
        "Left": _caught(asl.step(ERASE, "left", then="WaitForEvents")),
        "WaitForEvents": {"Type": "Wait", "Seconds": seconds_for_events, "Next": "Going"},
        "Going": _caught(asl.step(ERASE, "going", keep=("going",), then="RunsGoing")),
        "RunsGoing": {"Type": "Choice", "Choices": [is_going], "Default": "FindLast"},
        "WaitForRuns": {"Type": "Wait", "Seconds": SECONDS_BETWEEN_LOOKS, "Next": "Going"},
        "FindLast": _caught(asl.step(ERASE, "find", round="last", keep=("parts",), then="EraseLast")),
        "EraseLast": _each_part(then="Verify"),
        "Verify": _caught(asl.step(ERASE, "verify", then="Receipt")),
        "Receipt": _caught(asl.step(ERASE, "receipt")),
        "Failed": asl.step(ERASE, "failed", then="GiveUp"),
        "GiveUp": {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
    }
    machine = asl.machine("Erase a customer from every store.", start_at="Task", states=states)
    return {**machine, "TimeoutSeconds": TIMEOUT_SECONDS}


def _each_part(*, then: str) -> asl.State:
    """Erase each part of a plan; its names are all that the machine is told."""
    task = asl.step(ERASE, "erase", part="$.part")
    return _caught(
        {
            "Type": "Map",
            "ItemsPath": "$.find.parts",
            "ItemSelector": asl.paths({"part": "$$.Map.Item.Value.part"}),
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Erase",
                "States": {"Erase": task},
            },
            "MaxConcurrency": PARTS_AT_ONCE,
            "ResultPath": None,
            **asl.follow(then),
        }
    )


def _caught(state: asl.State) -> asl.State:
    return {
        **state,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Failed"}],
    }
