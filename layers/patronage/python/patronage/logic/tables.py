"""The canonical tables of the lake: columns, types and what each means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a canonical table; `type` is DuckDB's name of the type."""

    name: str
    type: str
    meaning: str


ORDERS = (
    Column("order_id", "VARCHAR", "the shop's id of the order, byte for byte"),
    Column("line", "VARCHAR", "the source's line id, else the position within the order"),
    Column("customer_id", "VARCHAR", "the shop's id of the customer; null for a guest"),
    Column("product_id", "VARCHAR", "the shop's id of the product, or a fee's code"),
    Column("description", "VARCHAR", "the product's name as the order line states it"),
    Column("quantity", "DECIMAL(18,4)", "pieces; negative where goods came back"),
    Column("unit_price", "DECIMAL(18,4)", "price of one piece in `currency`"),
    Column("discount", "DECIMAL(18,4)", "taken off the line, not negative, in `currency`"),
    Column("tax", "DECIMAL(18,4)", "tax of the line, beside the net figure"),
    Column("shipping", "DECIMAL(18,4)", "shipping of the line, beside the net figure"),
    Column("currency", "VARCHAR", "ISO 4217 code of the original amounts"),
    Column("net_minor", "BIGINT", "the line's net in the minor unit of the shop's currency"),
    Column("kind", "VARCHAR", "sale, cancellation, refund or fee"),
    Column("refers_to", "VARCHAR", "the order that a refund or cancellation refers to"),
    Column("ordered_at", "TIMESTAMPTZ", "when the line was booked, UTC"),
    Column("country", "VARCHAR", "the country as the source writes it"),
    Column("channel", "VARCHAR", "where the order came from, such as web or shop"),
    Column("updated_at", "TIMESTAMPTZ", "the source's own time of the row's last change"),
    Column("has_line_id", "BOOLEAN", "whether `line` is the source's own id"),
    Column("received_at", "TIMESTAMPTZ", "when the object that holds the row was last modified"),
    Column("object_key", "VARCHAR", "the object's key"),
    Column("object_id", "VARCHAR", "the object's id, which names its ingest report"),
)

SOURCE_COLUMNS = tuple(
    column.name
    for column in ORDERS
    if column.name not in {"net_minor", "has_line_id", "received_at", "object_key", "object_id"}
)
"""The columns of `orders` that a source file can supply."""

KINDS = ("sale", "cancellation", "refund", "fee")
