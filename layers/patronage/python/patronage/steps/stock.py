"""Publish the shop's table of products after each upload: what is in stock, sold now, and at which price.

A generation is named after the version of the lake's table, so that whoever publishes a version writes the
same items. None is rolled back to, so a superseded one stays only as long as readers may remember it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import TryAgain
from patronage.logic.ingest.values import Rates, convert_sql
from patronage.logic.layout import SERVING
from patronage.logic.queries import literal, query
from patronage.logic.serve.catalogue import Stocked, pack_pages
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.pointer import Entry
from patronage.logic.tags import category_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from patronage.settings import Shop
    from patronage.stores.lake import Lake, Snapshot
    from patronage.stores.serving import ServingTable

FAMILY = "products"
_NAMED = f"{FAMILY}-"
_FLIP_ATTEMPTS = 5
_LOOKED_BACK = 100
"""So many versions before the live one are looked through for items that nobody reads any more."""
_KEPT = timedelta(days=1)
"""How long a superseded generation stays: readers remember one for an hour."""


def publish_products(
    lake: Lake, table: ServingTable, shop: Shop, *, now: datetime, as_of: datetime
) -> dict[str, Any]:
    """Make the newest version of the lake's products the live one.

    Repeating it is harmless, and makes up for one that died on its way. Of several at once the newest version
    stays live, and it is as of the newest upload.

    Parameters
    ----------
    lake : Lake
        Holds the products.
    table : ServingTable
        Where they are read.
    shop : Shop
        Its currency, rates and zone.
    now : datetime
        The instant of the call.
    as_of : datetime
        When the upload was last modified that this follows.

    Returns
    -------
    dict
        ``generation``, the one that is live now, and its ``as_of``; both empty for none.
    """
    snapshot = lake.snapshot("products")
    if not snapshot.contents():
        return {"generation": "", "as_of": ""}
    live = table.pointer().get(FAMILY)
    entry = Entry(
        run_id=f"{_NAMED}{snapshot.version}",
        shards_key="",
        as_of=as_of.astimezone(UTC).isoformat(),
        created_at=now.isoformat(),
        published_at=now.isoformat(),
        currency=shop.currency,
        layout=SERVING,
    )
    if live is None or _version_of(live) < snapshot.version:
        _write(entry, snapshot, table, shop, now)
    live = _flip(entry, table, now + _KEPT)
    _retire(live, table, int((now + _KEPT).timestamp()))
    return {"generation": live.run_id, "as_of": live.as_of}


def _write(entry: Entry, snapshot: Snapshot, table: ServingTable, shop: Shop, now: datetime) -> None:
    """Write a generation's items: first and last the one that says how many pages there are.

    So `_retire` finds each page that exists; and where it came while pages were still written, it finds them
    anew, since an item that is written again loses its end.
    """
    with DuckEngine(shop) as engine:
        _show_priced(engine, snapshot, shop, now)
        count = engine.row("SELECT COUNT(*) AS n FROM priced")["n"]
        pages = list(pack_pages(_stocked(engine)))
    meta = {"pk": _meta_key(entry.run_id), "pages": len(pages), "products": count, "as_of": entry.as_of}
    keys = _keys(entry.run_id, len(pages))
    table.put_all([meta])
    table.put_all([{"pk": key, "packed": page} for key, page in zip(keys, pages, strict=True)])
    table.put_all([meta])


def _show_priced(engine: DuckEngine, snapshot: Snapshot, shop: Shop, now: datetime) -> None:
    """Show the products with their price in the shop's currency, null where there is no rate today."""
    engine.scan("products", snapshot.files())
    currency = f"COALESCE(NULLIF(UPPER(TRIM(currency)), ''), {literal(shop.currency)})"
    today = f"shop_day(CAST({literal(now.isoformat())} AS TIMESTAMPTZ))"
    rates = Rates.from_mapping(shop.rates)
    price = convert_sql("price", currency, today, rates=rates, shop_currency=shop.currency)
    engine.run(f"CREATE VIEW priced AS SELECT *, {price} AS price_here FROM products")


def _stocked(engine: DuckEngine) -> Iterator[Stocked]:
    for chunk in engine.chunks(query("stocked_products")):
        for row in chunk:
            stocked = Stocked(*row)
            yield stocked._replace(category=category_path(stocked.category))


def _flip(entry: Entry, table: ServingTable, keep_until: datetime) -> Entry:
    """Point at an entry, unless its version or a newer one is live already; return what is live."""
    for _ in range(_FLIP_ATTEMPTS):
        live = table.pointer().get(FAMILY)
        as_of = entry.as_of if live is None else max(entry.as_of, live.as_of, key=datetime.fromisoformat)
        if live is None or _version_of(live) < _version_of(entry):
            following = replace(entry, as_of=as_of).over(live, keep_until=keep_until)
        elif as_of == live.as_of:
            return live
        else:  # the live version holds this upload too
            following = replace(live, as_of=as_of, version=live.version + 1)
        if table.point(FAMILY, following):
            return following
    raise TryAgain(f"the {FAMILY} pointer moved {_FLIP_ATTEMPTS} times; deliver the event again")


def _retire(live: Entry, table: ServingTable, at: int) -> None:
    """Let the generations before the live one end, those of writers who died before their flip as well."""
    last = _version_of(live)
    older = [f"{_NAMED}{version}" for version in range(max(0, last - _LOOKED_BACK), last)]
    found = table.get_all([_meta_key(generation) for generation in older])
    for generation in older:
        meta = found.get(_meta_key(generation))
        if meta and "expires_at" not in meta:
            table.expire(_keys(generation, meta["pages"]), at=at)
            table.expire([meta["pk"]], at=at)


def _meta_key(generation: str) -> str:
    return item_key("catalogue", generation, "meta")


def _keys(generation: str, pages: int) -> Sequence[str]:
    return [item_key("catalogue", generation, page) for page in range(pages)]


def _version_of(entry: Entry) -> int:
    return int(entry.run_id.removeprefix(_NAMED))
