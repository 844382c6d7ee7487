"""`patronage ingest`: take a shop's files into a local lake."""

from __future__ import annotations

from datetime import UTC, datetime
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
    create_lake,
    shop_settings,
    stated,
)
from patronage.cli.lines import console
from patronage.cli.progress import counting
from patronage.cli.upload_report import print_report
from patronage.errors import BadInput
from patronage.steps.ingest import SIDECAR, Upload, content_of
from patronage.steps.ingest import ingest as ingest_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.cli.lakes import OpenLake

ANY_TABLE = "files"
"""Stands in a key where a table's name would stand."""


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

    Example: `patronage ingest orders.csv products.csv --currency EUR --timezone Europe/Berlin`
    """
    opened = create_lake(lake, shop_settings(settings, currency, timezone))
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
    file: Path, opened: OpenLake, *, table: str | None = None, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Ingest a file of this machine; what it holds is its version."""
    if not file.is_file():
        raise BadInput(f"{file} is no file; name an export of the shop")
    upload = as_upload(file, beside=opened.folder or Path(), table=table, options=options)
    with counting(f"reading {file.name}", console) as progress:
        return ingest_file(upload, opened.lake, opened.shop, now=datetime.now(UTC), progress=progress)


def as_upload(
    file: Path, *, beside: Path, table: str | None = None, options: Mapping[str, Any] | None = None
) -> Upload:
    """Describe a file of this machine as an upload.

    Its key holds its folder, so that files of one name in two folders are two objects: the path from where
    the lake's folder lies, or the whole path of a file elsewhere. Both stay the same whatever folder the
    command is called in.

    Parameters
    ----------
    file : Path
        The file.
    beside : Path
        The lake's folder.
    table : str, optional
        The canonical table that it is said to hold; without it no table's name may be read in the key.
    options : mapping, optional
        What this call alone states of the file.
    """
    sidecar = file.with_name(f"{file.name}{SIDECAR}")
    place, home = file.resolve(), beside.resolve().parent
    path = place.relative_to(home) if place.is_relative_to(home) else place.relative_to(place.anchor)
    return Upload(
        path=file,
        key=f"raw/{table or ANY_TABLE}/{path.as_posix()}",
        version=content_of(file),
        last_modified=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        sidecar=sidecar.read_bytes() if sidecar.is_file() else "",
        options=options or {},
    )
