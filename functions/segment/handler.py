"""The states of the segmentation machine that need the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps import segment
from patronage.steps.pin import pin
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _pin(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    return pin(event["run_id"], "segments", Lake(store), runtime.shop(), now=datetime.now(UTC))


STEPS: Mapping[str, Step] = {
    "pin": _pin,
    "rfm": lambda event, store: segment.rfm(event["run_id"], Lake(store)),
    "totals": lambda event, store: segment.totals(event["run_id"], Lake(store)),
    "gate": lambda event, store: segment.gate(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
