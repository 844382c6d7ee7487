"""What a deployed stack serves, and what stands for it beside a local lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patronage.cli.lakes import lake_of, open_lake
from patronage.cloud import Cloud, Stack, open_stack
from patronage.local.lakes import OpenLake
from patronage.local.runs import live_runs
from patronage.logic.serve.pointer import Entry
from patronage.steps.generation import model_of
from patronage.steps.manifest import Manifest
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from patronage.stores.objects import ObjectStore


@dataclass(frozen=True)
class Served:
    """A deployed stack, its lake, and its serving table."""

    stack: Stack
    opened: OpenLake
    table: ServingTable

    @property
    def figures(self) -> FiguresReader:
        """What reads the generations that are served."""
        return FiguresReader(self.table, ServingReader(self.table))


def open_served(name: str) -> Served:
    """Open a deployed stack; `NotFound` where there is none of that name."""
    stack = open_stack(Cloud(), name)
    table = stack.serving_table()
    return Served(stack, lake_of(stack), table)


def open_with_pointer(lake: Path, stack: str | None) -> tuple[OpenLake, Mapping[str, Entry]]:
    """Open a lake, and what is live of its models: of a local one the newest training run."""
    if stack is not None:
        served = open_served(stack)
        return served.opened, served.table.pointer()
    opened = open_lake(lake, None)
    return opened, newest_entries(opened, ("recommendations",))


def newest_entries(opened: OpenLake, families: Sequence[str]) -> dict[str, Entry]:
    """Return by family what would be live: of a local lake, where nothing is published, the newest run."""
    runs = live_runs(opened, families)
    return {family: _entry(family, run_id, opened.lake.store) for family, run_id in runs.items()}


def _entry(family: str, run_id: str, store: ObjectStore) -> Entry:
    manifest = Manifest.load(store, run_id)
    return Entry(
        run_id=run_id,
        shards_key="",
        as_of=manifest.as_of.isoformat(),
        created_at=manifest.created_at.isoformat(),
        published_at="",
        currency=manifest.shop.currency,
        model=model_of(store, run_id) if family == "recommendations" else {},
    )
