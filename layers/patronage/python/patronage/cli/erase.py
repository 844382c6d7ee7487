"""`patronage erase`: take a customer out of a local lake."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, open_lake
from patronage.cli.lines import console, say
from patronage.cli.outputs import print_rows
from patronage.cli.progress import Stages
from patronage.errors import BadInput
from patronage.steps.erase import states
from patronage.steps.erase.holdings import FIRST, KEPT, LAST, Stores
from patronage.steps.erase.requests import ask, status
from patronage.steps.erase.search import objects_that_mention
from patronage.stores.objects import FolderStore

_SECRET = "erasures/secret"  # noqa: S105 - where it lies
_SECRET_BYTES = 32

CustomerArgument = Annotated[
    str, typer.Argument(metavar="CUSTOMER_ID", help="The shop's id of the customer.")
]


def erase(customer_id: CustomerArgument, lake: LakeOption = DEFAULT_LAKE) -> None:
    """Erase a customer from a local lake: tables, their old versions, quarantine, runs, models, exports.

    The files that were ingested lie elsewhere and are left to their owner. Of a deployed shop the API erases:
    `DELETE /customers/{customer_id}`.

    Example: `patronage erase 12402 --lake patronage-data`
    """
    opened = open_lake(lake, None)
    stores = Stores(lake=opened.lake, shop=opened.shop, secret=_secret(opened.lake.store))
    begun = ask(
        stores.store, None, customer_id, secret=stores.secret, now=datetime.now(UTC), start=lambda *_: None
    )
    erasure_id = begun["erasure_id"]
    with Stages(console).stage("Erase the customer") as stage:
        for round_ in (FIRST, LAST):
            stage.update({FIRST: "rows", LAST: "old versions, runs and exports"}[round_])
            for part in states.find(erasure_id, round_, stores)["parts"]:
                states.erase(erasure_id, part["part"], stores)
            states.left(erasure_id, stores, now=datetime.now(UTC))
        states.verify(erasure_id, stores)
        states.receipt(erasure_id, stores, now=datetime.now(UTC))
        stage.update("look through every object")
        still = [key for key in objects_that_mention(stores.store, customer_id) if key != KEPT]
    receipt = status(stores.store, erasure_id)
    rows = [
        (name.replace("_", " "), f"{count:,} {what.replace('_', ' ')}")
        for name, counts in receipt["holdings"].items()
        for what, count in counts.items()
    ]
    print_rows("Erased", ("Where", "What went"), rows)
    say(f"receipt {erasure_id}")
    for note in receipt["notes"]:
        say(note)
    for key in still:
        console.print(f"{key} mentions the same text still: look whether it is somebody else's", markup=False)


def _secret(store: object) -> bytes:
    """Return the secret of a local lake; it is drawn at the first erasure."""
    if not isinstance(store, FolderStore):
        raise BadInput("a deployed shop erases by its API: DELETE /api/v1/customers/{customer_id}")
    if not store.exists(_SECRET):
        store.write_bytes(_SECRET, secrets.token_bytes(_SECRET_BYTES))
        (store.root / _SECRET).chmod(0o600)
    return store.read_bytes(_SECRET)
