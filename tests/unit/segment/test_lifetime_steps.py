"""The two steps of a run: histories out of the lake, forecasts and their report out of histories."""

from __future__ import annotations

import io
import json
import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from patronage.logic.segments.lifetime import Histories, Spending, lifetime_value
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment.lifetime import lifetime
from patronage.steps.segment.lifetime_histories import lifetime_histories
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import NOW, REPOSITORY, some

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def arrays(lake: Lake, key: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lake.store.read_bytes(f"runs/run/{key}.npz"))) as found:
        return dict(found)


def histories_of(lake: Lake, shop: Shop) -> dict[str, np.ndarray]:
    pin("run", "segments", lake, shop, now=NOW)
    lifetime_histories("run", lake)
    return arrays(lake, "features/lifetime")


def forecast(lake: Lake, shop: Shop) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Run both steps; refuse a report that is no strict JSON."""
    histories_of(lake, shop)
    lifetime("run", lake.store)

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    report = json.loads(lake.store.read_bytes("runs/run/clv/lifetime.json"), parse_constant=refuse)
    return arrays(lake, "clv/lifetime"), report


def lines(*rows: tuple[str, str, float]) -> str:
    """Write orders of one line: customer, time, amount; a negative amount is a refund."""
    return HEADER + "".join(
        f"o{n},{customer},p,{1 if amount >= 0 else -1},{abs(amount)},{time}\n"
        for n, (customer, time, amount) in enumerate(rows)
    )


def test_two_orders_on_one_day_are_one_occasion(ingest_text, lake, shop):
    ingest_text(
        lines(
            ("a", "2012-01-06T08:00:00Z", 10),
            ("a", "2012-01-06T19:00:00Z", 20),
            ("b", "2012-06-30T22:30:00Z", 5),  # 23:30 in London
            ("b", "2012-06-30T23:30:00Z", 5),  # the next day in London
            ("b", "2012-12-31T12:00:00Z", 5),
        )
    )
    found = histories_of(lake, shop)
    for name, a_and_b in {
        "frequency": [0, 2],
        "recency": [0, 184],
        "age": [360, 184],
        "occasions": [1, 3],
        "mean_value": [3000, 500],
    }.items():
        assert found[name].tolist() == a_and_b, name


@pytest.mark.parametrize("unit", ["days", "orders"])
def test_orders_as_the_unit_of_frequency_leave_the_days_of_lifetime_value(ingest_text, lake, shop, unit):
    lake.store.write_bytes("settings/segments.toml", f'frequency_unit = "{unit}"'.encode())
    ingest_text(
        lines(
            *(("a", f"2025-12-{day}T{hour}:00:00Z", 10) for day in (1, 9, 20) for hour in (10, 11)),
            ("b", "2025-12-31T10:00:00Z", 1),
        )
        .replace("-1T", "-01T")
        .replace("-9T", "-09T")
    )
    found = histories_of(lake, shop)
    assert (found["frequency"][0], found["recency"][0], found["age"][0]) == (2, 19, 30)


def test_refunds_lessen_the_value_and_no_occasion(ingest_text, lake, shop):
    ingest_text(
        lines(
            ("a", "2025-10-01T10:00:00Z", 100),
            ("a", "2025-11-01T10:00:00Z", 50),
            ("a", "2025-11-20T10:00:00Z", -30),  # a refund: 120.00 over two occasions
            ("b", "2025-10-05T10:00:00Z", 20),
            ("b", "2025-10-09T10:00:00Z", -20),  # nothing left: no value is said of b
            ("c", "2025-12-30T10:00:00Z", 9),
            ("d", "2025-12-30T10:00:00Z", -9),  # no buyer
            ("", "2025-12-31T10:00:00Z", 9),  # a guest, who sets the shop's last day
        )
    )
    found = histories_of(lake, shop)
    assert found["mean_value"].tolist() == [6000, 0, 900]
    assert found["occasions"].tolist() == [2, 1, 1]
    assert found["age"].tolist() == [91, 87, 1]
    forecasts, report = forecast(lake, shop)
    assert np.isnan(forecasts["value_12m"]).tolist() == [False, True, False]
    assert report["customers_without_value"] == 1
    assert np.isfinite(forecasts["purchases_12m"]).all()


def test_the_calibration_period_ends_before_the_holdout(ingest_text, lake, shop):
    ingest_text(
        lines(
            ("a", "2025-09-01T10:00:00Z", 10),
            ("a", "2025-09-11T10:00:00Z", 30),
            ("a", "2025-10-31T10:00:00Z", 8),  # the last day of calibration: 2025-12-30 less 60 days
            ("a", "2025-11-01T10:00:00Z", 5),
            ("a", "2025-11-01T12:00:00Z", 5),
            ("a", "2025-12-01T12:00:00Z", -4),
            ("b", "2025-11-15T10:00:00Z", 7),  # a buyer only later
            ("b", "2025-12-30T10:00:00Z", 7),
        )
    )
    found = histories_of(lake, shop)
    assert found["holdout_days"].tolist() == [60]
    for name, a_and_b in {
        "calibration_frequency": [2, 0],
        "calibration_recency": [60, 0],
        "calibration_age": [60, 0],
        "calibration_occasions": [3, 0],
        "calibration_mean_value": [1600, 0],
        "later_purchases": [1, 2],
        "later_value": [600, 1400],
    }.items():
        assert found[name].tolist() == a_and_b, name


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> tuple[Lake, Shop]:
    """A year of Online Retail II."""
    lake = Lake(FolderStore(tmp_path_factory.mktemp("lake")))
    shop = Shop(currency="GBP", timezone="Europe/London")
    path = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    upload = Upload(path=Path(path), key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    ingest(upload, lake, shop, now=NOW)
    return lake, shop


@pytest.mark.slow
def test_histories_agree_with_pandas(real):
    lake, shop = real
    found = histories_of(lake, shop)
    files = [str(path) for path in lake.snapshot("orders").files()]
    rows = duckdb.sql(f"SELECT customer_id, kind, net_minor, ordered_at FROM read_parquet({files})").df()
    rows = rows[rows.customer_id.notna()]
    rows["day"] = rows.ordered_at.dt.tz_convert("Europe/London").dt.tz_localize(None).dt.normalize()
    sales = rows[(rows.kind == "sale") & (rows.net_minor > 0)]
    today = pd.Timestamp(rows.day.max())
    days = sales.groupby("customer_id").day.agg(["min", "max", "nunique"]).sort_index()
    net = rows.groupby("customer_id").net_minor.sum().reindex(days.index)
    until = today - pd.Timedelta(days=int(found["holdout_days"][0]))
    known = sales[sales.day <= until].groupby("customer_id").day.nunique().reindex(days.index).fillna(0)
    later = rows[rows.day > until].groupby("customer_id").net_minor.sum().reindex(days.index).fillna(0)
    for name, expected in {
        "frequency": days["nunique"] - 1,
        "recency": (days["max"] - days["min"]).dt.days,
        "age": (today - days["min"]).dt.days,
        "mean_value": net / days["nunique"],
        "calibration_occasions": known,
        "later_purchases": days["nunique"] - known,
        "later_value": later,
    }.items():
        np.testing.assert_allclose(found[name], expected.astype(float), rtol=1e-12, err_msg=name)


@pytest.mark.slow
def test_a_year_of_a_real_shop_is_forecast_and_held_against_its_second_half(real):
    lake, shop = real
    forecasts, report = forecast(lake, shop)
    found = histories_of(lake, shop)
    answer = lifetime_value(
        Histories(found["frequency"], found["recency"], found["age"]),
        Spending(found["occasions"], found["mean_value"]),
    )
    np.testing.assert_array_equal(forecasts["value_3m_high"], answer.value.high[:, 0])
    np.testing.assert_array_equal(forecasts["purchases_12m_low"], answer.purchases.low[:, 1])
    np.testing.assert_array_equal(forecasts["churn_probability"], answer.churn_probability[:, 0])
    for total, column in (("value_12m", "value_12m"), ("purchases_3m", "purchases_3m")):
        stated = report["totals"][total]
        assert stated["expected"] == pytest.approx(np.nansum(forecasts[column]))
        assert stated["low"] < stated["expected"] < stated["high"]
        bounds = np.nansum(forecasts[f"{column}_high"]) - np.nansum(forecasts[f"{column}_low"])
        assert stated["high"] - stated["low"] < bounds / 10  # luck evens out over thousands
    assert report["customers_without_value"] == np.isnan(forecasts["value_12m"]).sum() == 20
    holdout, known = report["holdout"], found["calibration_occasions"] > 0
    assert holdout["customers"] == sum(each["customers"] for each in holdout["by_frequency"]) == known.sum()
    assert holdout["purchases"]["actual"] == found["later_purchases"][known].sum()
    assert holdout["purchases"]["bias"] == pytest.approx(
        holdout["purchases"]["predicted"] / holdout["purchases"]["actual"] - 1
    )
    assert abs(holdout["purchases"]["bias"]) < 0.15
    assert 0.75 < holdout["purchases"]["coverage"] < 0.97
    churn, gone = holdout["churn"], found["later_purchases"][known] == 0
    assert (churn["customers"], churn["actual"]) == (known.sum(), pytest.approx(gone.mean()))
    assert abs(churn["predicted"] - churn["actual"]) < 0.05
    assert churn["auc"] > 0.7
    often = holdout["by_frequency"][-1]
    rows = known & (found["calibration_frequency"] >= 7)
    assert (often["frequency"], often["customers"]) == ("7+", rows.sum())
    assert often["actual"] == pytest.approx(found["later_purchases"][rows].mean())


def test_the_steps_can_be_repeated(ingest_text, lake, shop):
    ingest_text(
        lines(
            *(
                (f"c{n}", f"2025-{m:02d}-{1 + n % 28:02d}T10:00:00Z", n + m)
                for n in range(80)
                for m in (3, 6, 7 + n % 5)
            )
        )
    )
    forecast(lake, shop)
    keys = ("features/lifetime.npz", "clv/lifetime.npz", "clv/lifetime.json")
    once = [lake.store.read_bytes(f"runs/run/{key}") for key in keys]
    forecast(lake, shop)
    assert [lake.store.read_bytes(f"runs/run/{key}") for key in keys] == once


def everybody(customers: int, *days: str) -> str:
    return lines(*((f"c{n:03d}", f"{day}T10:00:00Z", 10) for n in range(customers) for day in days))


@pytest.mark.parametrize(
    "case",
    some([
        (lines(("", "2025-12-31T10:00:00Z", 9)), 0),  # guests alone
        (lines(("a", "2025-12-31T10:00:00Z", -9)), 0),  # nobody with a purchase
        (everybody(1, "2025-12-31"), 1),
        (everybody(60, "2025-12-31"), 60),  # the shop's first day
        (everybody(60, "2025-12-30", "2025-12-31"), 60),
        (everybody(100, "2025-06-01"), 100),
        (everybody(100, "2025-06-01") + "z,zz,p,1,10,2025-12-31T10:00:00Z\n", 101),  # everybody once
        (everybody(100, "2025-06-01", "2025-07-01", "2025-08-01"), 100),  # everybody the same
        (everybody(3, "2025-06-01", "2025-07-01"), 3),
    ], every=3),
    ids=lambda case: f"{case[1]}-{case[0].count(chr(10))}",
)  # fmt: skip
def test_a_shop_that_cannot_be_learned_from_gets_a_marked_answer(ingest_text, lake, shop, case):
    text, customers = case
    ingest_text(text)
    forecasts, report = forecast(lake, shop)
    assert report["customers"] == customers
    assert report["low_data"]
    assert report["reasons"]
    assert all(reason[0].isalnum() for reason in report["reasons"])
    assert {len(column) for column in forecasts.values()} == {customers}
    assert ((forecasts["probability_alive"] >= 0) & (forecasts["probability_alive"] <= 1)).all()
    known = ~np.isnan(forecasts["value_12m"])
    assert (forecasts["value_12m"][known] >= 0).all()
    assert (forecasts["value_12m_low"][known] <= forecasts["value_12m_high"][known]).all()
    total = report["totals"]["value_12m"]
    assert total is None if not known.any() else total["low"] <= total["expected"] <= total["high"]
    assert all(math.isfinite(value) for value in (total or {}).values())


def test_what_was_pinned_is_what_is_learned_from(ingest_text, lake, shop):
    ingest_text(everybody(5, "2025-06-01", "2025-07-01"))
    before = histories_of(lake, shop)
    ingest_text(lines(("late", "2025-07-01T12:00:00Z", 1)), key="raw/orders/b.csv")
    again = histories_of(lake, shop)
    assert all(np.array_equal(before[name], again[name]) for name in before)
    start = date(2025, 6, 1)
    assert before["age"].tolist() == [(date(2025, 7, 1) - start) // timedelta(days=1)] * 5
