"""Sales of each month by what else they are laid out by, so that a part of the time can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.sales import MOST_VALUES, by_period
from patronage.logic.segments.sales_months import month_slices, with_orders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.engines.base import Engine
    from patronage.logic.segments.cohorts import AsOf

    Slices = list[dict[str, Any]]


def months_by(engine: Engine, whole: Mapping[str, Any], as_of: AsOf) -> dict[str, Slices]:
    """Return the months by product, category, fee and channel.

    The values that have months of their own are those with the most money of the whole time, whatever the
    month, so that the rows of any months add up to their net. Reads `orders`, `products`,
    `sales_product_months`, `sales_products` and what `place_months` does, to whose table the view
    `sales_places` gives way.

    Parameters
    ----------
    whole : mapping
        The ``products`` and the ``categories`` of the whole time; of a catalogue without categories there are
        no months of them either.
    """
    slices = {
        by: month_slices(engine.rows(query("sales_value_months"), by=by, most=MOST_VALUES), by, as_of)
        for by in ("product", "category", "fee")
        if by != "category" or whole["categories"]
    }
    orders = engine.rows(query("sales_product_orders"), most=MOST_VALUES)
    engine.drop("sales_places")
    return {
        "category": [],
        **slices,
        "product": with_orders(slices["product"], orders, whole["products"]),
        "channel": place_months(engine, "channel", as_of),
    }


def place_months(engine: Engine, by: str, as_of: AsOf) -> Slices:
    """Return the months of each slice of the shop's rows, the one with the most money first.

    What is not said is a slice of its own, the last. Reads `all_places`, `sales_sums` and `sales_buyers`, and
    makes the table `sales_places`.
    """
    engine.table("sales_places", query("sales_sliced_places"), by=by, most=MOST_VALUES)
    named = engine.rows(f"SELECT DISTINCT slice, value FROM sales_places WHERE slice < {MOST_VALUES}")
    values = {row["slice"]: row["value"] for row in named}
    months = engine.rows(query("sales_by"), by="month")
    numbers = sorted({row["slice"] for row in months}, key=lambda number: (number < 0, number))
    return [
        {
            "value": values.get(number),
            "is_rest": number == MOST_VALUES,
            "months": by_period([row for row in months if row["slice"] == number], "month", as_of),
        }
        for number in numbers
    ]
