"""Whom an erasure is about, and which rows are theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.queries import literal
from patronage.steps.erase.requests import request_key
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.settings import Shop
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

_SESSIONS = """
SELECT session_id AS id FROM rows WHERE session_id IS NOT NULL GROUP BY session_id
HAVING BOOL_OR(COALESCE(customer_id = $id, FALSE))
AND NOT BOOL_OR(COALESCE(customer_id <> $id, FALSE)) ORDER BY id
"""
_ORDERS = """
WITH theirs AS (SELECT DISTINCT order_id AS id FROM rows WHERE customer_id = $id AND order_id IS NOT NULL),
others AS (SELECT order_id AS id FROM rows SEMI JOIN theirs ON order_id = id WHERE customer_id <> $id)
SELECT id FROM theirs ANTI JOIN others USING (id) ORDER BY id
"""
_NAMED_BY = {"session_ids": ("session_id", "visitor_id"), "order_ids": ("order_id", "refers_to")}
_TELLING_CHARACTERS = 4


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A customer.

    Parameters
    ----------
    customer_id : str
        The shop's id.
    session_ids : frozenset of str
        Visits in which nobody else was signed in: what was done in them before signing in is theirs, too.
    order_ids : frozenset of str
        Orders in which nobody else bought: what names one without a customer, such as a refund or a line of
        events, is theirs, too.
    """

    customer_id: str
    session_ids: frozenset[str] = field(default_factory=frozenset)
    order_ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def ids(self) -> frozenset[str]:
        """Every id that is the person's."""
        return frozenset((self.customer_id,)) | self.session_ids | self.order_ids

    def rows(self, columns: Collection[str]) -> str:
        """Write the condition that is true of this person's rows, of a relation of some columns; never null.

        Rows without a customer are theirs where the visit or the order is; a run's sessions have the visit in
        ``visitor_id``.
        """
        if "customer_id" not in columns:
            return "FALSE"
        theirs = f"COALESCE(customer_id = {literal(self.customer_id)}, FALSE)"
        for ids, names in _NAMED_BY.items():
            listed = ", ".join(map(literal, sorted(getattr(self, ids))))
            for name in names:
                if listed and name in columns:
                    theirs += f" OR (customer_id IS NULL AND COALESCE({name} IN ({listed}), FALSE))"
        return f"({theirs})"

    def cells(self, table: str) -> frozenset[str]:
        """Return what a cell of a row that cannot be cut into a table's columns may hold to be theirs.

        A visit or an order of few characters may stand there by chance, as the number of a product.
        """
        known = {"events": self.session_ids | self.order_ids, "orders": self.order_ids}
        telling = {each for each in known.get(table, ()) if len(each) >= _TELLING_CHARACTERS}
        return frozenset((self.customer_id, *telling))


def load_subject(store: ObjectStore, erasure_id: str) -> Subject:
    """Read whom an erasure is about.

    Raises
    ------
    NotFound
        There is no such erasure, or it is done.
    """
    request = read_json(store, request_key(erasure_id))
    return Subject(
        customer_id=request["customer_id"],
        session_ids=frozenset(request.get("session_ids", ())),
        order_ids=frozenset(request.get("order_ids", ())),
    )


def extend_subject(erasure_id: str, lake: Lake, shop: Shop) -> Subject:
    """Add to the request the visits and orders that the lake knows of; those found before stay."""
    key = request_key(erasure_id)
    request = read_json(lake.store, key)
    for name, table, sql in (("session_ids", "events", _SESSIONS), ("order_ids", "orders", _ORDERS)):
        found = {*request.get(name, ()), *_ids(lake, shop, table, sql, request["customer_id"])}
        request[name] = sorted(found)
    write_json(lake.store, key, request)
    return load_subject(lake.store, erasure_id)


def _ids(lake: Lake, shop: Shop, table: str, sql: str, customer_id: str) -> list[str]:
    try:
        files = lake.snapshot(table).files()
    except NotFound:
        return []
    if not files:
        return []
    with DuckEngine(shop) as engine:
        engine.scan("rows", files)
        return [row["id"] for row in engine.rows(sql, id=customer_id)]
