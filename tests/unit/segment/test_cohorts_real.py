"""Cohorts of real shops, recomputed with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from cdnow_support import all_purchases
from lake_support import rows_of
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment import cohorts
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PERIODS = {"month": "M", "week": "W-SUN", "quarter": "Q"}
"""The periods and what pandas calls them: a week that ends on a Sunday begins on a Monday."""


@pytest.fixture(scope="module")
def retail(tmp_path_factory) -> Lake:
    path = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    return ingested(path, Shop(currency="GBP", timezone="Europe/London"), tmp_path_factory.mktemp("retail"))


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory) -> Lake:
    frame = all_purchases()
    days = pd.to_datetime(frame.day, format="%Y%m%d")
    lines = pd.DataFrame(
        {
            "order_id": [f"o{n}" for n in range(len(frame))],
            "customer_id": frame.customer,
            "product_id": "cd",
            "quantity": 1,
            "unit_price": frame.value,
            "ordered_at": days.dt.strftime("%Y-%m-%dT18:00:00Z"),  # about noon in New York
        }
    )
    folder = tmp_path_factory.mktemp("cdnow")
    lines.to_csv(folder / "cdnow.csv", index=False)
    return ingested(folder / "cdnow.csv", Shop(currency="USD", timezone="America/New_York"), folder)


def ingested(path: Path, shop: Shop, folder: Path) -> Lake:
    lake = Lake(FolderStore(folder / "lake"))
    upload = Upload(path=path, key=f"raw/orders/{path.name}", version="1", last_modified=NOW)
    assert ingest(upload, lake, shop, now=NOW)["state"] == "done"
    pin("run", "segments", lake, shop, now=NOW)
    cohorts.cohorts("run", lake)
    return lake


def purchases(lake: Lake, zone: str) -> pd.DataFrame:
    """Read the lines of customers as they stand in the lake."""
    sql = "SELECT customer_id, kind, net_minor, epoch_us(ordered_at) FROM lake WHERE customer_id IS NOT NULL"
    rows = rows_of(lake.store.root / "lake/orders", sql)
    frame = pd.DataFrame(rows, columns=["customer", "kind", "net", "us"])
    at = pd.to_datetime(frame.us, unit="us", utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    return frame.assign(at=at, buys=(frame.kind == "sale") & (frame.net > 0))


def recomputed(frame: pd.DataFrame, frequency: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who was active, and the money, by cohort (rows) and period (columns)."""
    frame = frame.assign(period=frame["at"].dt.to_period(frequency))
    first = frame[frame.buys].groupby("customer").period.min().rename("cohort")
    frame = frame.join(first, on="customer")
    active = frame[frame.buys].pivot_table(
        index="cohort", columns="period", values="customer", aggfunc="nunique"
    )
    money = frame[frame.cohort.notna() & (frame.period >= frame.cohort)].pivot_table(
        index="cohort", columns="period", values="net", aggfunc="sum"
    )
    return active, money


def shown(table: dict, name: str, last: pd.Period) -> pd.DataFrame:
    """Lay a table out as pandas does: cohorts by periods, of those that have begun."""
    rows = {}
    for row in table["cohorts"]:
        first = pd.Period(row["begins"], freq=last.freq)
        rows[first] = {
            first + cell["offset"]: cell[name] for cell in row["periods"] if cell[name] is not None
        }
        assert max(rows[first]) == last
    return pd.DataFrame(rows).T.sort_index().sort_index(axis=1)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("name", "zone"), [("retail", "Europe/London"), ("cdnow", "America/New_York")])
def test_cohorts_agree_with_pandas(request, name, zone, period):
    lake = request.getfixturevalue(name)
    frame = purchases(lake, zone)
    table = read_json(lake.store, f"runs/run/cohorts/{period}.json")
    active, money = recomputed(frame, PERIODS[period])
    last = frame["at"].max().to_period(PERIODS[period])
    assert table["left_out"] == {"cohorts": 0, "offsets": 0}
    for ours, theirs in ((shown(table, "active", last), active), (shown(table, "net_minor", last), money)):
        theirs = theirs.reindex(index=ours.index, columns=ours.columns)
        np.testing.assert_array_equal(ours.fillna(0).to_numpy(float), theirs.fillna(0).to_numpy(float))
    customers = active.apply(lambda row: row[row.name], axis=1)
    assert table["customers"] == customers.sum() == frame[frame.buys].customer.nunique()
    begun = shown(table, "active", last).notna()
    retention = active.reindex(columns=begun.columns).fillna(0).div(customers, axis=0).where(begun)
    np.testing.assert_allclose(shown(table, "retention", last).to_numpy(float), retention.to_numpy(float))
    value = money.reindex(columns=begun.columns).fillna(0).cumsum(axis=1).div(customers, axis=0).where(begun)
    np.testing.assert_allclose(
        shown(table, "cumulative_ltv_minor", last).to_numpy(float), value.to_numpy(float)
    )


def test_averages_of_the_retail_shop_agree_with_pandas(retail):
    frame = purchases(retail, "Europe/London")
    active, _ = recomputed(frame, "M")
    table = read_json(retail.store, "runs/run/cohorts/month.json")
    over = pd.Period("2010-11", "M")  # December runs
    for row in table["average"]:
        pairs = [
            (active.loc[first].get(first + row["offset"], np.nan), active.loc[first, first])
            for first in active.index
            if first + row["offset"] <= over
        ]
        assert row["cohorts"] == len(pairs)
        if pairs:
            back, customers = np.nan_to_num(np.array(pairs)).T
            assert row["retention"] == pytest.approx(back.sum() / customers.sum())
            assert row["mean_retention"] == pytest.approx((back / customers).mean())


def test_the_first_cohorts_of_cdnow_are_those_of_the_first_quarter_of_1997(cdnow):
    table = read_json(cdnow.store, "runs/run/cohorts/month.json")
    assert [row["cohort"] for row in table["cohorts"]][:3] == ["1997-01", "1997-02", "1997-03"]
    assert table["as_of"] == "1998-07-01T04:00:00+00:00"
    assert not any(cell["is_running"] for row in table["cohorts"] for cell in row["periods"])
    total = sum(cell["net_minor"] or 0 for row in table["cohorts"] for cell in row["periods"])
    assert total == 250_031_563  # USD 2,500,315.63, as the data set's README counts
