"""`patronage ingest`: take a shop's files into a local lake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import (
    DEFAULT_LAKE,
    CurrencyOption,
    LakeOption,
    SettingsOption,
    TimezoneOption,
    create_lake,
    shop_settings,
)
from patronage.cli.outputs import console, print_report
from patronage.cli.progress import counting
from patronage.errors import BadInput
from patronage.steps.ingest import SIDECAR, Upload, content_of
from patronage.steps.ingest import ingest as ingest_file

if TYPE_CHECKING:
    from patronage.cli.lakes import OpenLake


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
) -> None:
    """Take exports of a shop into a local lake: orders, products, customers, events, ratings, a calendar.

    What a file is, is told by its content. Options of one file stand beside it, in FILE.patronage.toml.

    Example: `patronage ingest orders.csv products.csv --currency EUR --timezone Europe/Berlin`
    """
    opened = create_lake(lake, shop_settings(settings, currency, timezone))
    unreadable = []
    for file in files:
        report = ingest_local(file, opened, table=table)
        if report["state"] == "unreadable":
            unreadable.append(f"{file}: {report['problem']}")
        else:
            print_report(report, opened.shop)
    if unreadable:
        raise BadInput("\n".join(unreadable))


def ingest_local(file: Path, opened: OpenLake, *, table: str | None = None) -> dict[str, Any]:
    """Ingest a file of this machine; what it holds is its version."""
    if not file.is_file():
        raise BadInput(f"{file} is no file; name an export of the shop")
    with counting(f"reading {file.name}", console) as progress:
        return ingest_file(
            as_upload(file, table=table), opened.lake, opened.shop, now=datetime.now(UTC), progress=progress
        )


def as_upload(file: Path, *, table: str | None = None) -> Upload:
    """Describe a file of this machine as an upload."""
    sidecar = file.with_name(f"{file.name}{SIDECAR}")
    return Upload(
        path=file,
        key=f"raw/{table}/{file.name}" if table else f"raw/{file.name}",
        version=content_of(file),
        last_modified=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        sidecar=sidecar.read_text(encoding="utf-8") if sidecar.is_file() else "",
    )
