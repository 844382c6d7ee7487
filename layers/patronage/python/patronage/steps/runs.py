"""A run: what it is pinned to, and the engine over its pinned inputs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.queries import literal
from patronage.settings import Shop
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

MAX_LINES = 100_000_000
"""Order lines that one function carries in the time and the `/tmp` of a Lambda (DESIGN.md, section 2)."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a run reads: never a row that came later.

    Parameters
    ----------
    as_of : datetime
        Rows from this instant on are left out; every figure of the run is stated as of it.
    tables : dict
        Version of each lake table.
    champion : dict
        Name and version of the model that was live when the run began; empty where there was none.
    """

    run_id: str
    family: str
    as_of: datetime
    created_at: datetime
    tables: dict[str, dict[str, int]]
    shop: Shop
    lines: int
    champion: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> str:
        """The shop's day that ends at, or holds, `as_of`."""
        last = self.as_of - timedelta(microseconds=1)
        return last.astimezone(ZoneInfo(self.shop.timezone)).date().isoformat()

    @classmethod
    def load(cls, store: ObjectStore, run_id: str) -> Manifest:
        """Read a run's manifest."""
        values = read_json(store, f"runs/{run_id}/manifest.json")
        times = {name: datetime.fromisoformat(values[name]) for name in ("as_of", "created_at")}
        return cls(**{**values, **times, "shop": Shop.from_mapping(values["shop"])})

    def save(self, store: ObjectStore) -> None:
        """Write the manifest."""
        values = asdict(self) | {"as_of": self.as_of.isoformat(), "created_at": self.created_at.isoformat()}
        write_json(store, f"runs/{self.run_id}/manifest.json", values)


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
        ``run_id``, ``engine`` ("duckdb" or "too_large"), ``reason`` and ``lines``.
    """
    if lake.store.exists(f"runs/{run_id}/manifest.json"):
        manifest = Manifest.load(lake.store, run_id)
    else:
        manifest = _pin(run_id, family, lake, shop, now, champion or {})
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
) -> Manifest:
    orders = lake.snapshot("orders")
    with DuckEngine(shop) as engine:
        engine.stream(
            "stated", orders.select("SELECT COUNT(*) AS n, MAX(ordered_at) AS newest FROM snapshot")
        )
        stated = engine.row("SELECT n, CAST(shop_day(newest) AS VARCHAR) AS day FROM stated")
    if not stated["n"]:
        raise NotFound("the lake has no order line yet; upload an order file below raw/orders/ first")
    return Manifest(
        run_id=run_id,
        family=family,
        as_of=min(now, end_of_day(stated["day"], shop)),
        created_at=now,
        tables={"orders": {"version": orders.version}},
        shop=shop,
        lines=stated["n"],
        champion=champion,
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
