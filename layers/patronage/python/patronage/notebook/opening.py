"""Open a shop's folder, and find the orders that come with Patronage."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from patronage.cloud import repository
from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound
from patronage.local.lakes import create_lake, shop_settings
from patronage.notebook.shop import OpenShop
from patronage.settings import Shop

_BUNDLED = Path("data") / "online-retail-ii-2009-2010.parquet"


def open_shop(
    folder: str | Path,
    *,
    currency: str | None = None,
    timezone: str | None = None,
    settings: str | Path | None = None,
    **rules: Any,
) -> OpenShop:
    """Open a shop's folder, or make it; its currency and zone are kept for good.

    Parameters
    ----------
    folder : str or Path
        Where the lake and the runs lie.
    currency : str, optional
        ISO 4217 code of the shop's books; by default that of the settings, else the
        folder's, else EUR.
    timezone : str, optional
        IANA zone in which days are cut; by default that of the settings, else
        the folder's, else UTC.
    settings : str or Path, optional
        A settings file with a ``[shop]`` table.
    **rules
        Further settings by name, such as ``search_seconds=0``; they go before the file.

    Returns
    -------
    OpenShop
        The shop. Nothing is read or computed yet.

    Raises
    ------
    BadInput
        A setting is unknown or breaks its rule, or the folder was made with another currency or zone.
    NotFound
        pandas is not installed; Patronage itself does without it.

    Examples
    --------
    >>> import patronage
    >>> shop = patronage.open_shop("my-shop", currency="JPY", timezone="Asia/Tokyo")
    >>> shop.minor_per_unit
    1
    """
    if find_spec("pandas") is None:
        raise NotFound(
            "pandas is not installed, and what a shop tells comes in its frames: pip install pandas"
        )
    file, lake = None if settings is None else Path(settings), Path(folder)
    return OpenShop(create_lake(lake, shop_settings(file, currency, timezone, lake=lake, **rules)))


def bundled_orders(*, one_in: int = 1, folder: str | Path = ".") -> Path:
    """Return the file of real orders that comes with Patronage: Online Retail II, 2009-2010.

    They are half a million order lines of a British gift shop, in GBP and Europe/London (data/README.md).

    Parameters
    ----------
    one_in : int
        Take the orders of one customer in so many, always the same ones, and of as many guests, so that
        everything takes less time.
    folder : str or Path
        Where such a part is written.

    Returns
    -------
    Path
        A Parquet file that `OpenShop.ingest` takes.

    Raises
    ------
    BadInput
        one_in is below 1.
    NotFound
        What is installed comes without them.

    Examples
    --------
    >>> patronage.bundled_orders().name
    'online-retail-ii-2009-2010.parquet'
    >>> patronage.bundled_orders(one_in=40).name
    'one-in-40-online-retail-ii-2009-2010.parquet'
    """
    if one_in < 1:
        raise BadInput(f"one_in {one_in} must be at least 1: the orders of one customer in so many are taken")
    path = repository() / _BUNDLED
    if not path.is_file():
        raise NotFound(f"{path} is not there; run from a checkout of Patronage, or install a wheel of it")
    return path if one_in == 1 else _part_of(path, one_in, Path(folder))


def _part_of(orders: Path, one_in: int, folder: Path) -> Path:
    """Write a part; MD5 gives an id the same number everywhere, whatever its customer bought."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"one-in-{one_in}-{orders.name}"
    number = "CAST('0x' || SUBSTR(MD5(COALESCE(\"Customer ID\", Invoice)), 1, 8) AS BIGINT)"
    with DuckEngine(Shop(), threads=1) as engine:  # one thread writes the same bytes each time
        engine.scan("orders", [orders])
        engine.parquet(f"SELECT * FROM orders WHERE {number} % {one_in} = 0", part)
    return part
