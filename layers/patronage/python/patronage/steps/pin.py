"""Pin the inputs of a run, choose its engine, and open that engine over what was pinned."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput
from patronage.logic.queries import literal
from patronage.steps.manifest import Manifest
from patronage.steps.quality_index import open_breaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.settings import Shop
    from patronage.stores.lake import Lake

EMPTY_LAKE = "the lake has no order line yet; upload an order file below raw/orders/ first"
MAX_LINES = 100_000_000
"""Order lines that one function carries in the time and the `/tmp` of a Lambda (DESIGN.md, section 2)."""


def pin(
    run_id: str,
    family: str,
    lake: Lake,
    shop: Shop,
    *,
    now: datetime,
    champion: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Pin what a run reads and choose its engine; the same run id again gives the same answer.

    Returns
    -------
    dict
        ``run_id``, ``engine`` ("duckdb", "too_large", or "none" for an empty lake, of which no manifest is
        written), ``reason`` and ``lines``.
    """
    if lake.store.exists(f"runs/{run_id}/manifest.json"):
        manifest = Manifest.load(lake.store, run_id)
        if manifest.family != family:
            raise BadInput(f"run {run_id} is one of {manifest.family}; give a run of {family} another name")
    else:
        pinned = _pin(run_id, family, lake, shop, now, champion or {})
        if pinned is None:
            return {"run_id": run_id, "engine": "none", "reason": EMPTY_LAKE, "lines": 0}
        manifest = pinned
        manifest.save(lake.store)
    fits = manifest.lines <= MAX_LINES
    return {
        "run_id": run_id,
        "engine": "duckdb" if fits else "too_large",
        "reason": f"{manifest.lines:,} order lines, and one function carries {MAX_LINES:,}",
        "lines": manifest.lines,
    }


def _pin(
    run_id: str, family: str, lake: Lake, shop: Shop, now: datetime, champion: dict[str, str]
) -> Manifest | None:
    orders = lake.snapshot("orders")
    if orders.version < 0:
        return None
    with DuckEngine(shop) as engine:
        engine.stream(
            "stated", orders.select("SELECT COUNT(*) AS n, MAX(ordered_at) AS newest FROM snapshot")
        )
        stated = engine.row("SELECT n, CAST(shop_day(newest) AS VARCHAR) AS day FROM stated")
    if not stated["n"]:
        return None
    return Manifest(
        run_id=run_id,
        family=family,
        as_of=min(now, end_of_day(stated["day"], shop)),
        created_at=now,
        tables={"orders": {"version": orders.version}},
        shop=shop,
        lines=stated["n"],
        champion=champion,
        quality=open_breaches(lake.store, "orders"),
    )


def end_of_day(day: str, shop: Shop) -> datetime:
    """Return the instant at which a day of the shop's zone (``2025-03-30``) is over, in UTC."""
    midnight = datetime.fromisoformat(day) + timedelta(days=1)
    return midnight.replace(tzinfo=ZoneInfo(shop.timezone)).astimezone(UTC)


@contextmanager
def pinned_engine(manifest: Manifest, lake: Lake) -> Iterator[DuckEngine]:
    """Open an engine in which `orders` is what the manifest pins."""
    files = lake.snapshot("orders", manifest.tables["orders"]["version"]).files()
    with DuckEngine(manifest.shop) as engine:
        engine.scan("order_files", files)
        before = literal(manifest.as_of.isoformat())
        engine.connection.execute(
            f"CREATE VIEW orders AS FROM order_files WHERE ordered_at < CAST({before} AS TIMESTAMPTZ)"
        )
        yield engine
