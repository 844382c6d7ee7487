"""Pin the inputs of a run, choose its engine, and open that engine over what was pinned."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.engines.duckdb import DuckEngine
from patronage.engines.opening import open_engine
from patronage.errors import BadInput
from patronage.logic.queries import literal
from patronage.logic.said import said
from patronage.logic.segments import read_map
from patronage.logic.segments.options import MAP, SETTINGS, SegmentOptions
from patronage.logic.settings_text import text_of
from patronage.logic.tables import TABLES
from patronage.steps.engine_for import engine_for
from patronage.steps.manifest import Manifest
from patronage.steps.pin_promoted import promoted_manifest
from patronage.steps.quality_index import open_breaches
from patronage.steps.scanning import scan_snapshot
from patronage.stores.objects import read_if_there

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.engines.base import Engine
    from patronage.logic.said import Said
    from patronage.settings import Shop
    from patronage.stores.lake import Lake, Snapshot
    from patronage.stores.objects import ObjectStore

_EMPTY_LAKE = said("no_order_lines")
EMPTY_LAKE = _EMPTY_LAKE.text
_KNOWN_BEFORE = {
    "orders": "ordered_at < {as_of}",
    "events": "occurred_at < {as_of}",
    # What somebody thinks of a product holds, even where it is not said since when.
    "ratings": "rated_at < {as_of} OR rated_at IS NULL",
}


def pin(
    run_id: str,
    family: str,
    lake: Lake,
    shop: Shop,
    *,
    now: datetime,
    champion: dict[str, str] | None = None,
    live_runs: Mapping[str, str] | None = None,
    monitor: Mapping[str, Any] | None = None,
    variants: Mapping[str, dict[str, float]] | None = None,
    promote: Mapping[str, Any] | None = None,
    until: str | None = None,
    has_spark: bool = False,
    in_functions: bool = True,
) -> dict[str, Any]:
    """Pin what a run reads and choose its engine; the same run id again gives the same answer.

    Parameters
    ----------
    run_id, family
        The run, and "segments", "recommendations" or "monitoring".
    lake, shop
        What it reads, and the settings that it keeps to.
    now : datetime
        When it begins.
    champion : dict, optional
        Name and version of the model that is live.
    live_runs : mapping, optional
        By family the run that is live.
    monitor : mapping, optional
        The `MonitorOptions` of a run of monitoring, as plain values.
    variants : mapping, optional
        By name the weights of each list that arms of experiments need (`variants_of`).
    promote : mapping, optional
        A recorded version to train again instead, on what it read then (`read_promotion`).
    until : str, optional
        Day of the shop (``2026-01-31``) at whose end the run stops reading, if it knows later orders: so the
        customers of an earlier time are segmented.
    has_spark, in_functions : bool
        As of `choose_engine`.

    Returns
    -------
    dict
        ``run_id``, ``engine`` ("duckdb", "spark", "too_large", or "none" for an empty lake, of which no
        manifest is written), ``reason`` and ``lines``.

    Raises
    ------
    BadInput
        The run is one of another family, ``until`` is no day, or one before the first order, or the shop's
        settings are faulty.
    """
    if lake.store.exists(f"runs/{run_id}/manifest.json"):
        manifest = Manifest.load(lake.store, run_id)
        if manifest.family != family:
            raise BadInput(f"run {run_id} is one of {manifest.family}; give a run of {family} another name")
    else:
        pinned = (
            _pin_promoted(run_id, promote, lake, shop, now)
            if promote
            else _pin(run_id, family, lake, shop, now, until)
        )
        if pinned is None:
            return {"run_id": run_id, "engine": "none", **_EMPTY_LAKE.fields(), "lines": 0}
        rows, chosen = engine_for(lake, pinned.tables, has_spark=has_spark, in_functions=in_functions)
        manifest = replace(
            pinned,
            rows=rows,
            engine=chosen.engine,
            **chosen.why.fields("engine_reason"),
            champion={name: value for name, value in (champion or {}).items() if name != "variants"},
            live_runs=pinned.live_runs if promote else dict(live_runs or {}),
            monitor=dict(monitor or {}),
            variants=dict(variants or {}),
        )
        manifest.save(lake.store)
    return {
        "run_id": run_id,
        "engine": manifest.engine,
        "reason": manifest.engine_reason,
        "reason_code": manifest.engine_reason_code,
        "reason_values": manifest.engine_reason_values,
        "lines": manifest.lines,
    }


def pinned_by_another(run_id: str, other: Said) -> dict[str, Any]:
    """Return what `pin` answers where another run of the kind is going."""
    return {"run_id": run_id, "engine": "busy", **other.fields(), "lines": 0}


def pin_without_orders(run_id: str, family: str, lake: Lake, shop: Shop, *, now: datetime) -> None:
    """Pin every table that a lake has, as of now, for what needs no orders."""
    Manifest(
        run_id=run_id,
        family=family,
        as_of=now,
        created_at=now,
        tables=_beside(lake),
        shop=shop,
        lines=0,
    ).save(lake.store)


def _pin(
    run_id: str, family: str, lake: Lake, shop: Shop, now: datetime, until: str | None = None
) -> Manifest | None:
    orders = lake.snapshot("orders")
    stated = order_days(orders, shop)
    if stated is None or stated.oldest >= now:
        return None
    as_of = min(now, end_of_day(stated.last_day, shop))
    if until is not None:
        as_of = min(as_of, end_of_day(_checked_day(until, first=stated.first_day), shop))
    return Manifest(
        run_id=run_id,
        family=family,
        as_of=as_of,
        created_at=now,
        tables={"orders": {"version": orders.version}, **_beside(lake)},
        shop=shop,
        lines=stated.lines,
        has_simulated_events=_has_simulated(lake, shop, before=as_of),
        quality=open_breaches(lake.store, "orders"),
        segmentation=asdict(read_options(lake.store)) if family == "segments" else {},
    )


@dataclass(frozen=True)
class OrderDays:
    """How many order lines there are, the first instant, and the first and last day of the shop."""

    lines: int
    oldest: datetime
    first_day: str
    last_day: str


def order_days(orders: Snapshot, shop: Shop) -> OrderDays | None:
    """Return what a version of the orders spans; None where it holds none."""
    if orders.version < 0:
        return None
    with DuckEngine(shop) as engine:
        engine.stream(
            "stated",
            orders.select(
                "SELECT COUNT(*) AS n, MIN(ordered_at) AS oldest, MAX(ordered_at) AS newest FROM snapshot"
            ),
        )
        found = engine.row(
            "SELECT n, EPOCH_US(oldest) AS oldest, CAST(shop_day(oldest) AS VARCHAR) AS first_day, "
            "CAST(shop_day(newest) AS VARCHAR) AS last_day FROM stated"
        )
    if not found["n"]:
        return None
    oldest = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found["oldest"])
    return OrderDays(found["n"], oldest, found["first_day"], found["last_day"])


def _pin_promoted(run_id: str, asked: Mapping[str, Any], lake: Lake, shop: Shop, now: datetime) -> Manifest:
    """Pin what the version read, and note how much there is by now: monitoring tells new data from that."""
    pinned = promoted_manifest(run_id, asked, lake, now=now)
    present = _pin(run_id, pinned.family, lake, shop, now)
    return replace(pinned, lake_lines=present.lines if present else 0)


def _beside(lake: Lake) -> dict[str, dict[str, int]]:
    """Return the versions of the other tables that the lake has."""
    versions = {name: lake.snapshot(name).version for name in TABLES if name != "orders"}
    return {name: {"version": version} for name, version in versions.items() if version >= 0}


def _has_simulated(lake: Lake, shop: Shop, *, before: datetime) -> bool:
    """Say whether an event that a run reads was made up."""
    events = lake.snapshot("events")
    if events.version < 0 or not events.has_column("is_simulated"):
        return False
    made_up = (
        f"is_simulated AND occurred_at < CAST({literal(before.isoformat())} AS TIMESTAMP WITH TIME ZONE)"
    )
    with DuckEngine(shop) as engine:
        engine.stream("made_up", events.select(f"SELECT event_id FROM snapshot WHERE {made_up} LIMIT 1"))
        return bool(engine.row("SELECT COUNT(*) AS n FROM made_up")["n"])


def read_options(store: ObjectStore) -> SegmentOptions:
    """Read how the shop wants its customers segmented: `segments.toml` and `rfm_map.csv` of its settings.

    Raises
    ------
    BadInput
        One of them is faulty.
    """
    options = SegmentOptions.from_toml(read_if_there(store, SETTINGS))
    if not store.exists(MAP):
        return options
    text = text_of(store.read_bytes(MAP), MAP)
    read_map(text, place=MAP)
    return replace(options, rfm_map=text)


def _checked_day(until: str, *, first: str) -> str:
    """Return the day that a request names; the lake's first order may not be later."""
    try:
        day = date.fromisoformat(until).isoformat()
    except (TypeError, ValueError):
        raise BadInput(f"as_of {until!r} is no day; write it as in 2026-01-31") from None
    if day < first:
        raise BadInput(f"as_of {day} is before the lake's first order, which is of {first}; name a later day")
    return day


