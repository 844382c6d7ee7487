"""`patronage generate`: a synthetic shop with known truth."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from patronage.cli.lines import console
from patronage.logic.synthetic import SyntheticShop
from patronage.steps.generate import FORMATS
from patronage.steps.generate import generate as write_shop


def generate(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")],
    customers: Annotated[int, typer.Option("--customers", help="Customers with an id.")] = 1_000,
    products: Annotated[int, typer.Option("--products", help="Products of the catalogue.")] = 200,
    days: Annotated[int, typer.Option("--days", help="Length of the history.")] = 365,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 7,
    start: Annotated[
        datetime, typer.Option("--start", formats=["%Y-%m-%d"], help="First day, UTC.")
    ] = datetime(2025, 1, 1),
    file_format: Annotated[str, typer.Option("--format", help=f"{' or '.join(FORMATS)}.")] = "csv",
) -> None:
    """Write a synthetic shop: orders, products, customers and events, and under truth/ what made them.

    Example: `patronage generate --customers 1000 --products 200 --days 365 --seed 7 --out shop`
    """
    shop = SyntheticShop(customers=customers, products=products, days=days, seed=seed, start=start.date())
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Customers", total=customers)
        rows = write_shop(
            shop, out, file_format=file_format, on_block=lambda done: progress.update(task, completed=done)
        )
    for name, count in rows.items():
        console.print(f"  wrote {out / name}.{file_format}: {count:,} rows")
    console.print(f"  the model and its parameters: {out / 'truth' / 'README.md'}")
