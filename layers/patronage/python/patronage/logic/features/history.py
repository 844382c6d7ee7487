"""What the queries of features read: what had happened, and was known, of who is asked about.

Every query reads the same views, whoever asks. Of all customers (or products) at one instant a view has the
lake's rows up to it; of a table of asks it has the rows of each ask's customer up to that ask's own instant.
The rows of an ask share its `ask`: the id itself, or a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from patronage.logic.features.definition import ENTITIES
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.logic.features.definition import EntityName

ASKED = "features_asked"
"""Who is asked about: `ask`, `entity_id`, and in a table of asks `as_of`, `today` and `known_at`."""
TABLES: dict[EntityName, tuple[str, ...]] = {
    "customer": ("orders", "events", "customers", "products"),
    "product": ("orders", "events", "products"),
}
"""The lake's tables that the features of an entity read."""
AMONG: dict[EntityName, tuple[str, ...]] = {
    "customer": ("orders", "events", "customers"),
    "product": ("orders", "events", "products"),
}
"""The tables whose customers or products are known."""

_ORDER = (
    "line.order_id, line.customer_id, line.product_id, line.kind, line.net_minor, line.quantity, "
    "line.unit_price, line.discount, line.ordered_at, line.country, line.channel, line.day, "
    "line.kind = 'sale' AND line.net_minor > 0 AS is_purchase"
)
_EVENT = (
    "line.event_type, line.occurred_at, line.day, "
    "COALESCE('session ' || line.session_id, 'day ' || CAST(line.day AS VARCHAR)) AS visit"
)
_TIMES = {"orders": "ordered_at", "events": "occurred_at"}


class Instant(NamedTuple):
    """One instant for all.

    Parameters
    ----------
    as_of : datetime
        What happened at or after it is left out.
    today : str
        The shop's day that ends at, or holds, it.
    known_at : datetime, optional
        What was received later is left out; None where the tables hold nothing that is to be left out.
    """

    as_of: datetime
    today: str
    known_at: datetime | None = None


def history_views(
    entity: EntityName, reads: Sequence[str], instant: Instant | None, *, has_spans: bool = False
) -> dict[str, str]:
    """Write the views that queries read, by name.

    Parameters
    ----------
    entity, reads
        Whose features are asked for, and the names of the views.
    instant : Instant, optional
        One for all; None where `ASKED` has one an ask.
    has_spans : bool
        Whether each row of the lake's tables says from when to when its version of the table held, as
        `known_from` and `known_until`.
    """
    rows = _Rows(entity, instant, has_spans)
    written = {
        "order_history": lambda: rows.timed("orders", _ORDER),
        "event_history": lambda: rows.timed("events", _EVENT),
        "categorised_history": lambda: _categorised(rows),
        "customer_facts": lambda: rows.facts(
            "customers", "line.country, line.channel, line.accepts_marketing"
        ),
        "product_facts": lambda: rows.facts("products", "line.price, line.category"),
    }
    return {name: written[name]() for name in reads}


def known_sql(
    entity: EntityName, among: Sequence[str], instant: Instant | None, *, has_spans: bool = False
) -> str:
    """Write the query of the asks, each once, that are known: some row of a table was there."""
    rows = _Rows(entity, instant, has_spans)
    found = (
        rows.timed(table, "line.day") if table in _TIMES else rows.facts(table, "TRUE") for table in among
    )
    return " UNION ".join(f"SELECT DISTINCT ask FROM ({sql})" for sql in found)


class _Rows(NamedTuple):
    entity: EntityName
    instant: Instant | None
    has_spans: bool

    def timed(self, table: str, columns: str, *, beside: str = "") -> str:
        """Write the rows of a table of what happened, with the days from each to the instant."""
        time = _TIMES[table]
        source = f"(SELECT *, shop_day({time}) AS day FROM {table}) AS line"
        if self.instant is None:
            ask, today = "asked.ask", "asked.today"
            source = f"{ASKED} AS asked INNER JOIN {source} ON line.{self._id} = asked.entity_id {beside}"
            happened = f"line.{time} < asked.as_of"
        else:
            ask, today = f"line.{self._id}", f"DATE {literal(self.instant.today)}"
            source = f"{source} {beside}"
            happened = f"line.{self._id} IS NOT NULL AND line.{time} < {_instant(self.instant.as_of)}"
        return (
            f"SELECT {ask} AS ask, {columns}, DATE_DIFF('day', line.day, {today}) AS age_days "
            f"FROM {source} WHERE {happened}{self.known('line')}"
        )

    def facts(self, table: str, columns: str) -> str:
        """Write the rows of a table of how things are; one that says when it changed holds from then on."""
        as_of = "asked.as_of" if self.instant is None else _instant(self.instant.as_of)
        since = "(line.updated_at IS NULL OR line.updated_at < {0})"
        if table == "customers":
            since += " AND (line.created_at IS NULL OR line.created_at < {0})"
        if self.instant is None:
            ask, source = (
                "asked.ask",
                f"{ASKED} AS asked INNER JOIN {table} AS line ON line.{self._id} = asked.entity_id",
            )
        else:
            ask, source = f"line.{self._id}", f"{table} AS line"
        return f"SELECT {ask} AS ask, {columns} FROM {source} WHERE {since.format(as_of)}{self.known('line')}"

    def known(self, row: str) -> str:
        """Write the condition that a row was known."""
        if self.instant is not None:
            at = self.instant.known_at
            return "" if at is None else f" AND {row}.received_at <= {_instant(at)}"
        spans = (
            f" AND {row}.known_from <= asked.known_at AND asked.known_at < {row}.known_until"
            if self.has_spans
            else ""
        )
        return f" AND {row}.received_at <= asked.known_at{spans}"

    @property
    def _id(self) -> str:
        return ENTITIES[self.entity]


def _categorised(rows: _Rows) -> str:
    """Write the order lines with the category that was known of the product: what it is called, no event."""
    beside = f"LEFT JOIN products ON line.product_id = products.product_id{rows.known('products')}"
    return rows.timed("orders", f"{_ORDER}, products.category", beside=beside)


def _instant(at: datetime) -> str:
    return f"CAST({literal(at.isoformat())} AS TIMESTAMPTZ)"
