"""A shop's lake in a folder of this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.configuration import Settings, read_settings
from patronage.errors import BadInput, NotFound
from patronage.logic.ingest.values import Rates
from patronage.settings import Shop
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SETTINGS_KEY = "shop.json"


@dataclass(frozen=True)
class OpenLake:
    """A lake, the settings of its shop, the folder of a local one, and the live runs of a deployed one."""

    lake: Lake
    shop: Shop
    live_runs: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


def open_folder(folder: Path) -> OpenLake:
    """Open the lake of a folder.

    Raises
    ------
    NotFound
        There is no lake in the folder.
    """
    store = FolderStore(folder)
    kept = _kept_shop(store)
    if kept is None:
        raise NotFound(f"{folder} holds no lake; make one with: patronage run --orders FILE --lake {folder}")
    return OpenLake(Lake(store), kept, folder=folder)


def create_lake(folder: Path, shop: Shop) -> OpenLake:
    """Open a local lake, or make it; its currency and zone are kept for good.

    Raises
    ------
    BadInput
        The lake was made with another currency or zone: its money and days would not add up with these.
    """
    store = FolderStore(folder)
    kept = _kept_shop(store) or shop
    is_other = (kept.currency, kept.timezone) != (shop.currency, shop.timezone)
    if is_other and Lake(store).snapshot("orders").version >= 0:
        raise BadInput(
            f"the lake {folder} is kept in {kept.currency} and {kept.timezone}, not {shop.currency} and "
            f"{shop.timezone}; name another folder with --lake, or give those settings"
        )
    store.write_bytes(_SETTINGS_KEY, shop.to_json().encode())
    return OpenLake(Lake(store), shop, folder=folder)


def shop_settings(
    settings: Path | None,
    currency: str | None,
    timezone: str | None,
    *,
    lake: Path | None = None,
    **rules: Any,
) -> Shop:
    """Read the settings file, or else those that a lake keeps, and let the options go before them."""
    kept = _kept_shop(FolderStore(lake)) if settings is None and lake is not None else None
    base = json.loads((kept or (read_settings(settings) if settings else Settings()).shop).to_json())
    chosen = {"currency": currency, "timezone": timezone, **rules}
    shop = Shop.from_mapping(base | {name: value for name, value in chosen.items() if value is not None})
    Rates.from_mapping(shop.rates)  # a wrong rate is told now, not at the first file
    return shop


def _kept_shop(store: FolderStore) -> Shop | None:
    """Return the settings that a folder's lake keeps; None where there is no lake."""
    return Shop.from_json(store.read_bytes(_SETTINGS_KEY).decode()) if store.exists(_SETTINGS_KEY) else None
