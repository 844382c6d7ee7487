"""Events and catalogues of trackers, each public file against its README and plain pandas."""

from __future__ import annotations

import pandas as pd
import pytest

from dialect_support import (
    AMAZON,
    CARTS,
    FILES,
    GA360,
    MIMNET,
    ML1M,
    ML100K,
    PERSONALIZE,
    PURCHASES,
    SHOPPERS,
    VIEWS,
    YOOCHOOSE,
    counted,
    plain,
    shared,
)
from patronage.logic.ingest.dialects import dialects
from tests_support import adds_up

OF_RATINGS = (ML100K, ML1M, AMAZON)
"""Sets whose rows `test_dialects_ratings.py` holds against the files."""


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.slow) if path.startswith(OF_RATINGS) else path for path in FILES],
)
def test_a_public_file_is_read_whole_by_its_dialect(lake_of, path):
    dialect, table, read, repeated, superseded = FILES[path]
    report, rows = lake_of(path)
    assert adds_up(report), report.get("problem")
    assert (report["detected"]["dialect"], report["table"]) == (dialect, table)
    fates = {name: report[name] for name in ("read", "refused", "repeated", "superseded")}
    assert fates == {"read": read, "refused": 0, "repeated": repeated, "superseded": superseded}
    assert report["kept"] == len(rows) == read - repeated - superseded


def test_every_dialect_says_what_writes_such_files_and_where_that_is_documented():
    told = {each.name for each in dialects() if each.about and each.see.startswith("https://")}
    assert {dialect for dialect, *_ in FILES.values()} <= told


def test_retailrocket_has_the_users_and_items_of_its_readme(lake_of):
    pairs = set()
    for path in (VIEWS, CARTS, PURCHASES):
        rows = set(lake_of(path)[1].project("customer_id, product_id").fetchall())
        frame = plain(path, sep="\t")
        assert rows == set(zip(frame.visitorid, frame.itemid, strict=True))
        pairs |= rows
    assert (len({user for user, _ in pairs}), len({item for _, item in pairs})) == (3_431, 8_885)


def test_rees46_keeps_users_visits_prices_and_long_numbers(lake_of):
    _, rows = lake_of("rees46-sample/2019-Oct-sample.csv")
    assert counted(rows, "event_type") == {"view": 987, "cart_add": 3, "purchase": 10}
    frame = plain("rees46-sample/2019-Oct-sample.csv")
    found = rows.aggregate(
        "COUNT(DISTINCT customer_id), COUNT(DISTINCT session_id), COUNT(category), SUM(unit_price)::VARCHAR"
    ).fetchall()[0]
    pennies = sum(round(float(price) * 100) for price in frame.price)
    assert found == (330, 372, (frame.category_code != "").sum(), f"{pennies / 100:.2f}00")


@pytest.mark.parametrize(
    ("name", "sessions", "first", "last"),
    [("train_full", 17_794, "2014-04-01", "2014-04-07"), ("test", 3_416, "2014-04-07", "2014-04-08")],
)
def test_yoochoose_keeps_its_sessions_items_and_fractions_of_a_second(lake_of, name, sessions, first, last):
    path = f"{YOOCHOOSE}/{name}.tsv.gz"
    _, rows = lake_of(path)
    frame = plain(path, sep="\t")
    found = rows.aggregate(
        "COUNT(DISTINCT session_id), COUNT(DISTINCT product_id), MIN(occurred_at)::DATE::VARCHAR, "
        "MAX(occurred_at)::DATE::VARCHAR, SUM(epoch_ms(occurred_at))::BIGINT"
    ).fetchall()[0]
    milliseconds = sum(round(float(time) * 1000) for time in frame.drop_duplicates().Time)
    assert found == (sessions, frame.ItemId.nunique(), first, last, milliseconds)


def test_ga360_takes_the_visit_for_the_session_and_millionths_for_dollars(lake_of):
    path = f"{GA360}/all_sessions.csv.gz"
    _, rows = lake_of(path)
    views = 14_785 + 137 + 31  # no action, product view, checkout
    assert counted(rows, "event_type") == {
        "view": views,
        "click": 134,
        "cart_add": 37,
        "cart_remove": 1,
        "purchase": 9,
    }
    frame = plain(path)
    micros = pd.to_numeric(frame.productPrice)
    found = rows.aggregate(
        "COUNT(DISTINCT session_id), COUNT(customer_id), COUNT(order_id), SUM(unit_price)::DOUBLE, "
        "MIN(occurred_at)::DATE::VARCHAR, MAX(occurred_at)::DATE::VARCHAR, "
        "COUNT(*) FILTER (WHERE category LIKE '%$%')"
    ).fetchall()[0]
    assert found == (14_556, 0, 9, pytest.approx(micros.sum() / 10**6), "2016-08-01", "2017-08-01", 0)
    first = rows.filter("session_id = '1473757371'").project("occurred_at::VARCHAR, category").fetchall()
    assert ("2016-09-13 00:02:02.213+00", "Home > Drinkware") in first


