"""The state of the upkeep machine that compacts the lake's tables and deletes what nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.compact import compact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _compact(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    report = compact(store, keep_days=runtime.shop().keep_replaced_files_days)
    for table, done in report["tables"].items():
        left = [work for work in ("compacted", "vacuumed") if done[work] is None]
        if left:
            runtime.logger.warning("table left for the next day", extra={"table": table, "not": left})
    return report


STEPS: Mapping[str, Step] = {"compact": _compact}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
