"""Executions of state machines: start one by its name, and see which are running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any


def start(client: Any, machine: str, name: str, task: str) -> None:
    """Start an execution; one of this name that was started before is as good."""
    try:
        client.start_execution(stateMachineArn=machine, name=name, input=f'{{"task": "{task}"}}')
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
