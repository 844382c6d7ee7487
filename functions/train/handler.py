"""The states of the training machine that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.job import job_answers
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import gate
from patronage.steps.train.lists import make_lists
from patronage.steps.train.plan import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step


STEPS: Mapping[str, Step] = {
    "candidates": lambda event, store: candidates(event["run_id"], store),
    "evaluate": lambda event, store: evaluate(event["run_id"], event["model"], store),
    "blend": lambda event, store: blend(event["run_id"], store),
    "gate": lambda event, store: gate(event["run_id"], store),
    "fit": lambda event, store: fit(event["run_id"], event["model"], store),
    "plan": lambda event, store: plan(event["run_id"], event["model"], store),
    "lists": lambda event, store: make_lists(event["run_id"], event["shard"], store),
    "job": lambda event, store: job_answers(event["run_id"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
