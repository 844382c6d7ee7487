"""The states of the monitoring machine that compute with arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.monitor.learning import LEARNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import ObjectStore


def _over_objects(work: Callable[[str, ObjectStore], dict[str, Any]]) -> Step:
    return lambda event, store: work(event["run_id"], store)


STEPS: Mapping[str, Step] = {name: _over_objects(work) for name, work in LEARNT.items()}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
