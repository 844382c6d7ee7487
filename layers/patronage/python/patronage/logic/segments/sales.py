"""Sales: the shop's money laid out by time, place and product; every breakdown sums to the same net."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.periods import label_of, number_of

if TYPE_CHECKING:
    from patronage.logic.segments.cohorts import AsOf

MOST_VALUES = 100
"""So many countries, channels, products and categories are shown; the others share a row."""

_NOT_ADDITIVE = ("customers", "new_customers", "returning_customers", "aov_minor")


def sales_row(row: dict[str, Any]) -> dict[str, Any]:
    """Add what follows from a row of the query `sales_by`, and leave out its keys.

    ``aov_minor`` is the net revenue divided by the orders, null without an order. ``new_customers`` bought on
    the day of their first purchase, ``returning_customers`` on a later one: in a row of more than a day one
    may be both, so that the two may add up to more than ``customers``.
    """
    figures = {name: value for name, value in row.items() if name not in {"slice", "by_value"}}
    return figures | {
        "aov_minor": row["net_minor"] / row["orders"] if row["orders"] else None,
    }


def by_period(rows: list[dict[str, Any]], period: str, as_of: AsOf) -> list[dict[str, Any]]:
    """Lay out weeks or months, the oldest first; the one that as_of lies in is marked."""
    ordered = sorted(rows, key=lambda each: each["by_value"])
    return [
        period_label(date.fromisoformat(row["by_value"]), period, as_of) | sales_row(row) for row in ordered
    ]


def period_label(begins: date, period: str, as_of: AsOf) -> dict[str, Any]:
    """Name a period by its first day, and say whether it is still running."""
    number = number_of(begins, period)
    return {
        period: label_of(number, period),
        "begins": begins.isoformat(),
        "is_running": as_of.is_running(number, period),
    }


def by_value(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Lay out countries or channels, the greatest first; null is where the order does not say."""
    ordered = sorted(
        rows, key=lambda row: (-row["net_minor"], row["by_value"] is None, row["by_value"] or "")
    )
    return with_rest([{name: row["by_value"], **sales_row(row)} for row in ordered], name)


def with_rest(rows: list[dict[str, Any]], name: str, *, most: int = MOST_VALUES) -> list[dict[str, Any]]:
    """Sum the rows after the first ones in one that is marked with `is_rest`, so that the sum stays the same.

    What cannot be summed, such as customers, is null in it.
    """
    shown = [row | {"is_rest": False} for row in rows[:most]]
    rest = rows[most:]
    if not rest:
        return shown
    summed = {
        key: None
        if key in _NOT_ADDITIVE or not isinstance(value, int | float)
        else sum(row[key] for row in rest)
        for key, value in rest[0].items()
    }
    return [*shown, summed | {name: None, "is_rest": True}]


def with_what_is_left(top: list[dict[str, Any]], whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Add to the top products, in one row that is marked with `is_rest`, what the others add up to.

    Parameters
    ----------
    top : list of dict
        The products that are shown.
    whole : dict
        The sums over all products, and how many ``products`` there are. What has no sum, such as orders,
        which hold several products, is null in the row.
    """
    shown = [row | {"is_rest": False} for row in top]
    if whole["products"] <= len(top):
        return shown
    left = {name: whole[name] - sum(row[name] for row in top) if name in whole else None for name in top[0]}
    return [*shown, left | {"is_rest": True}]
