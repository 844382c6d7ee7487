"""Executions of state machines: start one by its name, and see which are running."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any


_GOING = ("RUNNING", "PENDING_REDRIVE")


def start(client: Any, machine: str, name: str, task: str) -> None:
    """Start an execution that does a task; one of this name that was started before is as good."""
    start_with(client, machine, name, {"task": task})


def start_with(client: Any, machine: str, name: str, given: Mapping[str, Any]) -> None:
    """Start an execution with an input; one of this name that was started before is as good.

    Raises
    ------
    TryAgain
        It could not be started.
    """
    try:
        client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))
    except client.exceptions.ExecutionAlreadyExists:
        return
    except (BotoCoreError, ClientError) as exc:
        raise TryAgain("the state machine could not be started; ask again shortly") from exc


def begun(client: Any, machines: Sequence[str]) -> list[datetime]:
    """Return when each running execution of some machines began."""
    pages = client.get_paginator("list_executions")
    return [
        found["startDate"]
        for machine in machines
        for page in pages.paginate(stateMachineArn=machine, statusFilter="RUNNING")
        for found in page["executions"]
    ]


def is_going(client: Any, execution: str) -> bool:
    """Say whether an execution is going; one that is not known any more, or never was, is not.

    Raises
    ------
    TryAgain
        It could not be asked.
    """
    try:
        status = client.describe_execution(executionArn=execution)["status"]
    except client.exceptions.ExecutionDoesNotExist:
        return False
    except (BotoCoreError, ClientError) as exc:
        raise TryAgain(f"execution {execution} could not be looked at; ask again shortly") from exc
    return status in _GOING


def described(client: Any, execution: str) -> dict[str, Any]:
    """Return what Step Functions says of an execution."""
    return dict(client.describe_execution(executionArn=execution))


def history(client: Any, execution: str) -> Iterator[dict[str, Any]]:
    """Yield the events of an execution, oldest first."""
    pages = client.get_paginator("get_execution_history").paginate(executionArn=execution)
    for page in pages:
        yield from page["events"]
