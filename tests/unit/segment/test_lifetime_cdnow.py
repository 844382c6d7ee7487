"""CDNOW through the lake and both steps, against the published summary and estimates."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from cdnow_support import sample, summary
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.steps.segment.lifetime import lifetime
from patronage.steps.segment.lifetime_histories import lifetime_histories
from patronage.stores.objects import read_json
from tests_support import NOW


@pytest.fixture
def shop() -> Shop:
    return Shop(currency="USD", timezone="UTC")


def as_orders(rows: pd.DataFrame) -> str:
    orders = pd.DataFrame(
        {
            "order_id": np.arange(len(rows)),
            "customer_id": rows.customer.map("{:05d}".format),
            "product_id": "cd",
            "quantity": 1,
            "unit_price": rows.value,
            "ordered_at": rows.day.dt.strftime("%Y-%m-%dT12:00:00Z"),
        }
    )
    return orders.to_csv(index=False)


def test_39_weeks_give_the_published_histories_and_estimates(ingest_text, lake, shop):
    rows = sample()
    rows = rows[rows.day <= "1997-09-30"]
    ingest_text(as_orders(rows))
    pin("run", "segments", lake, shop, now=NOW)
    lifetime_histories("run", lake)
    with np.load(io.BytesIO(lake.store.read_bytes("runs/run/features/lifetime.npz"))) as arrays:
        found = dict(arrays)
    by_id = summary().set_index("id").sort_index()
    # A purchase of nothing is an occasion there and none here; of the others every number is the same.
    paid = rows.groupby("customer").value.min() > 0
    buyers = rows[rows.value > 0].groupby("customer").size().index
    same = paid.reindex(buyers).to_numpy()
    assert same.mean() > 0.99
    published = by_id.reindex(buyers)[same]
    np.testing.assert_array_equal(found["frequency"][same], published.frequency)
    np.testing.assert_allclose(found["recency"][same] / 7, published.recency, atol=0.006)
    np.testing.assert_allclose(found["age"][same] / 7, published.age, atol=0.006)
    lifetime("run", lake.store)
    report = read_json(lake.store, "runs/run/clv/lifetime.json")
    estimates = report["buying"]["parameters"]
    weeks = [estimates["r"], estimates["alpha"] / 7, estimates["a"], estimates["b"]]
    assert weeks == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.02)
    assert not report["low_data"]


def test_the_report_s_holdout_is_what_customers_went_on_to_buy(ingest_text, lake, shop):
    """From 78 weeks the report takes the paper's 39 to learn from, less a day's rounding."""
    rows = sample()
    ingest_text(as_orders(rows))
    pin("run", "segments", lake, shop, now=NOW)
    assert lifetime_histories("run", lake)["holdout_days"] == 272
    lifetime("run", lake.store)
    holdout = read_json(lake.store, "runs/run/clv/lifetime.json")["holdout"]
    paid = rows[rows.value > 0].groupby(["customer", "day"], as_index=False).value.sum()
    known = paid[paid.day <= "1997-10-01"]
    later = paid[paid.day > "1997-10-01"]
    buyers = known.groupby("customer").size()
    bought = later.groupby("customer").size().reindex(buyers.index).fillna(0)
    assert holdout["customers"] == len(buyers)
    assert holdout["purchases"]["actual"] == bought.sum()
    assert holdout["value"]["actual"] == pytest.approx(
        100 * later[later.customer.isin(buyers.index)].value.sum()
    )
    for each in holdout["by_frequency"]:
        least = int(each["frequency"].removesuffix("+"))
        rows_of_class = (buyers - 1).clip(upper=7) == least
        assert each["customers"] == rows_of_class.sum()
        assert each["actual"] == pytest.approx(bought[rows_of_class].mean())
    # The paper's figure 3: the model follows the frequencies, and falls somewhat short of those of many.
    predicted = [each["predicted"] for each in holdout["by_frequency"]]
    assert predicted == sorted(predicted)
    assert abs(holdout["purchases"]["bias"]) < 0.2
    assert 0.8 <= holdout["purchases"]["coverage"] < 0.95
    estimates = holdout["buying"]["parameters"]
    weeks = [estimates["r"], estimates["alpha"] / 7, estimates["a"], estimates["b"]]
    assert weeks == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.03)
