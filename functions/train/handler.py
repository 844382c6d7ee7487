"""The states of the training machine that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import BadInput
from patronage.steps import train

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.stores.objects import S3Store


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    store = runtime.lake()
    try:
        result = _run(event, store)
    finally:
        store.close()
    runtime.logger.info("step done", extra={"step": event["step"], "run_id": event["run_id"]})
    return result


def _run(event: dict[str, Any], store: S3Store) -> dict[str, Any]:
    step, run_id = event["step"], event["run_id"]
    if step == "candidates":
        return train.candidates()
    if step == "evaluate":
        return train.evaluate(run_id, event["model"], store)
    if step == "gate":
        return train.gate(run_id, store)
    if step == "recommend":
        return train.recommend(run_id, event["model"], store)
    raise BadInput(f"step {step!r} is none of candidates, evaluate, gate, recommend")
