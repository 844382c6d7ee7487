"""What a deployed stack serves, and what stands for it beside a local lake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.cli.lakes import OpenLake, open_lake
from patronage.cli.runs import run_of
from patronage.cloud import Cloud, Stack, open_stack
from patronage.errors import NotFound
from patronage.logic.serve.pointer import Entry
from patronage.steps.generation import model_of
from patronage.steps.manifest import Manifest
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Served:
    """A deployed stack, its lake, and its serving table."""

    stack: Stack
    opened: OpenLake
    table: ServingTable


def open_served(name: str) -> Served:
    """Open a deployed stack; `NotFound` where there is none of that name."""
    stack = open_stack(Cloud(), name)
    table = ServingTable(stack.output("ServingTableName"), client=stack.cloud.client("dynamodb"))
    return Served(stack, open_lake(Path(), name), table)


def pointer_of(opened: OpenLake, stack: str | None) -> Mapping[str, Entry]:
    """Return the pointer's entries; of a local lake, where nothing is published, the newest training run."""
    if stack is not None:
        return open_served(stack).table.pointer()
    try:
        run_id = run_of(opened, "recommendations")
    except NotFound:
        return {}
    manifest = Manifest.load(opened.lake.store, run_id)
    entry = Entry(
        run_id=run_id,
        shards_key="",
        as_of=manifest.as_of.isoformat(),
        created_at=manifest.created_at.isoformat(),
        published_at="",
        currency=manifest.shop.currency,
        model=model_of(opened.lake.store, run_id),
    )
    return {"recommendations": entry}
