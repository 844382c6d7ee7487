"""Every file of shop systems and grocers that lies under the shared data: ingested whole by its dialect."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from patronage.logic.ingest.dialects import dialects
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from tests_support import NOW, adds_up, shared_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from patronage.logic.ingest.dialects import Dialect
    from patronage.stores.lake import Lake

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


def shared(name: str) -> Path:
    path = shared_data() / name
    if not path.exists():
        pytest.skip(
            f"{name} is no file below the shared data ({shared_data()}); PATRONAGE_SHARED_DATA names it"
        )
    return path


def records(path: Path) -> Iterator[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(io.StringIO(content.decode(), newline=""))


def taken_in(path: Path, lake: Lake, shop: Shop) -> dict[str, Any]:
    return ingest(
        Upload(path=path, key=f"uploads/{path.name}", version="1", last_modified=NOW), lake, shop, now=NOW
    )


def rows(lake: Lake, table: str, query: str) -> list[tuple[Any, ...]]:
    files = [str(path) for path in lake.store.root.joinpath(f"lake/{table}").glob("*.parquet")]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.sql(f"WITH t AS (FROM read_parquet({files})) {query}").fetchall()


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


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (f"{EXPORTS}/magento2/categories.csv", "url_key"),
        (f"{EXPORTS}/shopify-api-seeds/shopify_refund_data.csv", "restock"),
        ("olist/olist_sellers_dataset.csv", "seller_id"),
    ],
)
def test_a_file_that_holds_rows_of_no_table_is_named_and_not_guessed_at(file: str, says: str, lake: Lake):
    report = taken_in(shared(file), lake, Shop(currency="USD", timezone="UTC"))

    assert report["state"] == "unreadable"
    assert "no dialect fits the columns" in report["problem"]
    assert says in report["problem"]


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


@pytest.mark.parametrize(
    "how",
    [
        {
            "Cancelled at": "2025-12-08 09:00:00 -0500",
            "Refunded Amount": "24.50",
            "Financial Status": "refunded",
        },
        {"Financial Status": "voided"},
    ],
)
def test_a_shopify_order_that_was_called_off_is_taken_back_once(
    how: dict[str, str], lake: Lake, ingest_text: Callable[..., dict]
):
    report = ingest_text(shopify(Shipping="4.50", Total="24.50", **how))

    assert report["kept_by_kind"] == {"sale": 2, "cancellation": 3, "refund": 0, "fee": 1}
    assert report["net_minor_by_kind"] == {"sale": 2000, "cancellation": -2000, "refund": 0, "fee": 0}
    days = rows(lake, "orders", "SELECT DISTINCT CAST(ordered_at AS DATE) FROM t WHERE kind = 'cancellation'")
    assert [str(day) for (day,) in days] == [how.get("Cancelled at", "2025-12-06")[:10]]


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


def test_the_last_ta_feng_basket_is_the_one_of_the_other_file(lake: Lake):
    whole, last = (
        shared("tafeng-baskets/tafeng_merged.json.gz"),
        shared("tafeng-baskets/tafeng_future.csv.gz"),
    )
    shop = Shop(currency="TWD", timezone="Asia/Taipei")
    taken_in(whole, lake, shop)
    again = taken_in(last, lake, shop)

    baskets = json.loads(gzip.decompress(whole.read_bytes()))
    assert rows(lake, "events", "SELECT COUNT(DISTINCT event_id) FROM t") == [
        (sum(len(basket) for user in baskets.values() for basket in user),)
    ]
    assert again["kept"] + again["repeated"] + again["superseded"] == 91_322


def test_google_prices_in_pounds_say_so(lake: Lake):
    path = shared("product-catalogs/google_products_raw_single_quoted.csv.gz")
    taken_in(path, lake, Shop(currency="USD", timezone="UTC"))

    found = dict(rows(lake, "products", "SELECT currency, COUNT(*) FROM t GROUP BY ALL"))
    assert found == {"USD": 3_226 - 62, "GBP": 62}


@pytest.mark.parametrize(
    ("text", "currency", "dialect", "net"),
    [
        (
            "TRANSACTION_DT,CUSTOMER_ID,AGE_GROUP,PIN_CODE,PRODUCT_SUBCLASS,PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE\n"
            "11/1/2000,01104905,45-49,115,110411,4710199010372,3,72,100\n"
            "11/13/2000,00418683,45-49,115,120107,4710857472535,1,35,57\n",
            "TWD",
            "tafeng",
            157_00,
        ),
        (
            "ID;Reference;New client;Delivery;Customer;Total;Payment;Status;Date\n"
            "5;KHWLILZLL;1;France;J. DOE;20,90 €;Check;Payment accepted;2024-05-08 12:30:57\n"
            "4;FFATNOMMJ;0;France;J. DOE;14,90 €;Check;Canceled;2024-05-09 12:30:57\n"
            "3;UOYEVOLI;0;France;A. ROE;10,00 €;Check;Refunded;2024-05-13 12:30:57\n",
            "EUR",
            "prestashop-orders",
            20_90,
        ),
        (
            "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),"
            "Grand Total (Purchased),Status,Customer Email,Subtotal,Total Refunded\n"
            '000000001,Main,2024-05-08 12:30:57,A,A,36.39,36.39,Closed,a@example.com,29.00,"36.39"\n'
            "000000002,Main,2024-05-08 12:30:57,A,A,39.64,39.64,Complete,a@example.com,29.00,0.00\n"
            "000000003,Main,2024-05-13 12:30:57,B,B,10.00,10.00,Canceled,b@example.com,10.00,\n",
            "USD",
            "magento-order-grid",
            39_64,
        ),
        (
            "order_id,order_number,order_date,status,shipping_total,order_currency,customer_id,"
            "billing_email,item_product_id,item_name,item_sku,item_quantity,item_subtotal,item_total,item_total_tax,item_refunded\n"
            "10,10,2024-05-08 12:30:57,completed,5.00,GBP,0,a@example.com,7,Cap,cap,3,10.00,9.00,0.90,0.00\n"
            "10,10,2024-05-08 12:30:57,completed,5.00,GBP,0,a@example.com,8,Tee,,1,20.00,20.00,2.00,-4.00\n"
            "11,11,2024-05-09 12:30:57,cancelled,5.00,GBP,3,b@example.com,8,Tee,,1,20.00,20.00,2.00,0.00\n",
            "GBP",
            "woocommerce-orders",
            25_00,
        ),
    ],
    ids=["Ta-Feng original", "PrestaShop", "Magento grid", "WooCommerce"],
)
def test_orders_by_documented_columns(
    text: str, currency: str, dialect: str, net: int, lake: Lake, upload_text: Callable[..., Upload]
):
    report = ingest(upload_text(text), lake, Shop(currency=currency, timezone="UTC"), now=NOW)

    assert adds_up(report)
    assert report["detected"]["dialect"] == dialect
    assert (report["refused"], report["net_minor"]) == (0, net)


HOSTILE = ("x", "", "-1", "0", "nan", "inf", "1e400", "9" * 14, "9" * 19, "[[1]]", '{"a":1}', "é;,")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@pytest.mark.parametrize("dialect", dialects(), ids=lambda dialect: f"{dialect.name} {dialect.table}")
def test_whatever_stands_in_the_cells_a_dialect_ends_with_a_report(
    dialect: Dialect, lake: Lake, upload_text: Callable[..., Upload]
):
    header = dialect.format.get("header") or names_of(dialect)
    delimiter = dialect.format.get("delimiter", ",")
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter[:1], quotechar=dialect.format.get("quote") or '"')
    writer.writerows([header, *([cell] * len(header) for cell in HOSTILE)])
    named = f"dialect = {json.dumps(dialect.name)}\ntable = {json.dumps(dialect.table)}"
    upload = replace(upload_text(file.getvalue()), sidecar=f"{named}\nmax_refused_share = 1.0")

    report = ingest(upload, lake, Shop(currency="GBP", timezone="UTC"), now=NOW)

    if "problem" in report:  # the first cells already tell that it is no such file
        assert dialect.cells or dialect.key or "header" in dialect.format
        assert "no dialect fits" in report["problem"]
    else:
        assert adds_up(report)


def names_of(dialect: Dialect) -> list[str]:
    """Return all columns of the file that a dialect speaks of."""
    names = [*dialect.header, *dialect.cells]
    texts = [*dialect.computed.values(), dialect.explode]
    for rows in (dialect, *dialect.also):
        texts += [*rows.expressions.values(), rows.where]
        for found in (*rows.columns.values(), *rows.optional.values()):
            names += [found] if isinstance(found, str) else found
    return list(
        dict.fromkeys([*names, *(name for text in texts for name in _QUOTED.findall(_LITERAL.sub("", text)))])
    )
