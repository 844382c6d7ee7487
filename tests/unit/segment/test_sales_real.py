"""Sales of a real shop, recomputed with pandas."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from cdnow_support import all_purchases
from lake_support import add_part, rows_of
from patronage.logic.tables import ORDERS as ORDER_LINES
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment import sales
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, REPOSITORY

pytestmark = pytest.mark.slow

ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"


@pytest.fixture(scope="module")
def retail(tmp_path_factory) -> tuple[Lake, pd.DataFrame]:
    shop = Shop(currency="GBP", timezone="Europe/London")
    lake = Lake(FolderStore(tmp_path_factory.mktemp("retail")))
    upload = Upload(path=ORDERS, key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    assert ingest(upload, lake, shop, now=NOW)["state"] == "done"
    pin("run", "segments", lake, shop, now=NOW)
    sales.sales("run", lake)
    sql = (
        "SELECT order_id, customer_id, product_id, kind, net_minor, CAST(quantity AS DOUBLE), country, "
        "epoch_us(ordered_at) FROM lake"
    )
    names = ["order", "customer", "product", "kind", "net", "pieces", "country", "us"]
    frame = pd.DataFrame(rows_of(lake.store.root / "lake/orders", sql), columns=names)
    at = pd.to_datetime(frame.us, unit="us", utc=True).dt.tz_convert("Europe/London").dt.tz_localize(None)
    frame = frame.assign(at=at, day=at.dt.normalize(), buys=(frame.kind == "sale") & (frame.net > 0))
    first = frame[frame.buys].groupby("customer").day.min().rename("first")
    return lake, frame.join(first, on="customer")


def figures(lake: Lake) -> dict:
    return read_json(lake.store, "runs/run/metrics/sales.json")


@pytest.mark.parametrize(("name", "frequency"), [("months", "M"), ("weeks", "W-SUN")])
def test_periods_agree_with_pandas(retail, name, frequency):
    lake, frame = retail
    ours = pd.DataFrame(figures(lake)[name]).set_index("begins")
    frame = frame.assign(begins=frame["at"].dt.to_period(frequency).dt.start_time.dt.strftime("%Y-%m-%d"))
    new, later = frame[frame.day == frame["first"]], frame[frame.day > frame["first"]]
    bought, newly, again = frame[frame.buys], new[new.buys], later[later.buys]
    expected = pd.DataFrame(
        {
            "net_minor": frame.groupby("begins").net.sum(),
            "sale_minor": frame[frame.kind == "sale"].groupby("begins").net.sum(),
            "cancellation_minor": frame[frame.kind == "cancellation"].groupby("begins").net.sum(),
            "fee_minor": frame[frame.kind == "fee"].groupby("begins").net.sum(),
            "orders": bought.groupby("begins")["order"].nunique(),
            "items": bought.groupby("begins").pieces.sum(),
            "customers": bought.groupby("begins").customer.nunique(),
            "new_net_minor": new.groupby("begins").net.sum(),
            "returning_net_minor": later.groupby("begins").net.sum(),
            "guest_net_minor": frame[frame.customer.isna()].groupby("begins").net.sum(),
            "new_customers": newly.groupby("begins").customer.nunique(),
            "returning_customers": again.groupby("begins").customer.nunique(),
            "new_orders": newly.groupby("begins")["order"].nunique(),
            "returning_orders": again.groupby("begins")["order"].nunique(),
        }
    ).reindex(ours.index)
    for column in expected:
        theirs = expected[column].fillna(0).to_numpy(float)
        np.testing.assert_array_equal(ours[column].to_numpy(float), theirs, err_msg=column)
    np.testing.assert_allclose(
        ours.aov_minor.to_numpy(float), (expected.net_minor / expected.orders).to_numpy(float)
    )
    assert ours.is_running.tolist() == [False] * (len(ours) - 1) + [True]


def test_days_agree_with_pandas(retail):
    lake, frame = retail
    path = lake.store.staged("runs/run/metrics/sales_days.parquet")
    days = duckdb.sql(f"SELECT day, net_minor, orders FROM '{path}'").df().set_index("day")
    money = frame.groupby("day").net.sum().reindex(days.index).fillna(0)
    np.testing.assert_array_equal(days.net_minor, money)
    orders = frame[frame.buys].groupby("day")["order"].nunique().reindex(days.index).fillna(0)
    np.testing.assert_array_equal(days.orders, orders)
    served = read_json(lake.store, "runs/run/metrics/sales_days.json")["days"]
    assert [row["net_minor"] for row in served] == days.net_minor.tolist()
    assert len(days) == 374  # 2009-12-01 to 2010-12-09, Christmas too


def test_countries_and_products_agree_with_pandas(retail):
    lake, frame = retail
    found = figures(lake)
    countries = {row["country"]: (row["net_minor"], row["orders"]) for row in found["countries"]}
    money = frame.groupby("country").net.sum()
    orders = frame[frame.buys].groupby("country")["order"].nunique()
    assert countries == {name: (net, orders.get(name, 0)) for name, net in money.items()}
    goods = frame[frame.kind != "fee"].groupby("product").net.sum()
    top = [(row["product_id"], row["net_minor"]) for row in found["products"][:-1]]
    expected = sorted(goods.items(), key=lambda each: (-each[1], each[0]))[:100]
    assert top == expected
    sold = frame[frame.buys].groupby("product").agg({"order": "nunique", "customer": "nunique"})
    ours = [(row["orders"], row["customers"]) for row in found["products"][:-1]]
    assert ours == [tuple(sold.loc[product]) for product, _ in expected]
    assert found["products"][-1]["net_minor"] == goods.sum() - sum(net for _, net in expected)


@pytest.mark.parametrize(("by", "kept"), [("product", 100), ("fee", 23)])
def test_months_agree_with_pandas(retail, by, kept):
    lake, frame = retail
    slices = read_json(lake.store, f"runs/run/metrics/sales_months_by_{by}.json")["slices"]
    named = {each["value"] for each in slices if not each["is_rest"]}
    assert len(named) == kept
    of_kind = frame[(frame.kind == "fee") == (by == "fee")]
    of_kind = of_kind.assign(
        value=of_kind["product"].where(of_kind["product"].isin(named), ""),
        month=of_kind.day.dt.strftime("%Y-%m"),
    )
    expected = of_kind.groupby(["value", "month"]).net.sum().to_dict()
    found = {
        (each["value"] or "", row["month"]): row["net_minor"] for each in slices for row in each["months"]
    }
    assert found == expected
    assert sum(expected.values()) == of_kind.net.sum()


def test_every_breakdown_is_the_money_truth(retail):
    lake, frame = retail
    sales.totals("run", lake)
    truth = read_json(lake.store, "runs/run/metrics/totals.json")
    found = figures(lake)
    assert truth["net_minor"] == frame.net.sum()
    for name in ("weeks", "months", "countries", "channels"):
        assert sum(row["net_minor"] for row in found[name]) == truth["net_minor"]
        assert sum(row["orders"] for row in found[name]) == truth["orders"]
        assert sum(row["fee_minor"] for row in found[name]) == truth["fee_minor"]
    assert sum(row["net_minor"] for row in found["products"] + found["fees"]) == truth["net_minor"]
    assert len(lake.store.read_bytes("runs/run/metrics/sales.json")) < 1_000_000


def test_months_of_cdnow_agree_with_pandas(tmp_path):
    frame = all_purchases()
    frame["net"] = (frame.value.astype(float) * 100).round().astype(int)
    frame["quantity"] = frame.quantity.astype(int)
    frame.to_csv(tmp_path / "cdnow.csv", index_label="order")
    rows = (
        "SELECT \"order\" AS order_id, '1' AS line, customer AS customer_id, 'cd' AS product_id, "
        "quantity, value AS unit_price, net AS net_minor, 'sale' AS kind, "
        "timezone('America/New_York', strptime(day, '%Y%m%d')) AS ordered_at "
        f"FROM read_csv('{tmp_path / 'cdnow.csv'}', all_varchar = true)"
    )
    lake = Lake(FolderStore(tmp_path))
    add_part(tmp_path / "lake/orders", ORDER_LINES, "cdnow", rows)
    pin("run", "segments", lake, Shop(currency="USD", timezone="America/New_York"), now=NOW)
    sales.sales("run", lake)
    frame = frame.assign(month=frame.day.str[:4] + "-" + frame.day.str[4:6])
    bought = frame[frame.net > 0]
    expected = pd.DataFrame(
        {
            "net_minor": frame.groupby("month").net.sum(),
            "orders": bought.groupby("month").net.count(),
            "items": bought.groupby("month").quantity.sum(),
            "customers": bought.groupby("month").customer.nunique(),
        }
    )
    months = pd.DataFrame(figures(lake)["months"]).set_index("month")
    pd.testing.assert_frame_equal(months[list(expected)], expected, check_dtype=False)
    assert not months.is_running.any()  # as_of is the end of June 1998
    assert months.net_minor.sum() == 250_031_563
