"""Shopify's exports: what an order is worth, whatever happened to it, and that it names its products."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from export_support import records, rows, taken_in

from patronage.settings import Shop
from patronage.steps.ingest import ingest
from patronage.stores.lake import Lake
from tests_support import NOW, adds_up, shared

EXPORTS = "shop-exports"


def test_shopify_lines_add_up_to_the_subtotal_of_their_order(lake: Lake):
    path = shared(f"{EXPORTS}/shopify/orders_export.csv")
    taken_in(path, lake, Shop(currency="INR", timezone="UTC"))

    subtotals = {row["Name"]: Decimal(row["Subtotal"]) for row in records(path) if row["Subtotal"]}
    taxes = {row["Name"]: Decimal(row["Taxes"]) for row in records(path) if row["Subtotal"]}
    nets = rows(lake, "orders", "SELECT order_id, SUM(net_minor), SUM(tax) FROM t GROUP BY ALL")

    assert {order: Decimal(int(net)) / 100 for order, net, _ in nets} == subtotals
    assert {order: tax for order, _, tax in nets} == taxes


def test_shopify_orders_name_the_products_of_a_product_export(lake: Lake, ingest_text: Callable[..., dict]):
    products = (
        "Handle,Title,Option1 Name,Option1 Value,Option2 Value,Option3 Value,Variant SKU,Variant Price\n"
    )
    products += (
        "pot,Clay Pot,Size,Large,Red,,,5.00\npot,,,Small,Red,,,4.00\ncup,Cup,Title,Default Title,,,CUP-1,3\n"
    )
    ingest_text(products, key="raw/products/p.csv")
    ingest_text(shopify(names=["Clay Pot - Small / Red", "Cup"], skus=["", "CUP-1"]), key="raw/orders/o.csv")

    sold = {row[0] for row in rows(lake, "orders", "SELECT product_id FROM t WHERE kind = 'sale'")}
    known = {row[0] for row in rows(lake, "products", "SELECT product_id FROM t")}

    assert sold == {"Clay Pot - Small / Red", "CUP-1"}
    assert known == {*sold, "Clay Pot - Large / Red"}


def shopify(
    *,
    names: list[str] | None = None,
    skus: list[str] | None = None,
    quantities: tuple[int, ...] = (1, 2),
    prices: tuple[str, ...] = ("10.00", "5.00"),
    line_discounts: tuple[str, ...] = ("0.00", "0.00"),
    **order: str,
) -> str:
    """Write one Shopify order of two items."""
    first = {
        "Financial Status": "paid",
        "Subtotal": "20.00",
        "Shipping": "0.00",
        "Taxes": "0.00",
        "Total": "20.00",
        "Discount Amount": "0.00",
        "Refunded Amount": "0.00",
        "Cancelled at": "",
        "Currency": "GBP",
        **order,
    }
    header = ["Name", "Email", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"]
    header += ["Lineitem sku", "Lineitem discount", *first]
    lines = [",".join(header)]
    named, coded = names or ["A", "B"], skus or ["a", "b"]
    for number in range(2):
        cells = ["#1", "ann@example.com", "2025-12-06 10:37:33 -0500", str(quantities[number]), named[number]]
        cells += [prices[number], coded[number], line_discounts[number]]
        lines.append(",".join([*cells, *(first.values() if number == 0 else [""] * len(first))]))
    return "\n".join(lines) + "\n"


def test_a_shopify_order_discount_is_spread_over_the_items_and_nothing_of_it_is_lost(
    lake: Lake, ingest_text: Callable[..., dict]
):
    text = shopify(
        prices=("10.00", "3.33"),
        line_discounts=("1.00", "0.00"),
        **{"Subtotal": "12.00", "Discount Amount": "4.66", "Total": "12.00"},
    )

    report = ingest_text(text)

    assert report["net_minor"] == 12_00
    found = rows(lake, "orders", "SELECT product_id, discount, net_minor FROM t ORDER BY line")
    # 15.66 - 12.00 = 3.66 over 9.00 and 6.66: 2.10 and 1.56
    assert found == [("a", Decimal("3.1000"), 690), ("b", Decimal("1.5600"), 510)]


def test_shopify_shipping_counts_only_where_the_shop_counts_it(lake: Lake, ingest_text: Callable[..., dict]):
    report = ingest_text(shopify(Shipping="4.50", Total="24.50"))

    assert report["kept_by_kind"] == {"sale": 2, "cancellation": 0, "refund": 0, "fee": 1}
    assert report["net_minor"] == 20_00
    fee = rows(lake, "orders", "SELECT product_id, shipping, customer_id FROM t WHERE kind = 'fee'")
    assert fee == [("SHIPPING", Decimal("4.5000"), "ann@example.com")]


@pytest.mark.parametrize(
    ("count_shipping", "prices_include_tax", "total"),
    [
        (False, False, "28.50"),
        (True, False, "28.50"),
        (False, True, "24.50"),
        (True, True, "24.50"),
    ],
)
def test_a_shopify_order_that_is_paid_back_whole_is_worth_nothing_by_any_rule(
    count_shipping: bool, prices_include_tax: bool, total: str, lake: Lake, upload_text: Callable
):
    text = shopify(Shipping="4.50", Taxes="4.00", Total=total, **{"Refunded Amount": total})
    shop = Shop(
        currency="GBP",
        timezone="Europe/London",
        count_shipping=count_shipping,
        prices_include_tax=prices_include_tax,
    )

    report = ingest(upload_text(text), lake, shop, now=NOW)

    assert report["kept_by_kind"] == {"sale": 2, "cancellation": 0, "refund": 1, "fee": 1}
    assert report["net_minor"] == 0
    assert rows(lake, "orders", "SELECT refers_to FROM t WHERE kind = 'refund'") == [("#1",)]


def test_a_shopify_order_that_is_paid_back_in_part_loses_that_part(ingest_text: Callable[..., dict]):
    report = ingest_text(shopify(**{"Refunded Amount": "5.00", "Financial Status": "partially_refunded"}))

    assert report["net_minor_by_kind"] == {"sale": 2000, "cancellation": 0, "refund": -500, "fee": 0}


def test_a_shopify_order_that_was_called_off_is_taken_back_once(lake: Lake, ingest_text: Callable[..., dict]):
    how = {
        "Cancelled at": "2025-12-08 09:00:00 -0500",
        "Refunded Amount": "24.50",
        "Financial Status": "refunded",
    }

    report = ingest_text(shopify(Shipping="4.50", Total="24.50", **how))

    assert report["kept_by_kind"] == {"sale": 2, "cancellation": 3, "refund": 0, "fee": 1}
    assert report["net_minor_by_kind"] == {"sale": 2000, "cancellation": -2000, "refund": 0, "fee": 0}
    days = rows(lake, "orders", "SELECT DISTINCT CAST(ordered_at AS DATE) FROM t WHERE kind = 'cancellation'")
    assert [str(day) for (day,) in days] == ["2025-12-08"]


def test_a_shopify_order_whose_payment_was_voided_stands_at_no_price(
    lake: Lake, ingest_text: Callable[..., dict]
):
    report = ingest_text(shopify(Shipping="4.50", Total="24.50", **{"Financial Status": "voided"}))

    assert report["kept_by_kind"] == {"sale": 2, "cancellation": 0, "refund": 0, "fee": 0}
    assert rows(lake, "orders", "SELECT product_id, quantity, unit_price, net_minor FROM t ORDER BY ALL") == [
        ("a", Decimal(1), Decimal(0), 0),
        ("b", Decimal(2), Decimal(0), 0),
    ]


def test_a_shopify_order_whose_amounts_have_a_decimal_comma_is_refused_and_not_misread(
    ingest_text: Callable[..., dict],
):
    text = shopify().replace(",", ";").replace(".", ",").replace("example,com", "example.com")

    report = ingest_text(text)

    assert adds_up(report)
    assert report["refused_by_rule"] == {"unit-price-not-a-number": 2}


def test_shopify_api_orders_are_worth_their_subtotals(lake: Lake):
    path = shared(f"{EXPORTS}/shopify-api-seeds/shopify_order_data.csv")
    report = taken_in(path, lake, Shop(currency="USD", timezone="UTC", rates={"GBP": "1.25"}))

    worth = [
        Decimal(row["subtotal_price"]) * (Decimal("1.25") if row["currency"] == "GBP" else 1)
        for row in records(path)
    ]
    cents = [int((each * 100).quantize(Decimal(1), ROUND_HALF_EVEN)) for each in worth]
    assert (report["detected"]["dialect"], report["read"], report["kept"]) == ("shopify-api-orders", 8, 8)
    assert report["net_minor"] == sum(cents)
    assert report["customers"] == len({row["customer_id"] for row in records(path)})


def test_a_shopify_api_refund_is_a_refund_and_a_sale_is_not_counted_again(ingest_text: Callable[..., dict]):
    header = "id,order_id,refund_id,amount,processed_at,gateway,currency,parent_id,kind,status,receipt\n"
    text = header + "1,7,,20.00,2025-03-01 10:00:00,g,GBP,,sale,success,\n"
    text += "2,7,9,5.00,2025-03-04 10:00:00,g,GBP,1,refund,success,\n"
    text += "3,7,9,5.00,2025-03-04 11:00:00,g,GBP,1,refund,failure,\n"

    report = ingest_text(text)

    assert (report["read"], report["continuing_records"]) == (1, 2)
    assert report["net_minor_by_kind"] == {"sale": 0, "cancellation": 0, "refund": -500, "fee": 0}
