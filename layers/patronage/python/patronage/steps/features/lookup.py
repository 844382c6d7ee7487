"""The features of one customer or product at any instant, from the lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.engines.duckdb import DuckEngine
from patronage.errors import LacksData
from patronage.logic.features import features_of
from patronage.steps.features.asks import asks_of
from patronage.steps.features.join import join_asks
from patronage.steps.pin import EMPTY_LAKE, end_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.logic.features.definition import EntityName
    from patronage.settings import Shop
    from patronage.stores.lake import Lake


class Looked(NamedTuple):
    """The values by feature, as of when, and whether the id was known then."""

    values: dict[str, Any]
    as_of: datetime
    is_known: bool


def look_up(
    entity_id: str,
    lake: Lake,
    shop: Shop,
    *,
    entity: EntityName = "customer",
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    names: Sequence[str] | None = None,
    now: datetime,
) -> Looked:
    """Compute the features of one customer or product.

    Parameters
    ----------
    entity_id, lake, shop, entity
        Of whom, and where.
    as_of : datetime, optional
        By default as a run pins it: now, or the end of the shop's day of the newest order.
    known_at : datetime, optional
        By what was known when; by default now.
    names : sequence of str, optional
        The features; by default all.
    now : datetime
        The instant of the call.
    """
    wanted = features_of(entity, names)
    with DuckEngine(shop) as engine:
        at = as_of or _newest(engine, lake, shop, now)
        asks_of(engine, entity_id, as_of=at, known_at=known_at or now)
        join_asks(engine, lake, entity, wanted, into="looked_up")
        row = engine.row("FROM looked_up")
    return Looked({feature.name: row[feature.name] for feature in wanted}, at, row["is_known"])


def parsed_instant(text: str, shop: Shop) -> datetime | None:
    """Return an instant as a join reads it; None for a text that is none."""
    with DuckEngine(shop) as engine:
        micros = engine.row(
            "SELECT CASE WHEN ISFINITE(instant) THEN EPOCH_US(instant) END AS micros "
            "FROM (SELECT TRY_CAST($text AS TIMESTAMPTZ) AS instant)",
            text=text,
        )["micros"]
    return None if micros is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _newest(engine: DuckEngine, lake: Lake, shop: Shop, now: datetime) -> datetime:
    orders = lake.snapshot("orders")
    if orders.version < 0:
        raise LacksData(EMPTY_LAKE)
    engine.stream("newest", orders.select("SELECT MAX(ordered_at) AS newest_at FROM snapshot"))
    day = engine.row("SELECT CAST(shop_day(newest_at) AS VARCHAR) AS day FROM newest")["day"]
    if day is None:
        raise LacksData(EMPTY_LAKE)
    return min(now, end_of_day(day, shop))
