"""`patronage generate`: a synthetic shop with known truth, or visits simulated from a shop's real orders."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from patronage.cli.generate_visits import simulate_visits
from patronage.cli.lakes import CurrencyOption, SettingsOption, TimezoneOption, stated
from patronage.cli.lines import console
from patronage.errors import BadInput
from patronage.logic.synthetic import SyntheticShop
from patronage.steps.generate import FORMATS
from patronage.steps.generate import generate as write_shop

if TYPE_CHECKING:
    from collections.abc import Iterable


def generate(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")],
    orders: Annotated[
        Path | None,
        typer.Option(
            "--orders", help="A real order export, to simulate browsing, impressions and clicks from."
        ),
    ] = None,
    customers: Annotated[
        int | None, typer.Option("--customers", help="Customers with an id.", show_default="1000")
    ] = None,
    products: Annotated[
        int | None, typer.Option("--products", help="Products of the catalogue.", show_default="200")
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            help="Length of the history; with --orders, days before the last order that get visits.",
            show_default="365, with --orders 120",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 7,
    start: Annotated[
        datetime | None,
        typer.Option("--start", formats=["%Y-%m-%d"], help="First day, UTC.", show_default="2025-01-01"),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", help=f"{' or '.join(FORMATS)}.", show_default="csv, with --orders parquet"),
    ] = None,
    settings: SettingsOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
) -> None:
    """Write a synthetic shop: orders, products, customers and events, and under truth/ what made them.

    With --orders: write browsing, impressions and clicks simulated from real orders, each event marked as
    simulated, with an experiment and a catalogue of the products that were sold.

    Example: `patronage generate --customers 1000 --products 200 --days 365 --seed 7 --out shop`

    Example: `patronage generate --orders orders.csv --currency GBP --timezone Europe/London --out visits`
    """
    first_day = None if start is None else start.date()
    of_shop = stated(customers=customers, products=products, start=first_day)
    of_orders = stated(settings=settings, currency=currency, timezone=timezone)
    of_both = stated(days=days, file_format=file_format)
    if orders is None:
        _refuse(of_orders, "says how an order export is read; name one with --orders, or leave it out")
        _write_shop(out, seed=seed, **of_shop, **of_both)
    else:
        _refuse(
            of_shop, f"is of a synthetic shop, and the one of {orders} is real; leave it out, or --orders"
        )
        simulate_visits(orders, out, seed=seed, **of_orders, **of_both)


def _refuse(given: Iterable[str], why: str) -> None:
    """Refuse the first of the options that were given."""
    for name in given:
        raise BadInput(f"--{name} {why}")


def _write_shop(out: Path, *, file_format: str = "csv", **parameters: Any) -> None:
    shop = SyntheticShop(**parameters)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Customers", total=shop.customers)
        rows = write_shop(
            shop, out, file_format=file_format, on_block=lambda done: progress.update(task, completed=done)
        )
    for name, count in rows.items():
        console.print(f"  wrote {out / name}.{file_format}: {count:,} rows")
    console.print(f"  the model and its parameters: {out / 'truth' / 'README.md'}")
