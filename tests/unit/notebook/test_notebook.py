"""A person in a notebook: files in, frames out, against values that were worked out by hand."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import pytest

import patronage
from models_support import orders
from patronage.errors import BadInput, LacksData, NotFound
from tests_support import REPOSITORY

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
SIX_LINES = HEADER + (
    "1,007,tea,2,1.50,2025-01-10T10:00:00Z\n"
    "1,007,cup,1,10.00,2025-01-10T10:00:00Z\n"
    "2,007,tea,1,1.50,2025-02-10T10:00:00Z\n"
    "3,b,cup,1,10.00,2025-02-11T10:00:00Z\n"
    "4,,tea,4,1.50,2025-02-12T10:00:00Z\n"
    "5,b,cup,-1,10.00,2025-03-01T23:30:00Z\n"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two customers and a guest, and a refund."""
    folder = tmp_path_factory.mktemp("small")
    shop = patronage.open_shop(folder / "shop", currency="GBP", timezone="Europe/London", search_seconds=0)
    (folder / "orders.csv").write_text(SIX_LINES)
    shop.ingest(folder / "orders.csv")
    shop.segment()
    return shop


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Forty customers of two tastes, each of whom lacks two of the eight products of their own."""
    folder = tmp_path_factory.mktemp("trained")
    shop = patronage.open_shop(folder / "shop", currency="GBP", timezone="Europe/London", search_seconds=0)
    (folder / "orders.csv").write_text(orders())
    shop.ingest(folder / "orders.csv")
    shop.train()
    return shop


def only(frame: pd.DataFrame, **where: object) -> pd.Series:
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (_, row), *others = frame.iterrows()
    assert not others
    return row


@pytest.mark.parametrize("module", ["opening", "shop", "segments", "recommendations"])
def test_the_examples_show_what_comes(module, small, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = importlib.import_module(f"patronage.notebook.{module}")
    shop = trained if module == "recommendations" else small
    done = doctest.testmod(found, extraglobs={"patronage": patronage, "shop": shop})
    assert done.attempted > 0
    assert done.failed == 0


def test_importing_patronage_loads_nothing():
    code = (
        "import sys; before = set(sys.modules); import patronage; "
        "roots = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(roots - sys.stdlib_module_names)); "
        "print(sorted(name for name in sys.modules if name.startswith('patronage')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['patronage']", "['patronage']"]


def test_patronage_offers_what_a_notebook_works_with_and_no_more():
    assert set(patronage.__all__) == {"OpenShop", "bundled_orders", "open_shop"} <= set(dir(patronage))
    with pytest.raises(AttributeError, match="no attribute 'Shops'"):
        _ = patronage.Shops


def test_ingest_says_what_became_of_each_file(tmp_path):
    shop = patronage.open_shop(tmp_path / "shop", currency="GBP", timezone="Europe/London")
    orders, broken = tmp_path / "orders.csv", tmp_path / "broken.csv"
    orders.write_text(SIX_LINES + "6,b,cup,1,-10.00,2025-03-01T23:40:00Z\n")
    broken.write_text("nothing of orders\n1\n")

    told = shop.ingest(orders, broken)

    first = only(told, file=str(orders))
    assert first[["table", "state", "read", "kept", "refused", "repeated"]].tolist() == [
        "orders", "done", 7, 6, 1, 0,
    ]  # fmt: skip
    assert first["net_minor"] == 300 + 1000 + 150 + 1000 + 600 - 1000
    assert only(told, file=str(broken))["state"] == "unreadable"
    assert shop.ingest(orders).loc[0, "kept"] == 6  # the same file again: the same report, and no row more
    assert len(shop.table("orders")) == 6


def test_the_lake_is_asked_in_sql_with_ids_as_text_money_as_whole_numbers_and_time_in_utc(small):
    told = small.sql(
        "SELECT customer_id, SUM(net_minor) AS net_minor, MAX(ordered_at) AS last_at, "
        "MAX(shop_day(ordered_at)) AS last_day FROM orders WHERE customer_id = $who GROUP BY customer_id",
        who="007",
    )

    assert told.dtypes.astype(str).tolist() == ["string", "Int64", "datetime64[us, UTC]", "datetime64[us]"]
    assert told.loc[0].tolist() == ["007", 1450, datetime(2025, 2, 10, 10, tzinfo=UTC), datetime(2025, 2, 10)]


def test_days_are_cut_in_the_shops_zone(small):
    told = small.sql("SELECT shop_day(CAST('2025-06-30 23:30:00+00' AS TIMESTAMPTZ)) AS day")
    assert told.loc[0, "day"].date() == date(2025, 7, 1)


def test_a_sum_beyond_what_a_float_holds_is_exact(small):
    told = small.sql("SELECT SUM(n) AS total FROM (VALUES (9007199254740993), (0)) AS given(n)")
    assert told.loc[0, "total"] == 9_007_199_254_740_993


def test_rows_come_in_the_order_that_was_asked_for(small):
    told = small.sql(
        "SELECT n % 20000 AS rest, SUM(n) AS total FROM RANGE(400000) AS given(n) "
        "GROUP BY rest ORDER BY total DESC"
    )
    assert told["rest"].tolist() == list(range(19_999, -1, -1))
    assert str(told["total"].dtype) == "Int64"


def test_a_query_that_does_not_run_is_the_callers(small):
    with pytest.raises(BadInput, match=r"the query does not run: .*no_such"):
        small.sql("SELECT no_such FROM orders")


def test_a_table_is_whole_and_typed_even_where_it_is_empty(small):
    orders, events = small.table("orders"), small.table("events")

    assert orders[["order_id", "line", "net_minor", "kind"]].values.tolist() == [
        ["1", "1", 300, "sale"],
        ["1", "2", 1000, "sale"],
        ["2", "3", 150, "sale"],
        ["3", "4", 1000, "sale"],
        ["4", "5", 600, "sale"],
        ["5", "6", -1000, "refund"],
    ]
    assert orders["customer_id"].isna().tolist() == [False, False, False, False, True, False]
    assert len(events) == 0
    assert str(events["is_simulated"].dtype) == "boolean"
    with pytest.raises(BadInput, match="'order' is unknown; known are orders"):
        small.table("order")


def test_rfm_counts_days_of_purchase_and_nets_refunds(small):
    rfm = small.rfm()  # as of the end of 1 March, the day of the refund

    assert rfm["customer_id"].tolist() == ["007", "b"]
    assert rfm[["recency_days", "frequency", "net_minor"]].values.tolist() == [[19, 2, 1450], [18, 1, 0]]


def test_the_customers_are_seen_as_they_were(tmp_path):
    shop = patronage.open_shop(tmp_path / "shop", currency="GBP", timezone="Europe/London")
    (tmp_path / "orders.csv").write_text(SIX_LINES)
    shop.ingest(tmp_path / "orders.csv")

    shop.segment(until="2025-02-10")

    seen = shop.rfm()  # b had not bought yet
    assert seen[["customer_id", "recency_days", "net_minor"]].values.tolist() == [["007", 0, 1450]]
    assert shop.runs()["as_of"].tolist() == [datetime(2025, 2, 11, tzinfo=UTC)]
    with pytest.raises(BadInput, match="2025-01-01"):
        shop.segment(until="2025-01-01")


def test_segments_add_up_to_the_customers_and_their_money(small):
    segments = small.segments()

    assert segments["customers"].sum() == 2
    assert segments["net_minor"].sum() == 1450  # the guest's 600 belongs to no segment
    assert segments["customer_share"].sum() == pytest.approx(1)
    assert segments["net_minor"].is_monotonic_decreasing
    assert set(small.customers()["segment_id"]) == set(segments["segment_id"])
    assert small.segments("lifecycle")["customers"].sum() == 2
    with pytest.raises(BadInput, match="method 'ward' is unknown; known are rfm, kmeans"):
        small.segments("ward")


def test_cohorts_follow_who_first_bought_in_a_month(small):
    cohorts = small.cohorts()

    january = cohorts[cohorts["cohort"] == "2025-01"]
    assert january["active"].tolist() == [1, 1, 0]
    assert january["net_minor"].tolist() == [1300, 150, 0]
    assert january["cumulative_ltv_minor"].tolist() == [1300, 1450, 1450]
    refunded = only(cohorts, cohort="2025-02", offset=1)
    assert (refunded["active"], refunded["retention"], refunded["net_minor"]) == (0, 0, -1000)
    assert refunded["is_running"]  # March was not over
    with pytest.raises(BadInput, match="period 'day' is unknown"):
        small.cohorts("day")


def test_sales_hold_guests_and_add_up_however_they_are_parted(small):
    months = small.sales()

    assert months["month"].tolist() == ["2025-01", "2025-02", "2025-03"]
    assert months["net_minor"].tolist() == [1300, 1750, -1000]
    assert months["guest_net_minor"].tolist() == [0, 600, 0]
    assert months.loc[1, "aov_minor"] == pytest.approx(1750 / 3)
    assert months["begins"].tolist() == [datetime(2025, month, 1) for month in (1, 2, 3)]
    for by in ("week", "day", "country", "channel", "product"):
        assert small.sales(by)["net_minor"].sum() == 2050, by
    products = small.sales("product").set_index("product_id")
    assert products.loc["tea", ["net_minor", "items", "orders"]].tolist() == [1050, 7, 3]
    with pytest.raises(BadInput, match="by 'hour' is unknown; known are day, month"):
        small.sales("hour")


def test_a_forecast_of_two_customers_is_marked_and_bounded(small):
    value = small.lifetime_value().set_index("customer_id")

    assert value.index.tolist() == ["007", "b"]
    assert value["churn_probability"].between(1 - value["probability_alive"], 1).all()
    low, high = value["expected_value_12m_low_minor"], value["expected_value_12m_high_minor"]
    assert low["007"] <= value.loc["007", "expected_value_12m_minor"] <= high["007"]
    assert pd.isna(value.loc["b", "expected_value_12m_minor"])  # a refund took all of it
    held_out = small.lifetime_holdout().set_index("what")  # February's purchase of 007, known in January
    assert held_out["actual"].to_dict() == {"purchases": 1, "value": 150, "churn": 0}
    assert held_out["customers"].tolist() == [1, 1, 1]
    assert held_out["auc"].isna().all()  # nobody stayed away


def test_too_few_customers_to_part_are_one_cluster(small):
    assert small.clusters()["customers"].unique().tolist() == [2]
    assert small.segments("kmeans")[["customers", "net_minor"]].values.tolist() == [[2, 1450]]
    assert len(small.cluster_validity()) == 0


def test_each_number_of_clusters_has_its_validity(trained):
    trained.segment()
    validity = trained.cluster_validity()
    assert validity["is_chosen"].sum() <= 1
    assert validity["silhouette"].between(-1, 1).all()
    assert validity["k"].is_monotonic_increasing


def test_what_was_not_computed_yet_says_how_to(small, tmp_path):
    empty = patronage.open_shop(tmp_path)
    with pytest.raises(BadInput, match="the lake has no order line yet"):
        empty.segment()
    with pytest.raises(LacksData, match="no ratings"):
        empty.evaluate_ratings()
    with pytest.raises(NotFound, match="no run with segments yet"):
        empty.segments()
    with pytest.raises(NotFound, match="no run with recommendations yet"):
        small.recommend("007")
    assert len(empty.runs()) == 0
    assert small.runs()["family"].tolist() == ["segments"]
    assert small.runs("segments")["as_of"].tolist() == [datetime(2025, 3, 2, tzinfo=UTC)]


def test_a_customer_is_recommended_the_two_products_that_they_lack(trained):
    bought = trained.sql("SELECT DISTINCT product_id FROM orders WHERE customer_id = 'c0'")["product_id"]
    lacked = {f"cup{n}" for n in range(8)} - set(bought)

    told = trained.recommend("c0", k=2)

    assert set(told["product_id"]) == lacked
    assert told["rank"].tolist() == [1, 2]
    assert told["reason"].str.contains(r"\d").all()
    written = trained.recommendations(k=2)
    assert set(written[written["customer_id"] == "c0"]["product_id"]) == lacked
    assert len(written) == 2 * 40
    with pytest.raises(BadInput, match="k"):
        trained.recommendations(k=51)


def test_an_unknown_customer_gets_what_is_popular(trained):
    counts = trained.sql(
        "SELECT product_id, COUNT(DISTINCT customer_id) AS n FROM orders GROUP BY product_id"
    )
    told = trained.recommend("nobody", k=1).loc[0]
    assert told["rung"] == "popular"
    assert f"{counts['n'].max()} customers" in told["reason"]


def test_similar_products_are_of_the_same_taste(trained):
    assert trained.similar("tea0", k=5)["product_id"].str.startswith("tea").all()
    assert len(trained.similar("tea0", k=3, together=True)) == 3


def test_the_evaluation_has_an_interval_a_method_and_group(trained):
    told = trained.evaluation()

    ndcg = told[(told["metric"] == "ndcg_at_10") & (told["customers_group"] == "all")].set_index("model")
    assert ((ndcg["low"] <= ndcg["value"]) & (ndcg["value"] <= ndcg["high"])).all()
    chosen = trained.live_model()
    assert chosen["model"] in ndcg.index
    assert ndcg.loc[chosen["model"], "value"] > ndcg.loc["popularity", "value"]
    assert chosen["as_of"] == datetime(2025, 3, 28, tzinfo=UTC).replace(day=29)
    everyone = only(told, model="popularity", metric="hit_rate_at_10", customers_group="all")["customers"]
    groups = told[
        (told["model"] == "popularity")
        & (told["metric"] == "hit_rate_at_10")
        & (told["customers_group"] != "all")
    ]
    assert groups["customers"].sum() == everyone


def test_some_methods_are_measured_beside_popularity(trained):
    told = trained.evaluate("item_to_item")

    assert set(told["model"]) == {"item_to_item", "popularity"}
    value = told[(told["metric"] == "hit_rate_at_10") & (told["customers_group"] == "all")]
    assert only(value, model="item_to_item")["value"] == 1  # the last product is one of two that were left
    assert len(trained.runs("recommendations")) == 1  # a measurement is no run that is read
    with pytest.raises(BadInput, match="model 'magic' is unknown"):
        trained.evaluate("magic")


def test_ratings_that_are_all_alike_are_predicted_without_error(tmp_path):
    shop = patronage.open_shop(tmp_path / "shop")
    lines = [f"c{n % 6},p{n // 6},4" for n in range(36)]
    (tmp_path / "ratings.csv").write_text("customer_id,product_id,rating\n" + "\n".join(lines) + "\n")
    shop.ingest(tmp_path / "ratings.csv", table="ratings")

    told = shop.evaluate_ratings("item_cf")

    assert set(told["model"]) == {"item_cf", "baseline"}
    assert told["ratings"].tolist() == [36] * 4
    assert told["value"].tolist() == pytest.approx([0] * 4, abs=1e-5)


def test_settings_are_checked_and_kept(tmp_path):
    shop = patronage.open_shop(tmp_path / "shop", currency="JPY", timezone="Asia/Tokyo")
    assert (shop.currency, shop.timezone, shop.minor_per_unit) == ("JPY", "Asia/Tokyo", 1)
    assert "JPY, Asia/Tokyo" in repr(shop)
    (tmp_path / "orders.csv").write_text(SIX_LINES.replace(".50", ".00"))
    shop.ingest(tmp_path / "orders.csv", table="orders")
    again = patronage.open_shop(tmp_path / "shop")
    assert (again.currency, again.timezone) == ("JPY", "Asia/Tokyo"), "it keeps its own"
    with pytest.raises(BadInput, match="kept in JPY"):
        patronage.open_shop(tmp_path / "shop", currency="EUR", timezone="Asia/Tokyo")
    with pytest.raises(BadInput, match="setting 'serach_seconds' is unknown"):
        patronage.open_shop(tmp_path / "other", serach_seconds=0)
    with pytest.raises(BadInput, match=r"none\.csv is no file"):
        shop.ingest(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="table 'sales' is unknown"):
        shop.ingest(tmp_path / "orders.csv", table="sales")


def test_a_settings_file_is_read(tmp_path):
    (tmp_path / "shop.toml").write_text('[shop]\ncurrency = "USD"\ntimezone = "America/New_York"\n')
    shop = patronage.open_shop(tmp_path / "shop", settings=tmp_path / "shop.toml", currency="CAD")
    assert (shop.currency, shop.timezone) == ("CAD", "America/New_York")


def test_the_bundled_orders_are_found():
    assert patronage.bundled_orders() == REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    with pytest.raises(BadInput, match="one_in 0 must be at least 1"):
        patronage.bundled_orders(one_in=0)


def test_a_part_of_the_bundled_orders_holds_whole_customers_and_is_always_the_same(tmp_path):
    part = patronage.bundled_orders(one_in=100, folder=tmp_path)
    again = patronage.bundled_orders(one_in=100, folder=tmp_path / "again")
    every = duckdb.read_parquet(str(patronage.bundled_orders()))
    taken = duckdb.read_parquet(str(part))
    assert part.read_bytes() == again.read_bytes()
    customers = taken.filter('"Customer ID" IS NOT NULL').aggregate('"Customer ID", COUNT(*) AS n')
    of_them = every.aggregate('"Customer ID", COUNT(*) AS n').join(customers, '"Customer ID"')
    assert 20 < len(customers.fetchall()) < 80  # of 4,383
    assert all(mine == all_of_them for _, all_of_them, mine in of_them.fetchall())
    assert taken.filter('"Customer ID" IS NULL').limit(1).fetchall()
