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
    _hold_sets(engine)
    engine.table("customer_products", query("customer_products"))
    found: Products = {}
    for method, described in METHODS.items():
        engine.table(
            "segmented",
            f"SELECT segment_set, {described.column} AS group_id, customers FROM segment_sets "
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


def _hold_sets(engine: Engine) -> None:
    """Give each set of segments that customers are in, one of each method, a number.

    What a customer bought is then told apart by one number, whatever the method.
    """
    columns = ", ".join(method.column for method in METHODS.values())
    engine.table(
        "segment_sets",
        f"SELECT CAST(ROW_NUMBER() OVER (ORDER BY {columns}) AS INTEGER) AS segment_set, * "
        f"FROM (SELECT {columns}, COUNT(*) AS customers FROM customers_combined GROUP BY {columns}) AS told",
    )
    same = " AND ".join(
        f"customers_combined.{method.column} IS NOT DISTINCT FROM segment_sets.{method.column}"
        for method in METHODS.values()
    )
    engine.table(
        "customer_sets",
        "SELECT customers_combined.customer_id, segment_sets.segment_set "
        f"FROM customers_combined INNER JOIN segment_sets ON {same}",
    )
