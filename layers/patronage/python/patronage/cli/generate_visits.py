"""`patronage generate --orders`: visits simulated from an order export."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.cli.ingest import ingest_local
from patronage.cli.lakes import chosen_shop
from patronage.cli.lines import console
from patronage.cli.progress import Stages
from patronage.cli.upload_report import print_report, refused_whole
from patronage.errors import BadInput
from patronage.local.lakes import create_lake
from patronage.steps.simulate import checked, simulate

if TYPE_CHECKING:
    from patronage.steps.simulate import Simulated


def simulate_visits(
    orders: Path,
    out: Path,
    *,
    seed: int,
    settings: Path | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    **options: Any,
) -> None:
    """Read an order export into a lake that goes away again, simulate from it, and say what was written.

    Raises
    ------
    BadInput
        The file is none, or cannot be read as orders; or the simulation refuses an option.
    """
    if not orders.is_file():
        raise BadInput(f"{orders} is no file; name an order export with --orders")
    checked(out, seed=seed, **options)  # before the file is read, which takes longer
    shop = chosen_shop(settings, currency, timezone)
    with tempfile.TemporaryDirectory(prefix="patronage-simulate-") as folder:
        opened = create_lake(Path(folder), shop)
        report = ingest_local(orders, opened, table="orders")
        if report["state"] == "unreadable":
            raise BadInput(f"{orders}: {report['problem']}")
        print_report(report, shop)
        if report["state"] == "refused":
            raise BadInput(f"{orders} was {refused_whole(report)}")
        with Stages(console).stage("Simulate visits") as stage:
            simulated = simulate(opened.lake, shop, out, seed=seed, on_stage=stage.update, **options)
    _print(simulated, out)


def _print(simulated: Simulated, out: Path) -> None:
    told = simulated.told
    lines = [
        *(f"wrote {path}: {simulated.rows[name]:,} rows" for name, path in simulated.files.items()),
        f"from {told.begins:%Y-%m-%d} to {told.ends:%Y-%m-%d}: {told.visits:,} visits, {told.order_visits:,} "
        f"with an order; every event is marked as simulated",
        f"categories derived from titles: {told.category_share:.1%} of the order lines",
        f"the experiment {simulated.experiment['experiment_id']}: {out / 'experiment.json'}",
        f"the model and its parameters: {out / 'README.md'}",
    ]
    for line in lines:
        console.print(f"  {line}", markup=False, soft_wrap=True)
