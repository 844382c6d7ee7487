"""Open the lake that a command works on: a local folder, or the one of a deployed stack."""

from __future__ import annotations

import atexit
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cloud import Cloud, open_stack
from patronage.errors import BadInput, NotFound
from patronage.logic.ingest.values import Rates
from patronage.settings import Shop
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.cloud import Stack

LakeOption = Annotated[Path, typer.Option("--lake", help="Folder of the local lake.")]
StackOption = Annotated[
    str | None, typer.Option("--stack", help="Name of a deployed stack, whose lake is used instead.")
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="TOML file with a [shop] table.", exists=False)
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
_SETTINGS_KEY = "shop.json"


@dataclass(frozen=True)
class OpenLake:
    """A lake, the settings of its shop, the folder of a local one, and the live runs of a deployed one."""

    lake: Lake
    shop: Shop
    live_runs: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


def open_lake(folder: Path, stack: str | None) -> OpenLake:
    """Open an existing lake.

    Raises
    ------
    NotFound
        There is no lake in the folder, or no such stack.
    """
    if stack is not None:
        return lake_of(open_stack(Cloud(), stack))
    store = FolderStore(folder)
    if not store.exists(_SETTINGS_KEY):
        raise NotFound(f"{folder} holds no lake; make one with: patronage run --orders FILE --lake {folder}")
    return OpenLake(Lake(store), Shop.from_json(store.read_bytes(_SETTINGS_KEY).decode()), folder=folder)


def create_lake(folder: Path, shop: Shop) -> OpenLake:
    """Open a local lake, or make it; its currency and zone are kept for good.

    Raises
    ------
    BadInput
        The lake was made with another currency or zone: its money and days would not add up with these.
    """
    store = FolderStore(folder)
    if store.exists(_SETTINGS_KEY):
        kept = Shop.from_json(store.read_bytes(_SETTINGS_KEY).decode())
        is_other = (kept.currency, kept.timezone) != (shop.currency, shop.timezone)
        if is_other and Lake(store).snapshot("orders").version >= 0:
            raise BadInput(
                f"the lake {folder} is kept in {kept.currency} and {kept.timezone}, not {shop.currency} and "
                f"{shop.timezone}; name another folder with --lake, or give those settings"
            )
    store.write_bytes(_SETTINGS_KEY, shop.to_json().encode())
    return OpenLake(Lake(store), shop, folder=folder)


def shop_settings(settings: Path | None, currency: str | None, timezone: str | None, **rules: Any) -> Shop:
    """Read the settings file and let the options go before it."""
    base = json.loads((Shop.from_toml(settings) if settings else Shop()).to_json())
    chosen = {"currency": currency, "timezone": timezone, **rules}
    shop = Shop.from_mapping(base | {name: value for name, value in chosen.items() if value is not None})
    Rates.from_mapping(shop.rates)  # a wrong rate is told now, not at the first file
    return shop


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
