"""Sales of each month by product, category or fee: which figures a run keeps, and how they are laid out."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.sales import MOST_VALUES, period_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.logic.segments.cohorts import AsOf

    Row = dict[str, Any]

_MONEY = ("net_minor", "sale_minor", "cancellation_minor", "refund_minor")
_PIECES = ("items", "returned_items")
FIGURES = {
    "product": (*_MONEY, *_PIECES, "sale_lines"),
    "category": (*_MONEY, *_PIECES),
    "fee": ("net_minor", "line_count"),
}
"""What is kept of a month, by what the sales are laid out by; all of it adds up."""


def month_slices(rows: Iterable[Mapping[str, Any]], by: str, as_of: AsOf) -> list[Row]:
    """Lay out the months of each value, the one with the most money of the whole time first.

    Parameters
    ----------
    rows : iterable of mapping
        Of the query `sales_value_months`, in its order.
    by : str
        One of `FIGURES`.
    as_of : AsOf
        Marks the month that is still running.

    Returns
    -------
    list of dict
        ``value``, ``is_rest`` (all values after the first ones) and ``months``, the oldest first; of a month
        without a line of the value there is none.
    """
    return [
        {
            "value": months[0]["value"],
            "is_rest": place > MOST_VALUES,
            "months": [_month(row, FIGURES[by], as_of) for row in months],
        }
        for place, months in ((place, list(found)) for place, found in groupby(rows, key=itemgetter("place")))
    ]


def with_orders(
    slices: Iterable[Mapping[str, Any]],
    orders: Iterable[Mapping[str, Any]],
    named: Iterable[Mapping[str, Any]],
) -> list[Row]:
    """Add to the months of products their orders, and to each product its name and category.

    An order holds several products: of those that share the rest its figure is null.

    Parameters
    ----------
    slices : iterable of mapping
        As `month_slices` returns them.
    orders : iterable of mapping
        Rows of the query `sales_product_orders`.
    named : iterable of mapping
        The products of the whole time, with ``product_id``, ``name`` and ``category``.
    """
    counted = {(row["product_id"], row["begins"]): row["orders"] for row in orders}
    words = {row["product_id"]: {key: row[key] for key in ("name", "category")} for row in named}

    def orders_of(each: Mapping[str, Any], month: Mapping[str, Any]) -> int | None:
        return None if each["is_rest"] else counted.get((each["value"], month["begins"]), 0)

    return [
        {
            **each,
            **words[each["value"]],
            "months": [month | {"orders": orders_of(each, month)} for month in each["months"]],
        }
        for each in slices
    ]


def _month(row: Mapping[str, Any], figures: Iterable[str], as_of: AsOf) -> Row:
    label = period_label(date.fromisoformat(row["begins"]), "month", as_of)
    return label | {name: row[name] for name in figures}
