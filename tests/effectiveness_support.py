"""A small shop whose storefront echoes the ids of answers: events and orders as SQL rows, hand-written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake_support import add_part
from patronage.logic.queries import literal
from patronage.logic.serve.recommendation_id import RecommendationId, write
from patronage.logic.tables import EVENTS, ORDERS
from patronage.settings import Shop
from patronage.steps.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.tables import Table
    from patronage.stores.lake import Lake

SHOP = Shop(currency="GBP", timezone="UTC")
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
"""Hours of events and orders count from here."""
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)


def at(hours: float) -> str:
    """Return an instant so many hours after the start."""
    return (START + timedelta(hours=hours)).isoformat()


def rid(nonce: int = 1, **parts: str) -> str:
    """Return the id of an answer of the model als, run g1, of three places: user, user, popular."""
    known = {"model": "als", "generation": "g1", "placement": "home", "rungs": "uup"}
    return write(RecommendationId(**{**known, **parts, "nonce": f"{nonce:08x}"}))


def event(kind: str, hours: float, **columns: Any) -> dict[str, Any]:
    """Return a row of events; `who` is a customer, `visit` a session, `of` the answer."""
    names = {"who": "customer_id", "visit": "session_id", "of": "recommendation_id", "product": "product_id"}
    row = {names.get(name, name): value for name, value in columns.items()}
    return {"event_type": kind, "occurred_at": at(hours), **row}


def line(order: str, hours: float, product: str, net: int, **columns: Any) -> dict[str, Any]:
    """Return a line of an order, by default a sale."""
    kind = columns.pop("kind", "sale")
    names = {"who": "customer_id"}
    row = {names.get(name, name): value for name, value in columns.items()}
    named = {"order_id": order, "product_id": product, "net_minor": net, "kind": kind}
    return {**named, "ordered_at": at(hours), "quantity": 1, "unit_price": 1, **row}


def sql_of(table: Table, rows: Iterable[dict[str, Any]]) -> str:
    """Write rows as SQL that selects every column of a table."""
    identity = table.identity[-1]
    named = ({identity: f"i{number}", **row} for number, row in enumerate(rows))
    return " UNION ALL ".join(f"SELECT {_cells(table, row)}" for row in named)


def fill(lake: Lake, events: list[dict[str, Any]], orders: list[dict[str, Any]], **pinned: Any) -> Manifest:
    """Write both tables and a run of monitoring that is pinned to them; return its manifest."""
    for table, rows in ((EVENTS, events), (ORDERS, orders)):
        add_part(Path(lake.store.uri(f"lake/{table.name}")), table, table.name, sql_of(table, rows))
    versions = {name: {"version": lake.snapshot(name).version} for name in ("events", "orders")}
    manifest = Manifest(
        **{
            "run_id": "run",
            "family": "monitoring",
            "as_of": AS_OF,
            "created_at": AS_OF,
            "tables": versions,
            "shop": SHOP,
            "lines": len(orders),
            **pinned,
        }
    )
    manifest.save(lake.store)
    return manifest


def _cells(table: Table, row: dict[str, Any]) -> str:
    cells = (f"CAST({_cell(row.get(each.name))} AS {each.type}) AS {each.name}" for each in table.columns)
    return ", ".join(cells)


def _cell(value: object) -> str:
    return "NULL" if value is None else literal(str(value))