def test_ga360_products_keep_titles_and_stock(lake_of):
    for name, column in (("products", "SKU"), ("sales_report", "productSKU")):
        _, rows = lake_of(f"{GA360}/{name}.csv")
        frame = plain(f"{GA360}/{name}.csv")
        kept = {
            key: (title, int(stock))
            for key, title, stock in rows.project("product_id, title, stock").fetchall()
        }
        assert kept == {
            key: (title.strip(), int(float(stock)))
            for key, title, stock in zip(frame[column], frame.name, frame.stockLevel, strict=True)
        }


def test_sums_by_product_are_no_table_of_ours(lake_of, ingest_text):
    report = ingest_text(shared(f"{GA360}/sales_by_sku.csv").read_bytes(), key="raw/sales_by_sku.csv")
    assert report["state"] == "unreadable"
    assert "'productSKU', 'total_ordered'" in report["problem"]


def test_personalize_keeps_its_event_types_and_genres(lake_of):
    _, events = lake_of(f"{PERSONALIZE}/interactions_head20000.csv")
    assert counted(events, "event_type") == {"click": 12_853, "view": 7_147}
    frame = plain(f"{PERSONALIZE}/interactions_head20000.csv")
    found = events.project("customer_id, product_id, epoch(occurred_at)::BIGINT::VARCHAR").fetchall()
    assert set(found) == set(zip(frame.USER_ID, frame.ITEM_ID, frame.TIMESTAMP, strict=True))
    _, items = lake_of(f"{PERSONALIZE}/item-meta.csv")
    frame = plain(f"{PERSONALIZE}/item-meta.csv")
    kept = items.project("product_id, category, attributes ->> 'YEAR'").fetchall()
    assert set(kept) == {(key, genre, year or None) for key, genre, year in frame.itertuples(index=False)}


def test_the_clothing_shop_has_its_users_orders_and_steps(lake_of):
    _, rows = lake_of(f"{MIMNET}/events.csv.gz")
    frame = plain(f"{MIMNET}/events.csv.gz").drop_duplicates("event_id", keep="last")
    types = frame.event_type.value_counts()
    assert counted(rows, "event_type") == {
        "view": types["Page"] + types["Product Viewed"] + types["Checkout Started"],
        "impression": types["Pop-up Email Viewed"],
        "click": types["Pop-up Email Accepted"],
        "cart_add": types["Product Added"],
        "purchase": 98,
    }
    buyers = rows.filter("event_type = 'purchase'").aggregate("COUNT(DISTINCT customer_id)").fetchall()[0]
    assert (buyers, rows.aggregate("COUNT(DISTINCT customer_id)").fetchall()[0]) == ((36,), (250,))


@pytest.mark.parametrize("name", ["product_viewed", "product_added"])
def test_details_of_products_keep_variant_price_and_their_event(lake_of, name):
    _, rows = lake_of(f"{MIMNET}/{name}.csv")
    frame = plain(f"{MIMNET}/{name}.csv").drop_duplicates()
    kept = rows.project("event_id, COALESCE(product_id, ''), unit_price::DOUBLE").fetchall()
    prices = frame.price.astype(float).round(4)
    assert sorted(kept) == sorted(zip(frame.id, frame.variant, prices, strict=True))


@pytest.mark.parametrize("name", ["checkout_started", "order_completed"])
def test_a_checkout_is_one_event_a_piece(lake_of, name):
    _, rows = lake_of(f"{MIMNET}/{name}.csv")
    frame = plain(f"{MIMNET}/{name}.csv").drop_duplicates()
    pieces = frame[[f"variant_item_{n}" for n in range(1, 6)]].stack()
    assert counted(rows, "product_id") == pieces[pieces != ""].value_counts().to_dict()
    assert set(frame.id) <= {each for (each,) in rows.project("event_id").fetchall()}


def test_figures_of_advertisements_are_signals_a_day(lake_of):
    report, signals = lake_of(f"{MIMNET}/ads_metrics.csv")
    frame = pd.read_csv(shared(f"{MIMNET}/ads_metrics.csv"))
    metrics = {
        "impressions": "impressions",
        "clicks": "clicks",
        "orders": "orders",
        "ret_orders": "orders of returning customers",
        "users": "users",
        "atc_users": "users who added to the cart",
        "ic_users": "users who started a checkout",
    }
    sums = dict(signals.aggregate("split_part(name, ' of Facebook', 1), SUM(value)::INTEGER").fetchall())
    assert sums == {words: frame[name].sum() for name, words in metrics.items()}
    assert report["records"] == 912


def test_an_added_up_visit_is_one_event_and_the_report_doubts_it(lake_of):
    report, rows = lake_of(SHOPPERS)
    assert counted(rows, "event_type") == {"purchase": 1_908, "view": 10_422}
    assert rows.aggregate("COUNT(DISTINCT session_id)").fetchall()[0] == (12_330,)
    assert any("session_id is the number of the row" in doubt for doubt in report["doubts"])
