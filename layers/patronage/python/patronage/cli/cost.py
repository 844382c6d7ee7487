"""`patronage cost`: what a month would cost, and what runs and recommendations did cost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.answers import JsonOption
from patronage.cli.cost_output import print_estimate, print_measured
from patronage.cli.lakes import CurrencyOption, SettingsOption, StackOption, TimezoneOption, chosen_shop
from patronage.cli.lines import aside, print_json, say
from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound
from patronage.logic.cost.estimate import estimate
from patronage.logic.cost.prices import list_prices
from patronage.logic.cost.volumes import Volumes
from patronage.logic.queries import query
from patronage.logic.tables import TABLES

if TYPE_CHECKING:
    from patronage.settings import Shop
    from patronage.stores.lake import Lake


def cost(
    customers: Annotated[int | None, typer.Option("--customers", min=0, help="Who have bought.")] = None,
    products: Annotated[int | None, typer.Option("--products", min=0, help="That are sold.")] = None,
    orders: Annotated[int | None, typer.Option("--orders", min=0, help="A month.")] = None,
    order_lines: Annotated[int | None, typer.Option("--order-lines", min=0, help="A month.")] = None,
    events: Annotated[int | None, typer.Option("--events", min=0, help="Posted a month.")] = None,
    lookups: Annotated[int | None, typer.Option("--lookups", min=0, help="Asked a month.")] = None,
    uploads: Annotated[int | None, typer.Option("--uploads", min=0, help="Files a month.")] = None,
    lake: Annotated[
        Path | None, typer.Option("--lake", help="Take the numbers that are not given from a local lake.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Take them from a file of orders; nothing of it is kept.")
    ] = None,
    plan: Annotated[
        int | None,
        typer.Option("--plan", metavar="CUSTOMERS", help="Plan for a shop of so many, however large."),
    ] = None,
    stack: StackOption = None,
    settings: SettingsOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate a month before deploying; with `--stack`, tell what runs and 1,000 recommendations cost.

    With `--plan`, tell what a month of a shop of any size costs, how long its runs take, and which limits of
    AWS it meets (docs/scale.md).

    Example: `patronage cost --customers 20000 --orders 8000 --lookups 1000000`

    Example: `patronage cost --stack Patronage`

    Example: `patronage cost --plan 100000000`
    """
    if plan is not None:
        from patronage.cli.cost_plan import print_plan
        from patronage.logic.scale.plan import plan as planned

        _show(planned(plan), print_plan, as_json=as_json)
        return
    if stack is not None:
        from patronage.cli.cost_measured import measured

        found = measured(stack)
        _show(found, print_measured, as_json=as_json)
        return
    if lake and file:
        raise BadInput("--lake and --file both say how much the shop has; give one of them")
    shop = chosen_shop(settings, currency, timezone)
    base = _of_lake(lake) if lake else _of_file(file, shop) if file else Volumes()
    volumes = base.stated(
        customers=customers,
        products=products,
        orders=orders,
        order_lines=order_lines,
        events=events,
        lookups=lookups,
        uploads=uploads,
    )
    _show(estimate(volumes, list_prices()), print_estimate, as_json=as_json)


def _show(found: dict[str, Any], print_it: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        print_it(found)


def _of_lake(folder: Path) -> Volumes:
    from patronage.cli.lakes import open_lake

    opened = open_lake(folder, None)
    return _counted(opened.lake, opened.shop, str(folder))


def _of_file(path: Path, shop: Shop) -> Volumes:
    """Ingest a file into a lake that is thrown away, and count it; tell which rows were refused."""
    from patronage.cli.ingest import ingest_local
    from patronage.cli.upload_report import refusals, refused_whole
    from patronage.local.lakes import create_lake

    with tempfile.TemporaryDirectory() as folder:
        opened = create_lake(Path(folder), shop)
        report = ingest_local(path, opened, table="orders", to=aside)
        if report["state"] == "unreadable":
            raise BadInput(f"{path}: {report['problem']}")
        reasons = [*refusals(report)]
        if not report["kept"]:
            why = (
                refused_whole(report)
                if report["state"] == "refused"
                else "no row was kept; give the numbers as options"
            )
            raise BadInput("\n".join((f"{path}: {why}", *reasons, *report.get("doubts", []))))
        for reason in reasons:
            say(reason, aside)
        return _counted(opened.lake, shop, str(path))


def _counted(lake: Lake, shop: Shop, place: str) -> Volumes:
    with DuckEngine(shop) as engine:
        for name in ("orders", "events"):
            table = lake.snapshot(name)
            if table.version < 0:
                engine.show_none(name, {column.name: column.type for column in TABLES[name].columns})
            else:
                engine.scan(name, table.files())
        counted = engine.row(query("volumes"))
    if not counted["lines"]:
        raise NotFound(f"{place} holds no sale to count; give the numbers as options")
    return Volumes.of_lake(counted)
