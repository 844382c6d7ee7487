"""What an order of Shopify or WooCommerce is worth, to the cent, by what the shop kept of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, adds_up, some

WOO = {
    "order_id": "500",
    "order_number": "500",
    "order_date": "2025-12-01 10:00:00",
    "status": "completed",
    "shipping_total": "0.00",
    "shipping_tax_total": "0.00",
    "fee_total": "0.00",
    "fee_tax_total": "0.00",
    "refunded_total": "0.00",
    "order_currency": "EUR",
    "customer_id": "7",
    "billing_email": "ann@example.com",
    "item_product_id": "11",
    "item_sku": "tea",
    "item_name": "Tea",
    "item_quantity": "2",
    "item_subtotal": "20.00",
    "item_total": "20.00",
    "item_total_tax": "0.00",
    "item_refunded": "0.00",
}
SECOND = {
    "item_sku": "cup",
    "item_name": "Cup",
    "item_quantity": "1",
    "item_subtotal": "10.00",
    "item_total": "10.00",
}
TAXED = {"item_total_tax": "4.00", "shipping_total": "5.00", "shipping_tax_total": "1.00"}
SECOND_TAXED = {**SECOND, "item_total_tax": "2.00"}

SHOPIFY = {
    "Name": "#1",
    "Email": "ann@example.com",
    "Created at": "2025-12-06 10:37:33 -0500",
    "Currency": "EUR",
    "Financial Status": "paid",
    "Subtotal": "20.00",
    "Shipping": "0.00",
    "Taxes": "0.00",
    "Total": "20.00",
    "Discount Amount": "0.00",
    "Refunded Amount": "0.00",
    "Cancelled at": "",
    "Lineitem quantity": "2",
    "Lineitem name": "Tea",
    "Lineitem price": "10.00",
    "Lineitem sku": "tea",
    "Lineitem discount": "0.00",
}


def written(usual: dict[str, str], *records: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, usual)
    writer.writeheader()
    writer.writerows({**usual, **record} for record in records)
    return text.getvalue()


@pytest.fixture(scope="module")
def kept_of_each(tmp_path_factory):
    """Ingest an export of many orders, once; return each one's net by kind in minor units."""
    done: dict[tuple[object, ...], dict[str, dict[str, int]]] = {}

    def run(usual: dict[str, str], number: str, records: dict[str, list[dict[str, str]]], **settings):
        asked = (number, *settings.items())
        if asked not in done:
            rows = [
                {number: f"#{place}", **row} for place, name in enumerate(records) for row in records[name]
            ]
            found = _net_of_each(written(usual, *rows), tmp_path_factory.mktemp("shop"), settings)
            done[asked] = {name: found[f"#{place}"] for place, name in enumerate(records)}
        return done[asked]

    return run


def _net_of_each(text: str, folder: Path, settings: dict[str, bool]) -> dict[str, dict[str, int]]:
    lake = Lake(FolderStore(folder / "lake"))
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    upload = Upload(path=path, key="raw/orders/a.csv", version="1", last_modified=NOW)
    report = ingest(upload, lake, Shop(**{"currency": "EUR", "timezone": "UTC", **settings}), now=NOW)
    assert adds_up(report)
    assert report["refused_by_rule"] == {}
    found: dict[str, dict[str, int]] = {}
    files = [str(path) for path in lake.snapshot("orders").files()]
    order = "COALESCE(refers_to, order_id)"
    rows = duckdb.read_parquet(files).aggregate(f"{order}, kind, SUM(net_minor)::BIGINT", f"{order}, kind")
    for order_id, kind, net in rows.fetchall():
        found.setdefault(order_id, {})[kind] = net
    assert sum(sum(nets.values()) for nets in found.values()) == report["net_minor"]
    return found


@pytest.fixture
def kept(lake: Lake, upload_text: Callable):
    """Ingest an export; return its net by kind in minor units, of the kinds that have lines."""

    def run(text: str, **settings) -> dict[str, int]:
        shop = Shop(**{"currency": "EUR", "timezone": "UTC", **settings})
        report = ingest(upload_text(text), lake, shop, now=NOW)
        assert adds_up(report)
        assert report["refused_by_rule"] == {}
        assert report["net_minor"] == sum(report["net_minor_by_kind"].values())
        assert report.get("unmatched_returns", {"lines": 0})["lines"] == 0
        return {
            kind: net for kind, net in report["net_minor_by_kind"].items() if report["kept_by_kind"][kind]
        }

    return run


