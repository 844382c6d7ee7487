"""The documents of monitoring: those that a stack serves, or those of a run over a local lake made for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console

from patronage.cli.lakes import open_lake
from patronage.cli.lines import console
from patronage.cli.monitor import pinned_monitoring
from patronage.cli.progress import Stages
from patronage.cli.served import open_served
from patronage.cloud import explained
from patronage.logic.monitor.keys import document_key
from patronage.steps.analytics.monitoring import document_of
from patronage.steps.monitor.effectiveness import effectiveness
from patronage.steps.monitor.experiment_reports import experiment_reports
from patronage.steps.monitor.experiment_tables import experiment_tables
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.figures_reader import FiguresReader


Read = Callable[[str], dict[str, Any]]


def monitored(name: str, lake: Path, stack: str | None, *, is_quiet: bool) -> tuple[Read, Shop]:
    """Return what reads a document of a measure, "effectiveness" or "experiments", and the shop it is about.

    Nothing is printed meanwhile where `is_quiet`: JSON stands alone.

    Raises
    ------
    NotFound
        There is no such lake or stack, or the stack has not published a monitoring run yet.
    """
    if stack is not None:
        with explained():
            served = open_served(stack)
            return partial(_served, served.figures), served.opened.shop
    opened = open_lake(lake, None)
    with Stages(Console(quiet=True) if is_quiet else console).stage(f"Measure {name}"):
        run_id = pinned_monitoring(opened)
        if name == "effectiveness":
            effectiveness(run_id, opened.lake)
        else:
            experiment_tables(run_id, opened.lake)
            experiment_reports(run_id, opened.lake.store)
    return lambda document: read_json(opened.lake.store, document_key(run_id, document)), opened.shop


def _served(reader: FiguresReader, name: str) -> dict[str, Any]:
    """Read a document of the live run; `NotFound` says how to get it."""
    with explained():
        return document_of(reader, name, datetime.now(UTC))[0]
