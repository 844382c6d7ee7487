"""Every public data set is recognised rightly and read whole."""

from __future__ import annotations

import csv
import io

import pytest

from patronage.engines.reading import TextSource, recognise
from tests_support import shared

COMMA, TAB, BLANKS = ",", "\t", " "
DOUBLE, SINGLE, NONE = '"', "'", ""
HEADERLESS = (
    "amazon-5core-sequences/Beauty.txt.gz",
    "amazon-5core-sequences/Toys_and_Games.txt.gz",
    "cdnow/CDNOW_sample.txt",
    "movielens-100k/",
    "movielens-1m/movies.dat",
    "movielens-1m/users.dat",
)
# path: (delimiter, or shape of JSON; quote; encoding; columns; records, as the READMEs and `wc` count them)
FILES = {
    "amazon-5core-sequences/Beauty.txt.gz": (COMMA, DOUBLE, "utf-8", 1, 22_363),
    "amazon-5core-sequences/Beauty_item2attributes.json.gz": ("object", NONE, "utf-8", 2, 12_101),
    "amazon-5core-sequences/Toys_and_Games.txt.gz": (COMMA, DOUBLE, "utf-8", 1, 19_412),
    "amazon-5core-sequences/Toys_and_Games_item2attributes.json.gz": ("object", NONE, "utf-8", 2, 11_924),
    "apparel-shop-events-mimnet/ads_metrics.csv": (COMMA, DOUBLE, "utf-8", 12, 912),
    "apparel-shop-events-mimnet/checkout_started.csv": (COMMA, DOUBLE, "utf-8", 10, 323),
    "apparel-shop-events-mimnet/events.csv.gz": (COMMA, DOUBLE, "utf-8", 4, 16_008),
    "apparel-shop-events-mimnet/order_completed.csv": (COMMA, DOUBLE, "utf-8", 11, 43),
    "apparel-shop-events-mimnet/popup_accepted.csv": (COMMA, DOUBLE, "utf-8", 6, 62),
    "apparel-shop-events-mimnet/popup_view.csv": (COMMA, DOUBLE, "utf-8", 6, 1_002),
    "apparel-shop-events-mimnet/product_added.csv": (COMMA, DOUBLE, "utf-8", 4, 432),
    "apparel-shop-events-mimnet/product_viewed.csv": (COMMA, DOUBLE, "utf-8", 4, 4_180),
    "cdnow/CDNOW_master.txt.gz": (BLANKS, DOUBLE, "utf-8", 4, 69_659),
    "cdnow/CDNOW_sample.txt": (BLANKS, DOUBLE, "utf-8", 5, 6_919),
    "cdnow/cdnow_customers_summary.csv": (COMMA, DOUBLE, "utf-8", 4, 2_357),
    "cdnow/cdnow_customers_summary_with_transactions.csv": (COMMA, DOUBLE, "utf-8", 5, 2_357),
    "dunnhumby-complete-journey/campaign_descriptions.csv": (COMMA, DOUBLE, "utf-8", 4, 27),
    "dunnhumby-complete-journey/campaigns.csv": (COMMA, DOUBLE, "utf-8", 2, 6_589),
    "dunnhumby-complete-journey/coupon_redemptions.csv": (COMMA, DOUBLE, "utf-8", 4, 2_102),
    "dunnhumby-complete-journey/coupons.csv.gz": (COMMA, DOUBLE, "utf-8", 3, 116_204),
    "dunnhumby-complete-journey/demographics.csv": (COMMA, DOUBLE, "utf-8", 8, 801),
    "dunnhumby-complete-journey/products.csv.gz": (COMMA, DOUBLE, "utf-8", 7, 52_426),
    "dunnhumby-complete-journey/transactions_801_households.csv.gz": (COMMA, DOUBLE, "utf-8", 11, 828_850),
    "flo-omnichannel-rfm/flo_data_20k.csv.gz": (COMMA, DOUBLE, "utf-8", 12, 19_945),
    "google-merch-store-ga360/all_sessions.csv.gz": (COMMA, DOUBLE, "utf-8", 32, 15_134),
    "google-merch-store-ga360/products.csv": (COMMA, DOUBLE, "utf-8", 7, 1_092),
    "google-merch-store-ga360/sales_by_sku.csv": (COMMA, DOUBLE, "utf-8", 2, 462),
    "google-merch-store-ga360/sales_report.csv": (COMMA, DOUBLE, "utf-8", 8, 454),
    "instacart-sample/products.csv": (COMMA, DOUBLE, "utf-8", 6, 577),
    "instacart-sample/transactions.csv": (COMMA, DOUBLE, "utf-8", 9, 1_468),
    "movielens-100k/u.data.gz": (TAB, DOUBLE, "utf-8", 4, 100_000),
    "movielens-100k/u.genre": ("|", DOUBLE, "utf-8", 2, 19),
    "movielens-100k/u.info": (BLANKS, DOUBLE, "utf-8", 2, 3),
    "movielens-100k/u.item": ("|", DOUBLE, "windows-1252", 24, 1_682),
    "movielens-100k/u.occupation": (COMMA, DOUBLE, "utf-8", 1, 21),
    "movielens-100k/u.user": ("|", DOUBLE, "utf-8", 5, 943),
    "movielens-1m/movies.dat": ("::", DOUBLE, "windows-1252", 3, 3_883),
    "movielens-1m/ratings.csv.gz": (COMMA, DOUBLE, "utf-8", 4, 1_000_209),
    "movielens-1m/users.dat": ("::", DOUBLE, "utf-8", 5, 6_040),
    "olist/olist_classified_public_dataset.csv.gz": (COMMA, DOUBLE, "utf-8", 34, 3_584),
    "olist/olist_products_dataset.csv.gz": (COMMA, DOUBLE, "utf-8", 9, 32_951),
    "olist/olist_sellers_dataset.csv": (COMMA, DOUBLE, "utf-8", 4, 3_095),
    "olist/product_category_name_translation.csv": (COMMA, DOUBLE, "utf-8", 2, 71),
    "online-grocery-elog/grocery_elog.csv": (COMMA, DOUBLE, "utf-8", 2, 10_483),
    "online-retail-ii/online_retail_2009_2010.csv.gz": (COMMA, DOUBLE, "utf-8", 8, 525_461),
    "online-retail-ii/online_retail_2010-12_to_2011-06.csv.gz": (COMMA, DOUBLE, "utf-8", 8, 240_006),
    "online-shoppers-intention/online_shoppers_intention.csv": (COMMA, DOUBLE, "utf-8", 18, 12_330),
    "product-catalogs/amazon_products_raw_single_quoted.csv.gz": (COMMA, SINGLE, "windows-1252", 5, 1_363),
    "product-catalogs/bestbuy_categories.json.gz": ("array", NONE, "utf-8", 4, 4_584),
    "product-catalogs/google_products_raw_single_quoted.csv.gz": (COMMA, SINGLE, "windows-1252", 5, 3_226),
    "product-catalogs/outdoor_clothing_500.csv": (COMMA, DOUBLE, "utf-8", 2, 500),
    "product-catalogs/retail_demo_store_products.csv.gz": (COMMA, DOUBLE, "utf-8", 15, 2_465),
    "rees46-sample/2019-Oct-sample.csv": (COMMA, DOUBLE, "utf-8", 9, 1_000),
    "retailrocket-processed/add_to_cart_ecommerce.tsv": (TAB, DOUBLE, "utf-8", 3, 9_028),
    "retailrocket-processed/purchase_ecommerce.tsv": (TAB, DOUBLE, "utf-8", 3, 5_088),
    "retailrocket-processed/view_ecommerce.tsv": (TAB, DOUBLE, "utf-8", 3, 78_371),
    "shop-exports/amazon-personalize/interactions_head20000.csv": (COMMA, DOUBLE, "utf-8", 4, 20_000),
    "shop-exports/amazon-personalize/item-meta.csv": (COMMA, DOUBLE, "utf-8", 3, 9_742),
    "shop-exports/magento2/categories.csv": (COMMA, DOUBLE, "utf-8", 9, 28),
    "shop-exports/magento2/configurable_products.csv.gz": (COMMA, DOUBLE, "utf-8", 70, 1_994),
    "shop-exports/magento2/orders.csv": (COMMA, DOUBLE, "utf-8", 6, 2),
    "shop-exports/magento2/products_reviews.csv": (COMMA, DOUBLE, "utf-8", 7, 500),
    "shop-exports/shopify/orders_export.csv": (COMMA, DOUBLE, "utf-8", 79, 121),
    "shop-exports/shopify/products_apparel.csv": (COMMA, DOUBLE, "utf-8", 46, 22),
    "shop-exports/shopify/products_export_store.csv": (COMMA, DOUBLE, "utf-8", 63, 565),
    "shop-exports/shopify/products_home-and-garden.csv": (COMMA, DOUBLE, "utf-8", 47, 21),
    "shop-exports/shopify/products_jewelery.csv": (COMMA, DOUBLE, "utf-8", 46, 41),
    "shop-exports/shopify-api-seeds/shopify_customer_data.csv": (COMMA, DOUBLE, "utf-8", 15, 4),
    "shop-exports/shopify-api-seeds/shopify_order_data.csv": (COMMA, DOUBLE, "utf-8", 66, 8),
    "shop-exports/shopify-api-seeds/shopify_order_line_data.csv": (COMMA, DOUBLE, "utf-8", 21, 3),
    "shop-exports/shopify-api-seeds/shopify_product_data.csv": (COMMA, DOUBLE, "utf-8", 11, 8),
    "shop-exports/shopify-api-seeds/shopify_product_variant_data.csv": (COMMA, DOUBLE, "utf-8", 22, 8),
    "shop-exports/shopify-api-seeds/shopify_refund_data.csv": (COMMA, DOUBLE, "utf-8", 9, 5),
    "shop-exports/shopify-api-seeds/shopify_transaction_data.csv": (COMMA, DOUBLE, "utf-8", 31, 5),
    "shop-exports/woocommerce/sample_products.csv": (COMMA, DOUBLE, "utf-8", 51, 25),
    "tafeng-baskets/tafeng_future.csv.gz": (COMMA, DOUBLE, "utf-8", 3, 91_322),
    "tafeng-baskets/tafeng_merged.json.gz": ("object", NONE, "utf-8", 2, 13_858),
    "yoochoose-clicks-100k/test.tsv.gz": (TAB, DOUBLE, "utf-8", 3, 13_568),
    "yoochoose-clicks-100k/train_full.tsv.gz": (TAB, DOUBLE, "utf-8", 3, 70_278),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_public_data_set(name):
    path = shared(name)
    cut, quote, encoding, columns, records = FILES[name]
    has_header = not name.startswith(HEADERLESS)

    found = recognise(path, given=None if has_header else {"has_header": False})

    kind = "json" if cut.isalpha() else "csv"
    assert (found.kind, found.shape or found.delimiter, found.quote) == (kind, cut, quote)
    assert (found.encoding, len(found.header)) == (encoding, columns)
    assert (found.compression, found.skipped_lines) == ("gzip" if name.endswith(".gz") else "none", 0)
    assert bool(found.doubts) == (encoding != "utf-8")
    source = TextSource(path, found, chunk_bytes=1 << 18)
    rows = [row for chunk in source for row in split(chunk.content, kind, source.delimiter, quote)]
    assert len(rows) == records
    assert kind == "json" or {len(row) for row in rows} == {columns}


def split(content: bytes, kind: str, delimiter: str, quote: str) -> list[list[str]]:
    text = content.decode()
    if kind == "json":
        return [[line] for line in text.splitlines()]
    if len(delimiter) > 1:
        text, delimiter = text.replace(delimiter, "\x1f"), "\x1f"
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    return [row for row in rows if row]


def test_every_public_data_set_is_in_the_list():
    folder = shared("")

    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert {name for name in found if "README" not in name} == set(FILES)