def end_of_day(day: str, shop: Shop) -> datetime:
    """Return the instant at which a day of the shop's zone (``2025-03-30``) is over, in UTC."""
    midnight = datetime.fromisoformat(day) + timedelta(days=1)
    return midnight.replace(tzinfo=ZoneInfo(shop.timezone)).astimezone(UTC)


@contextmanager
def pinned_engine(manifest: Manifest, lake: Lake, *tables: str) -> Iterator[Engine]:
    """Open an engine in which `orders` is what the manifest pins, and so is each other table that is named.

    A table that the lake does not have is empty. Of tables with a time, rows from `as_of` on are left out;
    of `products` and `customers`, which say how things are, and `calendar`, which looks ahead, none are.
    """
    with open_engine(manifest.shop) as engine:
        for name in ("orders", *tables):
            _show(name, manifest, lake, engine)
        yield engine


def _show(name: str, manifest: Manifest, lake: Lake, engine: Engine) -> None:
    table = TABLES[name]
    if name not in manifest.tables:
        engine.show_none(name, {column.name: column.type for column in table.columns})
        return
    scan_snapshot(f"{name}_files", lake.snapshot(name, manifest.tables[name]["version"]), engine)
    as_of = f"CAST({literal(manifest.as_of.isoformat())} AS TIMESTAMPTZ)"
    condition = _KNOWN_BEFORE.get(name, "TRUE").format(as_of=as_of)
    held = engine.columns(f"{name}_files")
    later = "".join(  # columns that came after all of these files
        f", CAST(NULL AS {each.type}) AS {each.name}" for each in table.columns if each.name not in held
    )
    engine.view(name, f"SELECT *{later} FROM {name}_files WHERE {condition}")
