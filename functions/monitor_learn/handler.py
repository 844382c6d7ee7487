"""The states of the monitoring machine that compute with arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.monitor.drift import drift
from patronage.steps.monitor.experiment_reports import experiment_reports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step


STEPS: Mapping[str, Step] = {
    "drift": lambda event, store: drift(event["run_id"], store),
    "experiment_reports": lambda event, store: experiment_reports(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
