"""The states of the machine that erases a customer, and of the export of a customer's data."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.steps.erase import states
from patronage.steps.erase.exporting import export
from patronage.steps.erase.holdings import Stores
from patronage.stores.executions import begun
from patronage.stores.lake import Lake
from patronage.stores.raw import RawVersions
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _over(work: Callable[[Mapping[str, Any], Stores], dict[str, Any]]) -> Step:
    """Give a step all that an erasure reaches."""

    def step(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
        with closing(runtime.bucket(os.environ["PATRONAGE_RAW_BUCKET"])) as raw:
            stores = Stores(
                lake=Lake(store),
                shop=runtime.shop(),
                secret=runtime.erasure_secret(),
                table=_table(),
                raw=RawVersions(raw, client=runtime.client("s3")),
            )
            return work(event, stores)

    return step


def _export(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    live_runs = {family: entry.run_id for family, entry in _table().pointer().items()}
    return export(event["run_id"], Lake(store), runtime.shop(), live_runs=live_runs, now=_now())


def _table() -> ServingTable:
    return ServingTable(runtime.serving_table_name(), client=runtime.dynamodb())


def _runs() -> Sequence[datetime]:
    return begun(runtime.client("stepfunctions"), os.environ["PATRONAGE_RUN_MACHINES"].split(","))


def _now() -> datetime:
    return datetime.now(UTC)


STEPS: Mapping[str, Step] = {
    "find": _over(lambda event, stores: states.find(event["run_id"], event["round"], stores)),
    "erase": _over(lambda event, stores: states.erase(event["run_id"], event["part"], stores)),
    "left": _over(lambda event, stores: states.left(event["run_id"], stores, now=_now())),
    "going": _over(lambda event, stores: states.going(event["run_id"], stores, runs=_runs)),
    "verify": _over(lambda event, stores: states.verify(event["run_id"], stores)),
    "receipt": _over(lambda event, stores: states.receipt(event["run_id"], stores, now=_now())),
    "failed": _over(lambda event, stores: states.failed(event["run_id"], stores, now=_now())),
    "export": _export,
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of an erasure or export."""
    return runtime.run_step(event, STEPS)
