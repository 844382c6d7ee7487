"""Every file of shop systems and grocers that lies under the shared data: ingested whole by its dialect."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from export_support import records, rows, taken_in

from patronage.settings import Shop
from patronage.stores.lake import Lake
from tests_support import adds_up, shared

EXPORTS = "shop-exports"


@dataclass(frozen=True)
class Known:
    """What is known of a file."""

    file: str
    dialect: str
    table: str
    read: int
    refused: Mapping[str, int] = field(default_factory=dict)
    superseded: int = 0
    currency: str = "USD"
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.file.split("/")[-1]


FILES = [
    Known(
        f"{EXPORTS}/shopify/orders_export.csv",
        "shopify-orders",
        "orders",
        121,
        currency="INR",
        figures={"orders": 51, "customers": 2, "products": 5, "guest_lines": 1},
    ),
    Known(f"{EXPORTS}/shopify/products_apparel.csv", "shopify-products", "products", 22),
    Known(f"{EXPORTS}/shopify/products_home-and-garden.csv", "shopify-products", "products", 21),
    Known(
        f"{EXPORTS}/shopify/products_jewelery.csv",
        "shopify-products",
        "products",
        23,
        figures={"records": 41, "continuing_records": 18},
    ),
    Known(
        f"{EXPORTS}/shopify/products_export_store.csv",
        "shopify-products",
        "products",
        445,
        superseded=83,
        figures={"records": 565, "continuing_records": 120},
    ),
    Known(f"{EXPORTS}/shopify-api-seeds/shopify_customer_data.csv", "shopify-api-customers", "customers", 4),
    Known(
        f"{EXPORTS}/shopify-api-seeds/shopify_order_line_data.csv",
        "shopify-api-order-lines",
        "events",
        3,
        figures={"orders": 3, "products": 3},
    ),
    Known(f"{EXPORTS}/shopify-api-seeds/shopify_product_data.csv", "shopify-api-products", "products", 8),
    Known(
        f"{EXPORTS}/shopify-api-seeds/shopify_product_variant_data.csv",
        "shopify-api-variants",
        "products",
        8,
    ),
    Known(
        f"{EXPORTS}/shopify-api-seeds/shopify_transaction_data.csv",
        "shopify-api-refund-transactions",
        "orders",
        0,
        figures={"records": 5, "continuing_records": 5, "net_minor": 0},
    ),
    Known(f"{EXPORTS}/woocommerce/sample_products.csv", "woocommerce-products", "products", 25),
    Known(f"{EXPORTS}/magento2/configurable_products.csv.gz", "magento-products", "products", 1_994),
    Known(
        f"{EXPORTS}/magento2/products_reviews.csv",
        "magento-reviews",
        "ratings",
        500,
        figures={"products": 181},
    ),
    Known(
        f"{EXPORTS}/magento2/orders.csv",
        "magento-sample-orders",
        "events",
        2,
        figures={"customers": 1, "products": 2},
    ),
    Known(
        "olist/olist_classified_public_dataset.csv.gz",
        "olist-classified",
        "orders",
        3_584 + 25,
        currency="BRL",
        figures={"orders": 3_584, "customers": 0, "records": 3_584},
    ),
    Known("olist/olist_products_dataset.csv.gz", "olist-products", "products", 32_951),
    Known(
        "dunnhumby-complete-journey/transactions_801_households.csv.gz",
        "dunnhumby-transactions",
        "orders",
        828_850,
        refused={"quantity-zero": 5_155},
        figures={"customers": 801, "net_minor": 262_497_964},
    ),
    Known("dunnhumby-complete-journey/products.csv.gz", "dunnhumby-products", "products", 52_426),
    Known("dunnhumby-complete-journey/demographics.csv", "dunnhumby-demographics", "customers", 801),
    Known(
        "instacart-sample/transactions.csv",
        "instacart-orders",
        "events",
        1_468,
        figures={"orders": 188, "customers": 10, "products": 577},
    ),
    Known("instacart-sample/products.csv", "instacart-products", "products", 577),
    Known(
        "tafeng-baskets/tafeng_merged.json.gz",
        "tafeng-baskets",
        "events",
        571_933,
        figures={"records": 13_858, "orders": 91_227, "customers": 13_858, "products": 11_997},
    ),
    Known(
        "tafeng-baskets/tafeng_future.csv.gz",
        "tafeng-future",
        "events",
        91_322,
        figures={"orders": 13_858, "customers": 13_858},
    ),
    Known("flo-omnichannel-rfm/flo_data_20k.csv.gz", "flo-customers", "customers", 19_945, currency="TRY"),
    Known(
        "cdnow/CDNOW_master.txt.gz",
        "cdnow",
        "orders",
        69_659,
        figures={"customers": 23_570, "net_minor": 250_031_563, "identical_lines_kept": 255},
    ),
    Known(
        "cdnow/CDNOW_sample.txt",
        "cdnow-sample",
        "orders",
        6_919,
        figures={"customers": 2_357, "net_minor": 24_409_194, "identical_lines_kept": 21},
    ),
    Known(
        "online-grocery-elog/grocery_elog.csv",
        "grocery-elog",
        "events",
        10_483,
        figures={
            "customers": 1_525,
            "first_occurred_at": "2006-01-01T00:00:00+00:00",
            "last_occurred_at": "2007-12-30T00:00:00+00:00",
        },
    ),
    Known(
        "product-catalogs/retail_demo_store_products.csv.gz", "retail-demo-store-products", "products", 2_465
    ),
    Known("product-catalogs/outdoor_clothing_500.csv", "outdoor-clothing", "products", 500),
    Known(
        "product-catalogs/amazon_products_raw_single_quoted.csv.gz",
        "amazon-offers",
        "products",
        1_363,
        refused={"wrong-column-count": 1},
    ),
    Known("product-catalogs/google_products_raw_single_quoted.csv.gz", "google-offers", "products", 3_226),
]


@pytest.mark.slow
@pytest.mark.parametrize("known", FILES, ids=lambda known: known.id)
def test_a_file_is_ingested_whole_by_its_dialect(known: Known, lake: Lake):
    report = taken_in(shared(known.file), lake, Shop(currency=known.currency, timezone="UTC"))

    assert adds_up(report)
    assert (report["detected"]["dialect"], report["table"]) == (known.dialect, known.table)
    fates = {fate: report[fate] for fate in ("read", "kept", "refused", "repeated", "superseded")}
    refused = sum(known.refused.values())
    assert fates == {
        "read": known.read,
        "kept": known.read - refused - known.superseded,
        "refused": refused,
        "repeated": 0,
        "superseded": known.superseded,
    }
    assert report["refused_by_rule"] == known.refused
    assert {name: report[name] for name in known.figures} == known.figures


def test_olist_orders_reconcile_with_the_file(lake: Lake):
    path = shared("olist/olist_classified_public_dataset.csv.gz")
    report = taken_in(path, lake, Shop(currency="BRL", timezone="America/Sao_Paulo"))

    sold = sum(Decimal(row["order_products_value"]) for row in records(path))
    off = sum(
        Decimal(row["order_products_value"]) for row in records(path) if row["order_status"] == "canceled"
    )
    freight = sum(Decimal(row["order_freight_value"]) for row in records(path))
    assert report["net_minor_by_kind"] == {
        "sale": int(sold * 100),
        "cancellation": -int(off * 100),
        "refund": 0,
        "fee": 0,
    }
    assert rows(lake, "orders", "SELECT SUM(shipping) FROM t WHERE kind = 'sale'") == [(freight,)]


@pytest.mark.slow
def test_a_household_line_is_worth_what_the_grocer_received(lake: Lake):
    path = shared("dunnhumby-complete-journey/transactions_801_households.csv.gz")
    report = taken_in(path, lake, Shop(currency="USD", timezone="UTC"))

    total, zero, baskets = Decimal(0), 0, set()
    for row in records(path):
        total += Decimal(row["sales_value"])
        is_nothing = row["quantity"] == "0" and Decimal(row["sales_value"]) == 0
        zero += is_nothing
        if not is_nothing:
            baskets.add(row["basket_id"])
    assert (report["net_minor"], report["refused"]) == (int(total * 100), zero)
    assert report["orders"] == len(baskets)
    [(quantity, price, discount)] = rows(
        lake,
        "orders",
        "SELECT quantity, unit_price, discount FROM t WHERE order_id = '31198570047'",
    )
    assert (quantity, price, discount) == (1, Decimal("1.0900"), Decimal("0.1000"))


def test_cdnow_customers_keep_their_zeros_and_their_money(lake: Lake):
    path = shared("cdnow/CDNOW_master.txt.gz")
    taken_in(path, lake, Shop(currency="USD", timezone="UTC"))

    spent: Counter[str] = Counter()
    with gzip.open(path, "rt") as file:
        for line in list(file)[1:]:
            customer, _, _, value = line.split()
            spent[customer] += int(Decimal(value) * 100)
    found = dict(
        rows(lake, "orders", "SELECT customer_id, CAST(SUM(net_minor) AS BIGINT) FROM t GROUP BY ALL")
    )
    assert found == dict(spent)


@pytest.mark.slow
def test_the_last_ta_feng_basket_is_the_one_of_the_other_file(lake: Lake):
    whole, last = (
        shared("tafeng-baskets/tafeng_merged.json.gz"),
        shared("tafeng-baskets/tafeng_future.csv.gz"),
    )
    shop = Shop(currency="TWD", timezone="Asia/Taipei")
    taken_in(whole, lake, shop)
    again = taken_in(last, lake, shop)

    baskets = json.loads(gzip.decompress(whole.read_bytes()))
    assert rows(lake, "events", "SELECT COUNT(*) FROM t") == [
        (sum(len(basket) for user in baskets.values() for basket in user),)
    ]
    assert again["kept"] + again["repeated"] + again["superseded"] == 91_322


def test_google_prices_in_pounds_say_so(lake: Lake):
    path = shared("product-catalogs/google_products_raw_single_quoted.csv.gz")
    taken_in(path, lake, Shop(currency="USD", timezone="UTC"))

    found = dict(rows(lake, "products", "SELECT currency, COUNT(*) FROM t GROUP BY ALL"))
    assert found == {"USD": 3_226 - 62, "GBP": 62}
