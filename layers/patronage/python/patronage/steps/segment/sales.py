"""Sales: the shop's money from the order lines themselves, by time, place, product and calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.queries import query
from patronage.logic.segments.sales import (
    MOST_VALUES,
    by_period,
    by_value,
    sales_row,
    with_rest,
    with_what_is_left,
)
from patronage.logic.segments.sales_calendar import DaySeries, calendar_effects
from patronage.logic.segments.slices import CUSTOMER, checked_slice
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.cohorts import calendar_of
from patronage.steps.segment.overview import overview
from patronage.steps.segment.product_names import product_names
from patronage.steps.segment.sales_months import months_by, place_months
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.logic.segments.cohorts import AsOf
    from patronage.stores.lake import Lake


def totals(run_id: str, lake: Lake) -> dict[str, Any]:
    """Sum the shop's money from the order lines themselves."""
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake) as engine:
        found = engine.row(query("sales_totals"))
    write_json(lake.store, f"runs/{run_id}/metrics/totals.json", found)
    return {"net_minor": found["net_minor"]}


def sales(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the sales by week, month, country, channel, product and category, and the calendar beside.

    The keys are ``metrics/sales.json``, ``sales_calendar.json``, ``sales_days.parquet`` and
    ``sales_days.json`` (every day), ``sales_products.parquet`` (every product),
    ``sales_months_by_product.json`` (and by category, channel and fee: every month) and ``overview.json`` (by
    day, who bought and what brought the money) of the run.
    """
    manifest = Manifest.load(lake.store, run_id)
    as_of = calendar_of(manifest)
    with pinned_engine(manifest, lake, "products", "calendar") as engine:
        engine.show_none("slice_values", {"customer_id": "VARCHAR", "value": "VARCHAR"})
        _add_up(engine, manifest)
        engine.view("sales_places", "SELECT * FROM all_places")
        engine.view("sales_rows", query("sales_rows"))
        engine.table("sales_product_months", query("sales_product_months"))
        engine.table("sales_products", query("sales_products"))
        found = _breakdowns(engine, as_of) | _products(engine)
        effects = _calendar(engine, as_of)
        days = _write_days(engine, lake, run_id)
        shown = overview(engine, as_of)
        with lake.store.writing(f"runs/{run_id}/metrics/sales_products.parquet") as path:
            engine.parquet("FROM sales_products ORDER BY product_id", path)
        months = months_by(engine, found, as_of)
    for by, slices in months.items():
        laid_out = _headed(manifest) | {"by": by, "slices": slices}
        write_json(lake.store, f"runs/{run_id}/metrics/sales_months_by_{by}.json", laid_out)
    write_json(lake.store, f"runs/{run_id}/metrics/sales.json", _headed(manifest) | found)
    write_json(lake.store, f"runs/{run_id}/metrics/sales_calendar.json", _headed(manifest) | effects)
    write_json(lake.store, f"runs/{run_id}/metrics/sales_days.json", _headed(manifest) | {"days": days})
    write_json(lake.store, f"runs/{run_id}/metrics/overview.json", _headed(manifest) | shown)
    return {"net_minor": found["totals"]["net_minor"], "orders": found["totals"]["orders"]}


def sliced(run_id: str, lake: Lake, by: str = "country") -> dict[str, Any]:
    """Write the sales by month of each slice.

    Parameters
    ----------
    run_id, lake
        The run, and what it reads and writes.
    by : str
        One of `patronage.logic.segments.slices.SLICES`. Country and channel are those of each order here, so
        that guests have them too; the others are the customer's.

    Returns
    -------
    dict
        How many ``slices`` there are; the key is ``metrics/sales-by-country.json`` and the like.
    """
    manifest = Manifest.load(lake.store, run_id)
    as_of = calendar_of(manifest)
    with pinned_engine(manifest, lake, "customers") as engine:
        _value_customers(engine, checked_slice(by))
        _add_up(engine, manifest)
        slices = place_months(engine, by, as_of)
    headed = _headed(manifest) | {"by": by, "slices": slices}
    write_json(lake.store, f"runs/{run_id}/metrics/sales-by-{by}.json", headed)
    return {"by": by, "slices": len(slices)}


def _add_up(engine: Engine, manifest: Manifest) -> None:
    """Make the tables `all_places`, `sales_sums` and `sales_buyers` from `orders` and `slice_values`."""
    for name in ("sales_purchases", "sales_firsts", "sales_cells"):
        engine.table(name, query(name))
    engine.table("all_places", query("sales_places"), today=manifest.today)
    for name in ("sales_buyers", "sales_sums"):
        engine.table(name, query(name))
    engine.drop("sales_purchases")


def _value_customers(engine: Engine, by: str) -> None:
    """Make `slice_values`, which only slices by what the table `customers` says read."""
    if by in CUSTOMER:
        engine.table("slice_values", query("slice_by_customer"), by=by)
    else:
        engine.show_none("slice_values", {"customer_id": "VARCHAR", "value": "VARCHAR"})


def _headed(manifest: Manifest) -> dict[str, Any]:
    return {"as_of": manifest.as_of.isoformat(), "currency": manifest.shop.currency}


def _breakdowns(engine: Engine, as_of: AsOf) -> dict[str, Any]:
    (total,) = engine.rows(query("sales_by"), by="total")
    return {
        "totals": sales_row(total),
        "weeks": by_period(engine.rows(query("sales_by"), by="week"), "week", as_of),
        "months": by_period(engine.rows(query("sales_by"), by="month"), "month", as_of),
        "countries": by_value(engine.rows(query("sales_by"), by="country"), "country"),
        "channels": by_value(engine.rows(query("sales_by"), by="channel"), "channel"),
    }


def _products(engine: Engine) -> dict[str, Any]:
    top = engine.rows(query("sales_top_products"), most=MOST_VALUES)
    names = product_names(engine, (row["product_id"] for row in top))
    for row in top:
        row["name"] = names[row["product_id"]]
    whole = engine.row(query("sales_products_sum"))
    has_categories = engine.row("SELECT COUNT(category) AS n FROM products")["n"] > 0
    return {
        "products": with_what_is_left(top, whole),
        "categories": with_rest(engine.rows(query("sales_categories")), "category") if has_categories else [],
        "fees": with_rest(engine.rows(query("sales_fees")), "fee"),
        "stated": engine.rows(query("sales_stated")),
    }


def _calendar(engine: Engine, as_of: AsOf) -> dict[str, Any]:
    net = {
        row["day"]: row["net_minor"]
        for row in engine.rows(
            "SELECT day, CAST(SUM(net_minor) AS BIGINT) AS net_minor FROM sales_rows GROUP BY day"
        )
    }
    countries: dict[str, dict[date, int]] = {}
    for row in engine.rows(query("sales_country_days")):
        countries.setdefault(row["country"], {})[row["day"]] = row["net_minor"]
    entries = engine.rows("SELECT day, name, kind, value, country FROM calendar ORDER BY day, name, country")
    shop = DaySeries(first=min(net), last=as_of.complete_to - timedelta(days=1), net_minor=net)
    return calendar_effects(entries, shop, countries)


def _write_days(engine: Engine, lake: Lake, run_id: str) -> list[dict[str, Any]]:
    """Write the sales of each day as a table, and return its rows as plain values."""
    engine.table("sales_by_day", query("sales_by"), by="day")
    engine.view(
        "sales_days", "SELECT CAST(by_value AS DATE) AS day, * EXCLUDE (slice, by_value) FROM sales_by_day"
    )
    with lake.store.writing(f"runs/{run_id}/metrics/sales_days.parquet") as path:
        engine.parquet("FROM sales_days ORDER BY day", path)
    rows = engine.rows("FROM sales_days ORDER BY day")
    return [{**row, "day": row["day"].isoformat()} for row in rows]
