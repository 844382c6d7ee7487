"""The state machines, one state after the other, through the functions that the states call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patronage.errors import PatronageError
from patronage.logic.monitor.measures import LEARNT as MEASURED_BY_ARRAYS
from patronage.logic.monitor.measures import MEASURES
from patronage.steps.segment.learning import LEARNT
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.stores.objects import read_json
from soak._states import ARN

if TYPE_CHECKING:
    from collections.abc import Callable

    from soak._cloud import Cloud
    from soak._states import Execution

NEW_EVENTS_WAIT = 1500
"""Seconds that an erasure waits for the events that are on their way."""
FAMILY_OF = {"segmentation": "segments", "training": "recommendations"}


class Machines:
    """Runs what was started, until nothing is going any more.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    on_end : callable
        Told of each execution when it has ended.
    """

    def __init__(self, cloud: Cloud, *, on_end: Callable[[Execution], None]) -> None:
        self._cloud, self._on_end = cloud, on_end

    def start(self, machine: str, name: str, **given: Any) -> None:
        """Start an execution, as a schedule or a person does."""
        arn = ARN.format(machine)
        self._cloud.states.start_execution(stateMachineArn=arn, name=name, input=json.dumps(given))

    def run(self) -> None:
        """Run each execution that waits, and those that it starts, until none is going."""
        while self._cloud.states.waiting:
            execution = self._cloud.states.waiting[0]
            self._take(execution)
            about = {"machine": execution.machine, "execution": execution.arn}
            self._cloud.step("monitor", "ended", execution.name, **about)
            self._on_end(execution)

    def _take(self, execution: Execution) -> None:
        states = self._cloud.states
        try:
            output = getattr(self, f"_{execution.machine}")(execution)
        except PatronageError as exc:
            states.fail(execution, exc)
        else:
            states.end(execution, output)

    def _pinned(self, function: str, execution: Execution) -> dict[str, Any]:
        given = execution.given
        return self._cloud.step(function, "pin", execution.name, execution=execution.arn, request=given)

    def _segmentation(self, execution: Execution) -> dict[str, Any]:
        run_id, step = execution.name, self._cloud.step
        pin = self._pinned("segment", execution)
        if pin["engine"] != "duckdb":
            return {"pin": pin}
        for name in BRANCHED:
            step("segment", name, run_id)
        for name in LEARNT:
            step("segment_learn", name, run_id)
        for name in JOINED:
            step("segment", name, run_id)
        gate = step("segment", "gate", run_id)
        if gate["publish"]:
            self._publish(run_id, "segments", gate["shards_key"])
        return {"pin": pin, "gate": gate}

    def _training(self, execution: Execution) -> dict[str, Any]:
        run_id, step = execution.name, self._cloud.step
        pin = self._pinned("train_tables", execution)
        if pin["engine"] != "duckdb":
            return {"pin": pin}
        if not step("train_tables", "interactions", run_id)["interactions"]:
            return {"pin": pin}
        for each in step("train", "candidates", run_id)["models"]:
            step("train", "evaluate", run_id, model=each["model"])
        step("train", "blend", run_id)
        gate = step("train", "gate", run_id)
        if not gate["publish"]:
            return {"pin": pin, "gate": gate}
        for part in gate["parts"]:
            step("train", "fit", run_id, model=part["model"])
        plan = step("train", "plan", run_id, model=gate["model"])
        for entry in read_json(self._cloud.store, plan["lists_key"]):
            step("train", "lists", run_id, shard=entry["shard"])
            step("train_tables", "parquet", run_id, shard=entry["shard"])
        self._publish(run_id, "recommendations", plan["shards_key"])
        return {"pin": pin, "gate": gate}

    def _monitoring(self, execution: Execution) -> dict[str, Any]:
        run_id, step = execution.name, self._cloud.step
        self._cloud.clock.pass_(seconds=execution.given.get("wait_seconds", 0))
        pin = self._pinned("monitor", execution)
        if pin["engine"] != "duckdb":
            return {"pin": pin}
        measured = [self._measured(name, steps, run_id) for name, steps in MEASURES.items()]
        decide = step("monitor", "decide", run_id, measured=measured)
        self._publish(run_id, "monitoring", decide["shards_key"])
        for machine, family in FAMILY_OF.items():
            if decide[family]:
                given = {"trigger": "monitoring", "started_by": run_id}
                self.start(machine, decide[f"{family}_run"], **given)
        return {"pin": pin, "decide": decide}

    def _measured(self, measure: str, steps: tuple[str, ...], run_id: str) -> dict[str, Any]:
        try:
            for name in steps:
                self._cloud.step("monitor_learn" if name in MEASURED_BY_ARRAYS else "monitor", name, run_id)
        except PatronageError as exc:
            return {"measure": measure, "failure": {"Error": type(exc).__name__, "Cause": str(exc)}}
        return {"measure": measure}

    def _publish(self, run_id: str, family: str, shards_key: str) -> None:
        step = self._cloud.step
        for entry in read_json(self._cloud.store, shards_key):
            step("publish", "shard", run_id, family=family, shard=entry["shard"])
        flip = step("publish", "flip", run_id, family=family)
        if flip["superseded_run"]:
            for entry in read_json(self._cloud.store, flip["superseded_shards_key"]):
                step("publish", "retire", flip["superseded_run"], family=family, shard=entry["shard"])

    def _erasure(self, execution: Execution) -> dict[str, Any]:
        run_id, step = execution.name, self._cloud.step
        self._erase_round(run_id, "first")
        step("erase", "left", run_id)
        self._cloud.clock.pass_(seconds=NEW_EVENTS_WAIT)
        assert not step("erase", "going", run_id)["going"]
        self._erase_round(run_id, "last")
        step("erase", "verify", run_id)
        return step("erase", "receipt", run_id)

    def _erase_round(self, run_id: str, round_: str) -> None:
        for part in self._cloud.step("erase", "find", run_id, round=round_)["parts"]:
            self._cloud.step("erase", "erase", run_id, part=part["part"])
