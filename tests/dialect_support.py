"""Public files of events, ratings and catalogues, and how tests look at what was made of them."""

from __future__ import annotations

import duckdb
import pandas as pd

from tests_support import shared

ROCKET, MIMNET, GA360 = "retailrocket-processed", "apparel-shop-events-mimnet", "google-merch-store-ga360"
ML100K, ML1M, AMAZON = "movielens-100k", "movielens-1m", "amazon-5core-sequences"
PERSONALIZE, YOOCHOOSE = "shop-exports/amazon-personalize", "yoochoose-clicks-100k"
VIEWS, CARTS, PURCHASES = (f"{ROCKET}/{name}_ecommerce.tsv" for name in ("view", "add_to_cart", "purchase"))

SHOPPERS = "online-shoppers-intention/online_shoppers_intention.csv"

FILES = {
    VIEWS: ("retailrocket-pairs-view", "events", 78_371, 0, 0),
    CARTS: ("retailrocket-pairs-add-to-cart", "events", 9_028, 0, 0),
    PURCHASES: ("retailrocket-pairs-purchase", "events", 5_088, 0, 0),
    "rees46-sample/2019-Oct-sample.csv": ("rees46", "events", 1_000, 0, 0),
    f"{YOOCHOOSE}/train_full.tsv.gz": ("yoochoose-prepared", "events", 70_278, 1, 0),
    f"{YOOCHOOSE}/test.tsv.gz": ("yoochoose-prepared", "events", 13_568, 0, 0),
    f"{GA360}/all_sessions.csv.gz": ("ga360-hits", "events", 15_134, 0, 0),
    f"{GA360}/products.csv": ("ga360-products", "products", 1_092, 0, 0),
    f"{GA360}/sales_report.csv": ("ga360-products", "products", 454, 0, 0),
    f"{PERSONALIZE}/interactions_head20000.csv": ("amazon-personalize-interactions", "events", 20_000, 0, 0),
    f"{PERSONALIZE}/item-meta.csv": ("amazon-personalize-items", "products", 9_742, 0, 0),
    f"{ML100K}/u.data.gz": ("movielens-100k-ratings", "ratings", 100_000, 0, 0),
    f"{ML100K}/u.item": ("movielens-100k-movies", "products", 1_682, 0, 0),
    f"{ML100K}/u.user": ("movielens-100k-users", "customers", 943, 0, 0),
    f"{ML1M}/ratings.csv.gz": ("movielens-ratings", "ratings", 1_000_209, 0, 0),
    f"{ML1M}/movies.dat": ("movielens-1m-movies", "products", 3_883, 0, 0),
    f"{ML1M}/users.dat": ("movielens-1m-users", "customers", 6_040, 0, 0),
    f"{AMAZON}/Beauty.txt.gz": ("amazon-sequences", "events", 198_502, 0, 0),
    f"{AMAZON}/Toys_and_Games.txt.gz": ("amazon-sequences", "events", 167_597, 0, 0),
    f"{AMAZON}/Beauty_item2attributes.json.gz": ("amazon-item-attributes", "products", 12_101, 0, 0),
    f"{AMAZON}/Toys_and_Games_item2attributes.json.gz": ("amazon-item-attributes", "products", 11_924, 0, 0),
    f"{MIMNET}/events.csv.gz": ("mimnet-events", "events", 16_008, 4, 27),
    f"{MIMNET}/product_viewed.csv": ("mimnet-product-viewed", "events", 4_180, 7, 0),
    f"{MIMNET}/product_added.csv": ("mimnet-product-added", "events", 432, 3, 0),
    f"{MIMNET}/checkout_started.csv": ("mimnet-checkout-started", "events", 561, 4, 0),
    f"{MIMNET}/order_completed.csv": ("mimnet-order-completed", "events", 109, 0, 0),
    f"{MIMNET}/popup_view.csv": ("mimnet-popup-view", "events", 1_002, 1, 0),
    f"{MIMNET}/popup_accepted.csv": ("mimnet-popup-accepted", "events", 62, 1, 0),
    f"{MIMNET}/ads_metrics.csv": ("mimnet-ads", "calendar", 1_949, 0, 0),
    SHOPPERS: (
        "uci-online-shoppers",
        "events",
        12_330,
        0,
        0,
    ),
}
"""File: dialect, table, read, repeated, superseded; nothing is refused.

The README of Retailrocket's files counts their headers as well.
"""


def rows_of(lake, table):
    """Return a table of a lake as a relation."""
    return duckdb.read_parquet([str(path) for path in lake.snapshot(table).files()])


def counted(rows, column):
    """Count the rows of each value of a column."""
    return dict(rows.aggregate(f"{column}, COUNT(*)").fetchall())


def plain(path, **options):
    """Read a public file with pandas, every cell as text."""
    return pd.read_csv(shared(path), dtype=str, keep_default_na=False, **options)
