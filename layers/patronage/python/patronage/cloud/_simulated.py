"""Fill a deployed stack with what visitors might have done, simulated from the orders that it holds."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.cloud._runs import upload_file, wait_for_report
from patronage.errors import RunFailed
from patronage.steps import experiments
from patronage.steps.simulate import simulate
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.cloud._session import Stack
    from patronage.settings import Shop
    from patronage.steps.simulate import Simulated

_BY = "patronage demo"


def upload_simulated(
    stack: Stack, shop: Shop, *, tables: Sequence[str] = ("products", "events")
) -> Simulated:
    """Simulate visits from the stack's orders, and wait until ingest has taken their events and products.

    Parameters
    ----------
    stack, shop
        Whose orders.
    tables : sequence of str
        What to upload; a shop that has a catalogue needs the events alone.

    Raises
    ------
    RunFailed
        Ingest refused a row.
    """
    with tempfile.TemporaryDirectory() as folder:
        with closing(stack.lake_store()) as store:
            simulated = simulate(Lake(store), shop, Path(folder) / "simulated")
        uploads = [
            upload_file(stack, path, table=table, name=f"simulated-{path.name}")
            for table, path in simulated.files.items()
            if table in tables
        ]
    for report in [wait_for_report(stack, each) for each in uploads]:
        if report["refused"] or report["state"] != "done":
            raise RunFailed(f"ingest refused {report['refused']:,} simulated rows of {report['key']}")
    return simulated


def keep_experiment(stack: Stack, simulated: Simulated, *, ended_at: datetime) -> None:
    """Keep the simulated experiment as one that ran then and is over, and the holdout since then."""
    table = stack.serving_table()
    wanted = {**simulated.experiment, "start": True}
    with closing(stack.lake_store()) as store:
        kept = experiments.create(wanted, store=store, table=table, now=simulated.started_at, by=_BY)
        experiments.stop(kept["experiment_id"], store=store, table=table, now=ended_at)
        share = {"share": simulated.holdout_share}
        experiments.hold_out(share, store=store, table=table, now=simulated.holdout_since, by=_BY)
