"""Compute features of every customer or product, as of an instant and by what was known at another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.features import ENTITIES, QUERIES, features_of
from patronage.logic.features.history import AMONG, ASKED, Instant, history_views, known_sql
from patronage.logic.queries import query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.engines.base import Engine
    from patronage.logic.features import Feature
    from patronage.logic.features.definition import EntityName

_TODAY = (
    "SELECT CAST(shop_day(last) AS VARCHAR) AS today "
    "FROM (SELECT CAST($as_of AS TIMESTAMPTZ) - INTERVAL 1 MICROSECOND AS last)"
)


def compute_features(
    engine: Engine,
    *,
    entity: EntityName = "customer",
    names: Sequence[str] | None = None,
    as_of: datetime,
    known_at: datetime | None,
    into: str,
    among: Sequence[str] | None = None,
) -> None:
    """Make a table with a row for each customer or product that is known, and a column a feature.

    Parameters
    ----------
    engine : Engine
        Shows the lake's tables that features read as `orders`, `events`, `customers` and `products`.
    entity : {"customer", "product"}
        Of what.
    names : sequence of str, optional
        The features, in the order of their columns; by default all.
    as_of : datetime
        What happened at or after it is left out; an aware instant.
    known_at : datetime, optional
        Rows that were received later are left out; None where the tables hold none that are to be.
    into : str
        The table's name. Its first column is `customer_id` or `product_id`.
    among : sequence of str, optional
        The tables that tell who is known; by default all that name a customer or product. Only these, and
        those that the features read, need to be shown.

    Raises
    ------
    BadField
        A name is no feature of the entity.
    """
    wanted = features_of(entity, names)
    today = engine.row(_TODAY, as_of=as_of.isoformat())["today"]
    instant = Instant(as_of, today, known_at)
    known = known_sql(entity, among or AMONG[entity], instant)
    engine.table(ASKED, f"SELECT ask, ask AS entity_id, TRUE AS is_known FROM ({known})")
    reads = reads_of(wanted)
    for name, sql in history_views(entity, reads, instant).items():
        engine.view(name, sql)
    values_of_asks(engine, wanted, into=into, key=f"entity_id AS {ENTITIES[entity]}")
    forget(engine, reads)


def reads_of(wanted: Sequence[Feature]) -> list[str]:
    """Return the views that the queries of features read, each once."""
    queries = dict.fromkeys(feature.query for feature in wanted)
    return list(dict.fromkeys(view for name in queries for view in QUERIES[name].reads))


def values_of_asks(engine: Engine, wanted: Sequence[Feature], *, into: str, key: str) -> None:
    """Make the table of the features of all asks, from the views that are there.

    Parameters
    ----------
    engine, wanted
        Where the views are, and the features.
    into : str
        The table's name.
    key : str
        What of `features_asked` its first column is.
    """
    queries = list(dict.fromkeys(feature.query for feature in wanted))
    for name in queries:
        engine.table(name, query(name))
    columns = "".join(f", {_value(feature)} AS {feature.name}" for feature in wanted)
    joins = "".join(f" LEFT JOIN {name} ON {ASKED}.ask = {name}.ask" for name in queries)
    engine.table(into, f"SELECT {ASKED}.{key}{columns} FROM {ASKED}{joins}")
    for name in queries:
        engine.drop(name)


def forget(engine: Engine, views: Sequence[str]) -> None:
    """Drop what the queries read."""
    for name in views:
        engine.drop(name)
    engine.drop(ASKED)


def _value(feature: Feature) -> str:
    value = f"{feature.query}.{feature.name}"
    if feature.is_zero_if_none:
        value = f"COALESCE({value}, CASE WHEN {ASKED}.is_known THEN 0 END)"
    return f"CAST({value} AS {feature.type})"
