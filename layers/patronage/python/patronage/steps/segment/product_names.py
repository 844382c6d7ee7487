"""What the products are called that a document of a run names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import literal, query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.engines.base import Engine


def product_names(engine: Engine, product_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of some products by their ids; reads `orders` and `products`."""
    wanted = sorted(set(product_ids))
    if not wanted:
        return {}
    rows = ", ".join(f"({literal(each)})" for each in wanted)
    engine.table("named_products", f"SELECT * FROM (VALUES {rows}) AS ids(product_id)")
    return {row["product_id"]: row["name"] for row in engine.rows(query("product_names"))}
