"""The states of the monitoring machine that need the lake, and the record of each run that ended."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import metrics, runtime
from patronage.errors import TryAgain
from patronage.logic.cost.run import jobs_of
from patronage.logic.monitor.ages import generation_ages
from patronage.logic.monitor.retrain_options import FAMILIES
from patronage.steps.job import job_measured
from patronage.steps.monitor.decide import decide
from patronage.steps.monitor.ended import ended
from patronage.steps.monitor.pin import pin_monitoring
from patronage.steps.monitor.run_cost import run_cost
from patronage.steps.monitor.states import MEASURED
from patronage.steps.pin import pinned_by_another
from patronage.stores.executions import described, history
from patronage.stores.lake import Lake
from patronage.stores.operations import Operations
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.steps.monitor.run_cost import Children
    from patronage.stores.objects import S3Store


def _pin(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Pin the tables, what is live, and what began last."""
    now, locks = datetime.now(UTC), runtime.locks()
    run_id, execution = event["run_id"], event["execution"]
    if other := locks.take("monitoring", run_id=run_id, execution=execution, now=now):
        return pinned_by_another(run_id, other)
    live = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb()).pointer()
    metrics.count_ages(generation_ages(live, now))
    return pin_monitoring(
        run_id,
        Lake(store),
        runtime.shop(),
        now=now,
        request=event["request"],
        champion=live["recommendations"].model if "recommendations" in live else {},
        live_runs={family: entry.run_id for family, entry in live.items()},
        last_runs=locks.last(FAMILIES),
        rolled_back={family: entry.rolled_back for family, entry in live.items() if entry.rolled_back},
        has_spark=runtime.has_spark(),
    )


def _ended(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Keep how an execution ended, and tell CloudWatch."""
    client, execution, run_id = runtime.client("stepfunctions"), event["execution"], event["run_id"]
    events = list(history(client, execution))
    cost = run_cost(
        run_id,
        history=events,
        children=_children(execution),
        jobs=_jobs(events),
        memory_mb=json.loads(os.environ["PATRONAGE_MEMORY_MB"]),
        store=store,
    )
    told = described(client, execution)
    record = ended(event["machine"], run_id, described=told, history=events, cost=cost, store=store)
    metrics.count_run(
        machine=event["machine"],
        run_id=run_id,
        succeeded=record["status"] == "SUCCEEDED",
        seconds=record["seconds"],
        cost_usd=cost["usd"],
    )
    return {"status": record["status"]}


def _children(execution: str) -> Children | None:
    """Return the histories of a run's children; None where they cannot be read: its end is kept anyway."""
    try:
        return Operations(runtime.client).children(execution)
    except TryAgain:
        runtime.logger.warning("children not read")
        return None


def _jobs(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Return the Spark jobs of a run; None where they cannot be read: its end is kept anyway."""
    started = jobs_of(events)
    try:
        return None if started is None else Operations(runtime.client).jobs(started)
    except TryAgain:
        runtime.logger.warning("jobs not read")
        return None


STEPS: Mapping[str, Step] = {
    "pin": _pin,
    **{name: runtime.over_the_lake(work) for name, work in MEASURED.items()},
    "decide": lambda event, store: decide(event["run_id"], store, measured=event["measured"]),
    "job": lambda event, store: job_measured(event["run_id"], store),
    "ended": _ended,
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run, or keep how one ended."""
    return runtime.run_step(event, STEPS)
