"""The states of the training machine that need the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.pin import pin, pinned_by_another
from patronage.steps.train.parquet import to_parquet
from patronage.steps.train.tables import interactions
from patronage.steps.wanted_variants import variants_served
from patronage.stores.lake import Lake
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _pin(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Pin the orders, what is live (the model is the champion of the gate), and what experiments need.

    A request may name a recorded version to ``promote``.
    """
    now = datetime.now(UTC)
    run_id, execution = event["run_id"], event["execution"]
    if other := runtime.locks().take("recommendations", run_id=run_id, execution=execution, now=now):
        return pinned_by_another(run_id, other)
    table = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb())
    live = table.pointer()
    return pin(
        run_id,
        "recommendations",
        Lake(store),
        runtime.shop(),
        now=now,
        champion=live["recommendations"].model if "recommendations" in live else {},
        live_runs={family: entry.run_id for family, entry in live.items()},
        variants=variants_served(table),
        promote=event["request"].get("promote"),
        has_spark=runtime.has_spark(),
    )


STEPS: Mapping[str, Step] = {
    "pin": _pin,
    "interactions": runtime.over_the_lake(interactions),
    "parquet": lambda event, store: to_parquet(event["run_id"], event["shard"], store),
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
