"""The states of the training machine that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps import train

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step


STEPS: Mapping[str, Step] = {
    "candidates": lambda _event, _store: train.candidates(),
    "evaluate": lambda event, store: train.evaluate(event["run_id"], event["model"], store),
    "gate": lambda event, store: train.gate(event["run_id"], store),
    "recommend": lambda event, store: train.recommend(event["run_id"], event["model"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
