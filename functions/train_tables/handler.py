"""The states of the training machine that need the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import BadInput
from patronage.steps.pin import pin
from patronage.steps.train_tables import interactions
from patronage.stores.lake import Lake
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    store = runtime.lake()
    try:
        result = _run(event["step"], event["run_id"], Lake(store))
    finally:
        store.close()
    runtime.logger.info("step done", extra={"step": event["step"], "run_id": event["run_id"], **result})
    return result


def _run(step: str, run_id: str, lake: Lake) -> dict[str, Any]:
    if step == "pin":
        return pin(
            run_id, "recommendations", lake, runtime.shop(), now=datetime.now(UTC), champion=_champion()
        )
    if step == "interactions":
        return interactions(run_id, lake)
    raise BadInput(f"step {step!r} is none of pin, interactions")


def _champion() -> dict[str, str]:
    """Return the name and version of the live model; empty before the first generation."""
    live = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb()).pointer()
    return live["recommendations"].model if "recommendations" in live else {}
