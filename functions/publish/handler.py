"""The states of both machines that write the serving table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps import publish
from patronage.steps.rollback import rollback
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _shard(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    run_id, family, shard = event["run_id"], event["family"], event["shard"]
    secret = runtime.erasure_secret
    return publish.shard(run_id, family, shard, store=store, table=_table(), secret=secret)


def _flip(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    return publish.flip(event["run_id"], event["family"], store=store, table=_table(), **_timed())


def _retire(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    run_id, family, shard = event["run_id"], event["family"], event["shard"]
    return publish.retire(run_id, family, shard, store=store, table=_table(), **_timed())


def _rollback(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    return rollback(event["run_id"], event["family"], store=store, table=_table(), **_timed())


def _table() -> ServingTable:
    return ServingTable(runtime.serving_table_name(), client=runtime.dynamodb())


def _timed() -> dict[str, Any]:
    return {"now": datetime.now(UTC), "keep_days": runtime.shop().keep_generation_days}


STEPS: Mapping[str, Step] = {"shard": _shard, "flip": _flip, "retire": _retire, "rollback": _rollback}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