WOO_ORDERS: dict[str, tuple[list[dict[str, str]], dict[str, int]]] = {
    "paid": ([{}], {"sale": 20_00}),
    "a fee is revenue": ([{"fee_total": "2.50"}], {"sale": 20_00, "fee": 2_50}),
    "a fee below zero is a discount": ([{"fee_total": "-2.50"}], {"sale": 20_00, "fee": -2_50}),
    "an item in part": (
        [{"item_refunded": "-4.00", "refunded_total": "4.00"}],
        {"sale": 20_00, "refund": -4_00},
    ),
    "an amount of no item": ([{"refunded_total": "5.00"}], {"sale": 20_00, "refund": -5_00}),
    "an amount of no item, with a fee": (
        [{"refunded_total": "5.00", "fee_total": "2.50"}],
        {"sale": 20_00, "refund": -5_00, "fee": 2_50},
    ),
    "an item, and an amount of none": (
        [{"item_refunded": "4.00", "refunded_total": "6.00"}, {**SECOND, "refunded_total": "6.00"}],
        {"sale": 30_00, "refund": -6_00},
    ),
    "all": ([{"status": "refunded", "refunded_total": "20.00"}], {"sale": 20_00, "refund": -20_00}),
    "all, by its status alone": ([{"status": "refunded"}], {"sale": 20_00, "refund": -20_00}),
    "all, item by item, once": (
        [{"status": "refunded", "refunded_total": "20.00", "item_refunded": "20.00"}],
        {"sale": 20_00, "refund": -20_00},
    ),
    "cancelled, and 5.00 of it kept": (
        [{"status": "cancelled", "refunded_total": "15.00"}],
        {"sale": 20_00, "refund": -15_00},
    ),
    **{
        status: ([{"status": status, "fee_total": "2.50", "shipping_total": "5.00"}], {"sale": 0})
        for status in ("pending", "on-hold", "failed", "cancelled", "trash", "checkout-draft", "wc-pending")
    },
    # 30.00 with 6.00 tax, shipping 5.00 with 1.00 tax: 42.00 were paid
    "taxed, all": (
        [{**TAXED, "refunded_total": "42.00"}, {**TAXED, **SECOND_TAXED, "refunded_total": "42.00"}],
        {"sale": 30_00, "refund": -30_00, "fee": 0},
    ),
    "taxed, an item with its tax": (
        [
            {**TAXED, "refunded_total": "12.00"},
            {**TAXED, **SECOND_TAXED, "refunded_total": "12.00", "item_refunded": "10.00"},
        ],
        {"sale": 30_00, "refund": -10_00, "fee": 0},
    ),
    # half of the 42.00: 15.00 goods, 2.50 shipping, 3.50 tax
    "taxed, an amount of no item": (
        [{**TAXED, "refunded_total": "21.00"}, {**TAXED, **SECOND_TAXED, "refunded_total": "21.00"}],
        {"sale": 30_00, "refund": -15_00, "fee": 0},
    ),
}
"""What may be written of an order, and its net by kind."""


@pytest.mark.parametrize("name", WOO_ORDERS)
@pytest.mark.parametrize("prices_include_tax", [False, True])
def test_woocommerce_orders_are_worth_what_the_shop_kept(kept_of_each, name, prices_include_tax):
    """Given one export of all of them."""
    records = {each: rows for each, (rows, _) in WOO_ORDERS.items()}

    worth = kept_of_each(WOO, "order_id", records, prices_include_tax=prices_include_tax)

    assert worth[name] == WOO_ORDERS[name][1]


@pytest.mark.parametrize("name", some(WOO_ORDERS, every=7))
@pytest.mark.parametrize("prices_include_tax", some([False, True], every=2))
def test_a_woocommerce_order_alone_is_worth_the_same(kept, name, prices_include_tax):
    records, net = WOO_ORDERS[name]
    assert kept(written(WOO, *records), prices_include_tax=prices_include_tax) == net


# Paid were 24.00 for goods, 6.00 for shipping and 3.00 for a fee; 20.00, 5.00 and 2.50 are before tax.
@pytest.mark.parametrize("prices_include_tax", [False, True])
@pytest.mark.parametrize(("count_shipping", "fees"), [(False, 2_50), (True, 7_50)])
def test_the_tax_of_woocommerce_is_not_taken_off_what_is_before_tax(
    kept, prices_include_tax, count_shipping, fees
):
    text = written(WOO, {**TAXED, "fee_total": "2.50", "fee_tax_total": "0.50"})

    net = kept(text, prices_include_tax=prices_include_tax, count_shipping=count_shipping)

    assert net == {"sale": 20_00, "fee": fees}


TILL = """
name = "till"
table = "orders"
[columns]
order_id = "Bon"
product_id = "Article"
quantity = "Pcs"
unit_price = "Price"
ordered_at = "Day"
[optional]
tax = "VAT"
"""


