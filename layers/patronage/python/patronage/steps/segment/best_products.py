"""What the customers of each segment bought for the most money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.methods import METHODS
from patronage.steps.segment.product_names import product_names

if TYPE_CHECKING:
    from patronage.engines.base import Engine

MOST_PRODUCTS = 20

Products = dict[str, dict[str, list[dict[str, Any]]]]


def best_products(engine: Engine) -> Products:
    """Return the best products by method and segment; reads `orders`, `products` and `customers_combined`.

    Returns
    -------
    dict
        Of each product ``product_id``, ``name``, ``net_minor`` and ``items`` of the segment's customers, how
        many of them are ``buyers``, their ``share_of_customers``, and ``lift``: that share by the share of
        buyers among all customers of the method.
    """
    engine.table("customer_products", query("customer_products"))
    found: Products = {}
    for method, described in METHODS.items():
        engine.table(
            "segmented",
            f"SELECT customer_id, {described.column} AS group_id FROM customers_combined "
            f"WHERE {described.column} IS NOT NULL",
        )
        found[method] = {}
        for row in engine.rows(query("segment_best_products"), most=MOST_PRODUCTS):
            found[method].setdefault(row.pop("segment_id"), []).append(row)
    rows = [row for segments in found.values() for listed in segments.values() for row in listed]
    names = product_names(engine, (row["product_id"] for row in rows))
    for row in rows:
        row["name"] = names[row["product_id"]]
    return found
