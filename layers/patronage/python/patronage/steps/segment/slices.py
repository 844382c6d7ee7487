"""Slices: put each customer into one, in an engine that is open over what a run pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.logic.queries import query
from patronage.logic.segments.slices import FIRST_PURCHASE, MOST_SLICES

if TYPE_CHECKING:
    from patronage.engines.base import Engine


def slice_customers(engine: Engine, by: str) -> dict[int, str]:
    """Make the table `slice_members` (customer_id, value, slice) and return each slice's value.

    It reads `orders`, or `customers` where that says it. Customers of whom nothing is said are absent.
    """
    source = "slice_by_first_purchase" if by in FIRST_PURCHASE else "slice_by_customer"
    engine.table("slice_values", query(source), by=by)
    engine.table("slice_members", query("slice_members"), most=MOST_SLICES)
    found = engine.rows(
        f"SELECT DISTINCT slice, value FROM slice_members WHERE slice < {MOST_SLICES} ORDER BY slice"
    )
    return {row["slice"]: row["value"] for row in found}
