"""The states of both machines that write the serving table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import BadInput
from patronage.steps import publish
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.stores.objects import ObjectStore


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    store = runtime.lake()
    table = ServingTable(runtime.serving_table_name(), client=runtime.dynamodb())
    try:
        result = _run(event, store, table)
    finally:
        store.close()
    fields = {name: event.get(name, "") for name in ("step", "run_id", "family", "shard")}
    runtime.logger.info("step done", extra={**fields, **result})
    return result


def _run(event: dict[str, Any], store: ObjectStore, table: ServingTable) -> dict[str, Any]:
    run_id, family = event["run_id"], event["family"]
    timed: dict[str, Any] = {"now": datetime.now(UTC), "keep_days": runtime.shop().keep_generation_days}
    match event["step"]:
        case "shard":
            return publish.shard(run_id, family, event["shard"], store=store, table=table)
        case "flip":
            return publish.flip(run_id, family, store=store, table=table, **timed)
        case "retire":
            return publish.retire(run_id, family, event["shard"], store=store, table=table, **timed)
        case "rollback":
            return publish.rollback(run_id, family, store=store, table=table, **timed)
    raise BadInput(f"step {event['step']!r} is none of shard, flip, retire, rollback")
