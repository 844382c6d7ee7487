"""Open the lake that a command works on: a local folder, or the one of a deployed stack."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cloud import Cloud, open_stack
from patronage.configuration import settings_file
from patronage.local.lakes import OpenLake, open_folder, shop_settings
from patronage.settings import Shop
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from patronage.cloud import Stack

LakeOption = Annotated[Path, typer.Option("--lake", help="Folder of the local lake.")]
StackOption = Annotated[
    str | None, typer.Option("--stack", help="Name of a deployed stack, whose lake is used instead.")
]
SettingsOption = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        help="TOML file with a [shop] table; without it patronage.toml, where this folder has one.",
    ),
]
CurrencyOption = Annotated[
    str | None, typer.Option("--currency", help="The shop's currency, an ISO 4217 code such as GBP.")
]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", help="The shop's time zone, such as Europe/London.")
]
StrictOption = Annotated[
    bool | None,
    typer.Option("--strict/--no-strict", help="Refuse a file whose form is in doubt; else it is only said."),
]
DayFirstOption = Annotated[
    bool | None,
    typer.Option("--day-first/--month-first", help="How dates are read that could be read both ways."),
]
DEFAULT_LAKE = Path("patronage-data")


def open_lake(folder: Path, stack: str | None) -> OpenLake:
    """Open an existing lake.

    Raises
    ------
    NotFound
        There is no lake in the folder, or no such stack.
    """
    return open_folder(folder) if stack is None else lake_of(open_stack(Cloud(), stack))


def chosen_shop(
    settings: Path | None,
    currency: str | None,
    timezone: str | None,
    *,
    lake: Path | None = None,
    **rules: Any,
) -> Shop:
    """Return a shop's settings: options, `--settings` or the file of this folder, or else a lake's own."""
    return shop_settings(settings_file(settings, Path()), currency, timezone, lake=lake, **rules)


def stated(**options: Any) -> dict[str, Any]:
    """Return the options of a call that were given."""
    return {name: value for name, value in options.items() if value is not None}


def lake_of(stack: Stack) -> OpenLake:
    """Open the lake of a deployed stack."""
    function = stack.cloud.client("lambda").get_function_configuration(
        FunctionName=stack.output("IngestFunctionName")
    )
    shop = Shop.from_json(function["Environment"]["Variables"]["PATRONAGE_SHOP"])
    store = stack.lake_store()
    atexit.register(store.close)  # what was staged holds customers
    table = stack.serving_table()
    return OpenLake(Lake(store), shop, {family: entry.run_id for family, entry in table.pointer().items()})
