"""What the overview of a run is made of: who bought on which day, and what brought the money of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.overview_days import (
    COMPARED_DAYS,
    MOST_DAYS,
    MOST_EACH,
    pack_buyers,
    pack_values,
)
from patronage.steps.segment.product_names import product_names

if TYPE_CHECKING:
    from datetime import date

    from patronage.engines.base import Engine
    from patronage.logic.segments.cohorts import AsOf


def overview(engine: Engine, as_of: AsOf) -> dict[str, Any]:
    """Return the days of the overview, up to the last one that is over.

    Reads `sales_places`, `sales_buyers`, `sales_rows`, `orders` and `products`.

    Returns
    -------
    dict
        ``begun``: the day of the shop's first order. ``first`` and ``last``: the days that are kept; places
        are counted from ``first``. ``buyers``, as `pack_buyers` gives them; ``countries``, ``products`` and
        ``categories``, as `pack_values` does, with the ``name`` of a product; and in ``kept`` how many of how
        many there are.
    """
    begun: date = engine.row("SELECT MIN(day) AS day FROM sales_places")["day"]
    last = max(begun, as_of.complete_to - timedelta(days=1))
    first = max(begun, last - timedelta(days=MOST_DAYS - 1))
    buyers = engine.rows(
        query("overview_buyers"), since=first.isoformat(), until=last.isoformat(), most=MOST_DAYS
    )
    engine.table("product_sums", query("overview_product_sums"), **_compared(last))
    dimensions: dict[str, tuple[str, dict[str, Any], str]] = {
        "countries": (query("overview_country_days"), {}, "value_days"),
        "products": (query("overview_product_days"), {"most": MOST_EACH}, "product_sums"),
        "categories": (query("overview_category_days"), {}, "value_days"),
    }
    values: dict[str, list[dict[str, Any]]] = {}
    kept = {}
    for name, (sql, parameters, among) in dimensions.items():
        engine.table("value_days", sql, **parameters)
        rows = _kept(engine, first, last)
        values[name] = pack_values(rows, first)
        of_all = engine.row(f"SELECT COUNT(DISTINCT value) AS n FROM {among}")["n"]
        kept[name] = {"kept": len(values[name]), "of": of_all}
    names = product_names(engine, (each["value"] for each in values["products"]))
    for each in values["products"]:
        each["name"] = names[each["value"]]
    return {
        "begun": begun.isoformat(),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "buyers": pack_buyers(buyers, first, (last - first).days + 1),
        **values,
        "kept": kept,
    }


def _kept(engine: Engine, first: date, last: date) -> list[dict[str, Any]]:
    """Return the days of those values of `value_days` that are kept."""
    return engine.rows(query("overview_kept"), since=first.isoformat(), **_compared(last), most=MOST_EACH)


def _compared(last: date) -> dict[str, str]:
    """Return the spans that are compared: the newest days, and as many before."""
    recent = last - timedelta(days=COMPARED_DAYS - 1)
    return {
        "until": last.isoformat(),
        "recent": recent.isoformat(),
        "before": (recent - timedelta(days=COMPARED_DAYS)).isoformat(),
    }
