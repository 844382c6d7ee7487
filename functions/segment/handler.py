"""The states of the segmentation machine that need the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.job import job_answers
from patronage.steps.pin import pin, pinned_by_another
from patronage.steps.segment import gate
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.stores.lake import Lake
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _pin(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Pin the tables, and which segments and recommendations are live.

    A request may name a day, ``as_of``, at whose end the run stops reading.
    """
    now = datetime.now(UTC)
    run_id, execution = event["run_id"], event["execution"]
    if other := runtime.locks().take("segments", run_id=run_id, execution=execution, now=now):
        return pinned_by_another(run_id, other)
    live = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb()).pointer()
    live_runs = {family: entry.run_id for family, entry in live.items()}
    return pin(
        run_id,
        "segments",
        Lake(store),
        runtime.shop(),
        now=now,
        live_runs=live_runs,
        until=event["request"].get("as_of"),
        has_spark=runtime.has_spark(),
    )


STEPS: Mapping[str, Step] = {
    "pin": _pin,
    **{name: runtime.over_the_lake(work) for name, work in {**BRANCHED, **JOINED}.items()},
    "gate": lambda event, store: gate.gate(event["run_id"], store),
    "job": lambda event, store: job_answers(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
