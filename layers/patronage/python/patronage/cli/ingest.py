"""`patronage ingest`: take a shop's files into a local lake."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import (
    DEFAULT_LAKE,
    CurrencyOption,
    DayFirstOption,
    LakeOption,
    SettingsOption,
    StrictOption,
    TimezoneOption,
    chosen_shop,
    stated,
)
from patronage.cli.lines import console
from patronage.cli.progress import counting
from patronage.cli.upload_report import print_report
from patronage.errors import BadInput
from patronage.local.lakes import create_lake
from patronage.local.uploads import take_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from patronage.local.lakes import OpenLake


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Exports, as the shop system writes them.")],
    table: Annotated[
        str | None,
        typer.Option(
            "--table", help="What they hold: orders, products, customers, events, ratings, calendar."
        ),
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
    settings: SettingsOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    strict: StrictOption = None,
    day_first: DayFirstOption = None,
) -> None:
    """Take exports of a shop into a local lake: orders, products, customers, events, ratings, a calendar.

    What a file is, is told by its content. Options of one file stand beside it, in FILE.patronage.toml;
    --strict and --day-first go before them.

    Example: `patronage ingest orders.csv products.csv --currency GBP --timezone Europe/London`
    """
    opened = create_lake(lake, chosen_shop(settings, currency, timezone, lake=lake))
    problems = []
    for file in files:
        if len(files) > 1:
            console.print(str(file), markup=False, style="bold", soft_wrap=True)
        if problem := _ingest_one(file, opened, table, stated(strict=strict, day_first=day_first)):
            problems.append(problem)
    if problems:
        raise BadInput("\n".join(problems))


def _ingest_one(file: Path, opened: OpenLake, table: str | None, options: Mapping[str, Any]) -> str:
    """Ingest a file and print its report; return what kept it out of the lake, if anything did."""
    try:
        report = ingest_local(file, opened, table=table, options=options)
    except BadInput as exc:
        return str(exc)
    except PermissionError as exc:
        return f"{exc.filename}: {exc.strerror}"
    if report["state"] == "unreadable":
        return f"{file}: {report['problem']}"
    print_report(report, opened.shop)
    return f"{file} was refused whole; its report says why" if report["state"] == "refused" else ""


def ingest_local(
    file: Path,
    opened: OpenLake,
    *,
    table: str | None = None,
    options: Mapping[str, Any] | None = None,
    to: Console = console,
) -> dict[str, Any]:
    """Ingest a file of this machine, with its progress told to a console; what it holds is its version."""
    with counting(f"reading {file.name}", to) as progress:
        return take_in(file, opened, table=table, options=options, progress=progress)
