"""The states of the segmentation machine that need the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.pin import pin
from patronage.steps.segment import gate, rfm, sales
from patronage.stores.lake import Lake
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _pin(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Pin the tables, and which segments are live: those that customers move from."""
    live = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb()).pointer()
    previous = live["segments"].run_id if "segments" in live else ""
    now = datetime.now(UTC)
    return pin(event["run_id"], "segments", Lake(store), runtime.shop(), now=now, previous=previous)


STEPS: Mapping[str, Step] = {
    "pin": _pin,
    "rfm": lambda event, store: rfm.rfm(event["run_id"], Lake(store)),
    "totals": lambda event, store: sales.totals(event["run_id"], Lake(store)),
    "gate": lambda event, store: gate.gate(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
