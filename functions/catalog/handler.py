"""The state of the upkeep machine that shows the lake's tables to analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.catalog import register
from patronage.stores.glue import GlueDatabase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _register(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    return register(store, GlueDatabase(runtime.glue_database_name()))


STEPS: Mapping[str, Step] = {"register": _register}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
