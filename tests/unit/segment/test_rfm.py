from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import pytest

from patronage.errors import BadInput
from patronage.steps.pin import pin
from patronage.steps.segment import rfm
from patronage.stores.objects import read_json
from tests_support import NOW

if TYPE_CHECKING:
    from patronage.settings import Shop
    from patronage.stores.lake import Lake

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def segmented(lake: Lake, shop: Shop, run_id: str = "run") -> pd.DataFrame:
    pin(run_id, "segments", lake, shop, now=NOW)
    rfm.rfm(run_id, lake)
    path = lake.store.staged(f"runs/{run_id}/segments/rfm.parquet")
    return duckdb.sql(f"FROM '{path}'").df().set_index("customer_id")


def orders_of(frequencies: dict[str, int]) -> str:
    """One order of 10.00 a day, the last of each customer on 2026-01-05."""
    lines = [
        f"{customer}-{n},{customer},p,1,10,2026-01-05T12:00:00Z"
        if n == 0
        else f"{customer}-{n},{customer},p,1,10,{np.datetime64('2026-01-05') - n}T12:00:00Z"
        for customer, times in frequencies.items()
        for n in range(times)
    ]
    return HEADER + "\n".join(lines) + "\n"


def test_recency_frequency_and_money_by_hand(ingest_text, lake, shop):
    ingest_text(
        HEADER
        + "o1,a,p,1,10,2025-12-31T23:30:00Z\n"  # New Year's Eve in London
        + "o2,a,p,1,10,2026-01-01T00:10:00Z\n"  # the next day
        + "o3,a,p,1,10,2026-01-01T18:00:00Z\n"  # the same day: one occasion
        + "o4,a,p,-1,10,2026-01-04T10:00:00Z\n"  # a refund: no occasion, less money
        + "o5,b,p,2,5,2026-01-06T10:00:00Z\n"
        + "o6,c,p,-1,5,2026-01-02T10:00:00Z\n"  # only a refund
        + "o7,,p,1,99,2026-01-03T10:00:00Z\n"  # a guest
    )
    found = segmented(lake, shop)
    assert found.loc["a", ["recency_days", "frequency", "net_minor"]].tolist() == [5, 2, 2000]
    assert found.loc["b", ["recency_days", "frequency", "net_minor"]].tolist() == [0, 1, 1000]
    assert found.loc["c", "segment_id"] == "no_purchase"
    assert found.loc["c", "net_minor"] == -500
    summary = read_json(lake.store, "runs/run/segments/rfm.json")
    assert sum(row["net_minor"] for row in summary["segments"]) == 2500
    assert sum(row["customers"] for row in summary["segments"]) == 3
    assert summary["bins"] == {"r": 2, "f": 2, "m": 2}


@pytest.mark.parametrize("one_time", [0, 76, 90, 100])
def test_any_share_of_one_time_buyers_scores_tie_safe(ingest_text, lake, shop, one_time):
    frequencies = {f"c{n:03d}": 1 if n < one_time else 2 + n % 7 for n in range(100)}
    ingest_text(orders_of(frequencies))
    found = segmented(lake, shop)
    assert (found.groupby("frequency").f.nunique() == 1).all()
    assert found.sort_values("frequency").f.is_monotonic_increasing
    assert set(found.f) <= {1, 2, 3, 4, 5}
    if one_time:
        assert (found.f[found.frequency == 1] == 1).all()


def test_ten_identical_customers_score_identically_in_the_middle(ingest_text, lake, shop):
    ingest_text(orders_of({f"c{n}": 1 for n in range(10)}))
    found = segmented(lake, shop)
    assert found[["r", "f", "m"]].drop_duplicates().to_numpy().tolist() == [[3, 1, 3]]


def test_scores_agree_with_pandas(ingest_text, lake, shop):
    rng = np.random.default_rng(5)
    n = 3000
    frame = pd.DataFrame(
        {
            "order_id": [f"o{k}" for k in range(n)],
            "customer_id": [f"c{k}" for k in rng.integers(0, 400, n)],
            "product_id": "p",
            "quantity": rng.choice([1, 2, 3, -1], n, p=[0.6, 0.2, 0.1, 0.1]),
            "unit_price": rng.integers(100, 5000, n) / 100,
            "ordered_at": pd.Timestamp("2025-01-01T12:00", tz="UTC")
            + pd.to_timedelta(rng.integers(0, 360 * 24, n), unit="h"),
        }
    )
    ingest_text(frame.to_csv(index=False))
    found = segmented(lake, shop)
    frame["net"] = (frame.quantity * (frame.unit_price * 100).round()).astype(int)
    local = frame.ordered_at.dt.tz_convert("Europe/London").dt.normalize()
    frame["day"] = local
    sales = frame[frame.quantity > 0].groupby("customer_id").day
    today = local.max()
    expected = pd.DataFrame(
        {
            "recency": (today - sales.max()).dt.days,
            "frequency": sales.nunique(),
            "money": frame.groupby("customer_id").net.sum(),
        }
    ).dropna()
    n = len(expected)
    r = (5 * (expected.recency.rank(ascending=False, method="average") - 0.5) / n).astype(int) + 1
    f = (5 * (expected.frequency.rank(method="min") - 1) / n).astype(int) + 1
    m = (5 * (expected.money.rank(method="average") - 0.5) / n).astype(int) + 1
    buyers = found[found.frequency > 0].sort_index()
    pd.testing.assert_frame_equal(
        buyers[["r", "f", "m"]].astype("int64"),
        pd.DataFrame({"r": r, "f": f, "m": m}).sort_index().astype("int64"),
        check_index_type=False,
        check_names=False,
    )


def test_a_run_reads_only_what_it_pinned(ingest_text, lake, shop):
    ingest_text(orders_of({"a": 1}))
    pin("run", "segments", lake, shop, now=NOW)
    ingest_text(orders_of({"b": 3}), key="later.csv")
    assert segmented(lake, shop).index.tolist() == ["a"]


def test_an_empty_lake_is_no_fault_and_says_what_to_do(lake, shop):
    answer = pin("run", "segments", lake, shop, now=NOW)
    assert (answer["engine"], answer["lines"]) == ("none", 0)
    assert "upload an order file" in answer["reason"]
    assert not lake.store.exists("runs/run/manifest.json")


def test_a_run_id_belongs_to_one_family(ingest_text, lake, shop):
    ingest_text(orders_of({"a": 1}))
    pin("run", "segments", lake, shop, now=NOW)
    with pytest.raises(BadInput, match="give a run of recommendations another name"):
        pin("run", "recommendations", lake, shop, now=NOW)


def test_a_lake_of_guests_alone_has_nobody_to_score(ingest_text, lake, shop):
    ingest_text(HEADER + "o1,,p,1,10,2026-01-05\n")
    assert segmented(lake, shop).empty
    found = read_json(lake.store, "runs/run/segments/rfm.json")
    assert (found["segments"], found["bins"]) == ([], {"r": 0, "f": 0, "m": 0})
