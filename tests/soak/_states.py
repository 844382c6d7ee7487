"""Step Functions in memory: executions by name, which begin, go on and end by the clock of the simulation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from soak._cloud import Clock

ARN = "arn:aws:states:eu-west-2:123456789012:stateMachine:{}"


@dataclass
class Execution:
    """One execution; `stopped` is None while it goes on."""

    machine: str
    name: str
    given: dict[str, Any]
    began: datetime
    status: str = "RUNNING"
    stopped: datetime | None = None
    output: str = ""
    error: str = ""
    cause: str = ""

    @property
    def arn(self) -> str:
        """The name under which functions know it."""
        return f"{ARN.format(self.machine).replace('stateMachine', 'execution')}:{self.name}"

    @property
    def said(self) -> dict[str, Any]:
        """Its output."""
        return dict(json.loads(self.output or "{}"))

    def described(self) -> dict[str, Any]:
        """Return what Step Functions says of it."""
        said = {
            "executionArn": self.arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.began,
            "input": json.dumps(self.given),
        }
        ended = {"stopDate": self.stopped, "output": self.output or "{}"} if self.stopped else {}
        return said | ended | ({"error": self.error, "cause": self.cause} if self.error else {})


class States:
    """What functions ask of Step Functions.

    Parameters
    ----------
    clock : Clock
        When executions begin and end.
    """

    class exceptions:  # noqa: N801 - as botocore names it
        """Errors that callers tell apart."""

        class ExecutionAlreadyExists(Exception):
            """One of that name began before."""

        class ExecutionDoesNotExist(Exception):
            """None of that name began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.executions: dict[str, Execution] = {}

    @property
    def waiting(self) -> list[Execution]:
        """The executions that have begun and not ended, the oldest first."""
        return [each for each in self.executions.values() if each.stopped is None]

    def start_execution(self, *, stateMachineArn: str, name: str, input: str = "{}") -> dict[str, Any]:  # noqa: A002, N803
        execution = Execution(stateMachineArn.rpartition(":")[2], name, json.loads(input), self._clock.now)
        if execution.arn in self.executions:
            raise self.exceptions.ExecutionAlreadyExists(name)
        self.executions[execution.arn] = execution
        return {"executionArn": execution.arn}

    def end(self, execution: Execution, output: Mapping[str, Any]) -> None:
        """End an execution that did what it should."""
        execution.status, execution.output = "SUCCEEDED", json.dumps(output)
        execution.stopped = self._clock.now

    def fail(self, execution: Execution, error: Exception) -> None:
        """End an execution that failed."""
        execution.status, execution.error, execution.cause = "FAILED", type(error).__name__, str(error)
        execution.stopped = self._clock.now

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        if executionArn not in self.executions:
            raise self.exceptions.ExecutionDoesNotExist(executionArn)
        return self.executions[executionArn].described()

    def list_map_runs(self, **_: Any) -> dict[str, Any]:
        return {"mapRuns": []}

    def list_executions(self, *, stateMachineArn: str, statusFilter: str = "", **_: Any) -> dict[str, Any]:  # noqa: N803
        found = [
            each.described()
            for each in self.executions.values()
            if ARN.format(each.machine) == stateMachineArn and statusFilter in ("", each.status)
        ]
        return {"executions": found}

    def get_execution_history(self, **_: Any) -> dict[str, Any]:
        return {"events": []}

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(getattr(self, operation))


@dataclass(frozen=True)
class _Pages:
    operation: Any

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self.operation(**asked)