@pytest.mark.parametrize(
    ("key", "net"), [("", 16_40), ("prices_exclude_tax = false", 16_40), ("prices_exclude_tax = true", 20_00)]
)
def test_a_dialect_of_the_shop_says_whether_its_prices_hold_tax(kept, lake, key, net):
    lake.store.write_bytes("settings/dialects/till.toml", (key + TILL).encode())

    text = "Bon,Article,Pcs,Price,Day,VAT\n1,tea,2,10.00,2025-12-01,3.60\n"

    assert kept(text, prices_include_tax=True) == {"sale": net}


@pytest.mark.parametrize("prices_include_tax", [False, True])
def test_woocommerce_shipping_goes_back_with_the_order_where_it_counts(kept, prices_include_tax):
    paid = [{**TAXED, "status": "refunded"}, {**TAXED, **SECOND_TAXED, "status": "refunded"}]
    net = kept(written(WOO, *paid), count_shipping=True, prices_include_tax=prices_include_tax)
    assert net == {"sale": 30_00, "fee": 5_00, "refund": -35_00}


def test_woocommerce_exports_without_the_columns_of_the_whole_order_still_fit(kept):
    lacking = {"fee_total", "fee_tax_total", "shipping_tax_total", "refunded_total", "item_total_tax"}
    usual = {name: text for name, text in WOO.items() if name not in lacking}
    assert kept(written(usual, {"item_refunded": "4.00"}, SECOND)) == {"sale": 30_00, "refund": -4_00}


_CANCELLED = {"Cancelled at": "2025-12-08 09:00:00 -0500"}
SHOPIFY_ORDERS: dict[str, tuple[dict[str, str], dict[str, int]]] = {
    "paid": ({}, {"sale": 20_00}),
    "paid in part": ({"Financial Status": "partially_paid"}, {"sale": 20_00}),
    "back in part": (
        {"Financial Status": "partially_refunded", "Refunded Amount": "5.00"},
        {"sale": 20_00, "refund": -5_00},
    ),
    "back": (
        {"Financial Status": "refunded", "Refunded Amount": "20.00"},
        {"sale": 20_00, "refund": -20_00},
    ),
    "back, by its status alone": ({"Financial Status": "refunded"}, {"sale": 20_00, "refund": -20_00}),
    "cancelled, nothing back": (_CANCELLED, {"sale": 20_00}),
    "cancelled, and 5.00 of it kept": (
        {**_CANCELLED, "Financial Status": "partially_refunded", "Refunded Amount": "15.00"},
        {"sale": 20_00, "refund": -15_00},
    ),
    "cancelled and back": (
        {**_CANCELLED, "Financial Status": "refunded", "Refunded Amount": "20.00"},
        {"sale": 20_00, "cancellation": -20_00},
    ),
    **{
        status: (
            {"Financial Status": status, "Shipping": "4.50", "Total": "24.50", "Taxes": "2.00"},
            {"sale": 0},
        )
        for status in ("pending", "authorized", "expired", "voided")
    },
    "voided and cancelled": ({**_CANCELLED, "Financial Status": "voided"}, {"sale": 0}),
}


@pytest.mark.parametrize("name", SHOPIFY_ORDERS)
def test_shopify_orders_are_worth_what_the_shop_kept(kept_of_each, name):
    """Given one export of all of them."""
    records = {each: [row] for each, (row, _) in SHOPIFY_ORDERS.items()}

    worth = kept_of_each(SHOPIFY, "Name", records)

    assert worth[name] == SHOPIFY_ORDERS[name][1]


@pytest.mark.parametrize("name", some(SHOPIFY_ORDERS, every=7))
def test_a_shopify_order_alone_is_worth_the_same(kept, name):
    record, net = SHOPIFY_ORDERS[name]
    assert kept(written(SHOPIFY, record)) == net


def test_a_shopify_refund_of_a_cancelled_order_is_booked_when_it_was_cancelled(kept, lake):
    cancelled = {"Cancelled at": "2025-12-08 09:00:00 -0500", "Refunded Amount": "15.00"}
    kept(written(SHOPIFY, cancelled))
    assert days(lake, "refund") == ["2025-12-08"]


def test_an_order_that_is_paid_later_counts_from_then_on(kept):
    assert kept(written(WOO, {"status": "on-hold"})) == {"sale": 0}
    assert kept(written(WOO, {"status": "processing"})) == {"sale": 20_00}


def days(lake: Lake, kind: str) -> list[str]:
    files = [str(path) for path in lake.snapshot("orders").files()]
    found = duckdb.read_parquet(files).filter(f"kind = '{kind}'").aggregate("CAST(ordered_at AS DATE)")
    return [str(day) for (day,) in found.fetchall()]
