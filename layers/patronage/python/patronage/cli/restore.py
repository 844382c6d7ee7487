"""`patronage restore`: make live again what was live, where the serving table's pointer was lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from patronage.cli.lines import say
from patronage.cli.served import open_served
from patronage.cloud import explained
from patronage.errors import NotFound
from patronage.logic.monitor.machines import WHAT_OF
from patronage.steps.restore import restore as restored
from patronage.steps.stock import FAMILY, publish_products
from patronage.stores.operations import Operations

if TYPE_CHECKING:
    from patronage.cli.served import Served

_LOOKED_BACK = 100


def restore(
    stack: Annotated[str, typer.Option("--stack", help="Name of the deployed stack.", show_default=False)],
) -> None:
    """Make live again what was live, where the serving table's pointer was lost; what is live stays.

    Example: `patronage restore --stack Patronage`
    """
    now = datetime.now(UTC)
    with explained():
        served = open_served(stack)
        shop = served.opened.shop
        found = restored(
            {WHAT_OF[machine]: _succeeded(served, machine) for machine in WHAT_OF},
            store=served.opened.lake.store,
            table=served.table,
            now=now,
            keep_days=shop.keep_generation_days,
        )
        uploaded = _last_upload(served, FAMILY)
        if FAMILY not in served.table.pointer() and uploaded:
            products = publish_products(served.opened.lake, served.table, shop, now=now, as_of=uploaded)
            found[FAMILY] = products["generation"]
    if not found:
        say("the pointer names everything; nothing was to restore")
    for family, run_id in sorted(found.items()):
        say(f"{family}: {f'{run_id} is live again' if run_id else 'nothing whole was found; start a run'}")
    if found and not any(found.values()):
        again = f"patronage retrain segments --stack {stack}"
        raise NotFound(f"nothing that was live is left; start new runs, first: {again}")


def _succeeded(served: Served, machine: str) -> list[str]:
    arn = served.stack.output(f"{machine.capitalize()}StateMachineArn")
    newest = Operations(served.stack.cloud.client).executions(arn, most=_LOOKED_BACK)
    return [each.run_id for each in newest if each.status == "SUCCEEDED"]


def _last_upload(served: Served, table: str) -> datetime | None:
    """Return when the newest file of a table was uploaded; None for none."""
    pages = served.stack.cloud.client("s3").get_paginator("list_objects_v2")
    bucket = served.stack.output("RawBucketName")
    times = [
        each["LastModified"]
        for page in pages.paginate(Bucket=bucket, Prefix=f"raw/{table}/")
        for each in page.get("Contents", ())
    ]
    return max(times, default=None)
