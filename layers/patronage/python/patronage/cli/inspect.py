"""`patronage inspect`: what a file is taken for, before it is ingested."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from patronage.cli.lines import console, say
from patronage.cli.outputs import print_rows
from patronage.errors import BadInput
from patronage.local.uploads import as_upload
from patronage.steps.ingest import load_options
from patronage.steps.ingest.inspection import inspect as inspect_file
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from patronage.steps.ingest.inspection import Inspection


def inspect(
    file: Annotated[Path, typer.Argument(help="An export, as the shop system writes it.")],
    table: Annotated[
        str | None, typer.Option("--table", help="What it should hold, such as orders; else any table.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=0, max=100, help="How many first rows to show.")] = 3,
    lake: LakeOption = DEFAULT_LAKE,
    settings: SettingsOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    strict: StrictOption = None,
    day_first: DayFirstOption = None,
) -> None:
    """Show what a file is taken for: its form, its dialect, the mapping, the first rows, and every doubt.

    Nothing is written. The lake's own dialects (`settings/dialects/*.toml` in its folder) are known.

    Example: `patronage inspect orders_export.csv --currency INR`
    """
    if not file.is_file():
        raise BadInput(f"{file} is no file; name an export of the shop")
    shop = chosen_shop(settings, currency, timezone)
    given = stated(strict=strict, day_first=day_first)
    upload = as_upload(file, beside=lake, table=table, options=given)
    options = load_options(upload, Lake(FolderStore(lake)))
    _print(inspect_file(upload, shop, options, now=datetime.now(UTC), rows=rows))


def _print(found: Inspection) -> None:
    print_rows(
        "Detected", ("What", "Found"), [(name, _shown(value)) for name, value in found.detected.items()]
    )
    if found.about:
        say(f"{found.about}")
    print_rows("Mapping", ("Column", "Made of"), list(found.mapping))
    if found.ignored:
        say(f"Not used: {', '.join(found.ignored)}")
    for number, row in enumerate(found.rows, start=1):
        rule = row.get("rule")
        title = f"Row {number}" + (f" refused: {rule}" if rule else "")
        cells = [(name, _shown(value)) for name, value in row.items() if name != "rule"]
        print_rows(title, ("Column", "Value"), cells)
    for sentence, count in found.refused.items():
        say(f"Refused, of the first part of the file: {count:,}: {sentence}")
    for doubt in found.doubts:
        say(f"Doubt: {doubt}")
    if not found.doubts:
        console.print("No doubts.")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return repr(value) if isinstance(value, str) and value != value.strip() else str(value)
