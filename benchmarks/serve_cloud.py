"""The demo's shop in a local cloud, served, for the benchmarks of serving."""

from __future__ import annotations

import atexit
import importlib.util
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.shared_data import ORDERS
from patronage.cloud import (
    MACHINES,
    MiniStack,
    deploy,
    open_api,
    repository,
    start_run,
    synthesise,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from patronage.settings import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from patronage.cloud import Api, Stack

SHOP = Shop(currency="GBP", timezone="Europe/London", search_seconds=0)
_RATE = "100000"


@dataclass(frozen=True)
class Served:
    """A deployed shop whose two runs have been published."""

    stack: Stack
    api: Api
    generation: str
    users: tuple[str, ...]

    @property
    def table(self) -> str:
        """The serving table's name."""
        return self.stack.output("ServingTableName")

    def client(self) -> Any:
        """Return a bare DynamoDB client of the same endpoint."""
        return self.stack.cloud.client("dynamodb")

    def item(self, key: str) -> dict[str, Any]:
        """Return an item as DynamoDB gives it; {} for none."""
        found: dict[str, Any] = self.client().get_item(TableName=self.table, Key={"pk": {"S": key}})
        return found.get("Item", {})


@cache
def served() -> Served:
    """Deploy, run and publish the demo's orders, once a process; the cloud ends with it."""
    stack = published(ORDERS, MACHINES)
    api = open_api(stack)
    _lift_rates(stack, api)
    return Served(stack, api, run_id("training"), users_of(stack, run_id("training")))


def published(orders: Path, machines: Iterable[str]) -> Stack:
    """Deploy to a cloud that ends with the process, ingest orders, and run machines side by side."""
    ministack = MiniStack(port=0)
    atexit.register(ministack.stop)
    stack = deploy(ministack.start(), synthesise(repository(), SHOP).folder)
    take_in(stack, orders)
    run(stack, {machine: run_id(machine) for machine in machines})
    return stack


def take_in(stack: Stack, orders: Path) -> None:
    """Upload a file of orders, and wait until it is ingested."""
    report = wait_for_report(stack, upload_file(stack, orders))
    if not report["kept"]:
        raise RuntimeError(f"ingest kept no order of {orders}: {report}")


def run(stack: Stack, run_ids: Mapping[str, str]) -> None:
    """Run machines side by side, each under a run id, to the end."""
    executions = {machine: start_run(stack, machine, name) for machine, name in run_ids.items()}
    wait_for_runs(stack, executions, on_state=lambda _: None)


def run_id(machine: str) -> str:
    """Return the name of a machine's run."""
    return f"bench-{machine}"


def handler(function: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Load a function's handler here, against the same endpoint, as a warm environment has it."""
    shop = served()
    os.environ |= {
        "AWS_ENDPOINT_URL": shop.stack.cloud.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PATRONAGE_SERVING_TABLE": shop.table,
        "PATRONAGE_LOCAL_SERVER_KEY": shop.api.key,
        "PATRONAGE_PATH_PARAMETERS": "decoded",
        "PATRONAGE_VISITOR_SECRET": shop.stack.output("VisitorSecretArn"),
        "PATRONAGE_SHOP": SHOP.to_json(),
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    path = repository() / "functions" / function / "handler.py"
    spec = importlib.util.spec_from_file_location(f"bench_{function}", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    context = _Context()
    return lambda event: module.handler(event, context)


class _Context:
    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "bench"


def _lift_rates(stack: Stack, api: Api) -> None:
    """Let as much through as comes: what is measured is our answers, not the throttle."""
    client = stack.cloud.client("apigateway")
    api_id = api.url.rsplit("/restapis/", 1)[1].split("/")[0]
    for plan in client.get_usage_plans()["items"]:
        changes = [("rateLimit", _RATE), ("burstLimit", _RATE)]
        client.update_usage_plan(
            usagePlanId=plan["id"],
            patchOperations=[
                {"op": "replace", "path": f"/throttle/{name}", "value": value} for name, value in changes
            ],
        )
    client.update_stage(
        restApiId=api_id,
        stageName="live",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": _RATE}
            for name in ("rateLimit", "burstLimit")
        ],
    )


def users_of(stack: Stack, run_id: str) -> tuple[str, ...]:
    """Return the customers that a run of training made lists for, in its order."""
    import duckdb

    store = stack.lake_store()
    path = store.staged(f"runs/{run_id}/recommendations/customers.parquet")
    rows = duckdb.sql(f"SELECT customer_id FROM '{path}' ORDER BY idx").fetchall()
    return tuple(customer_id for (customer_id,) in rows)
