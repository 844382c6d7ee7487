"""The states of the segmentation machine that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.segment import clusters, lifetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step


STEPS: Mapping[str, Step] = {
    "clusters": lambda event, store: clusters.clusters(event["run_id"], store),
    "lifetime": lambda event, store: lifetime.lifetime(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
