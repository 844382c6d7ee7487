"""RFM of real shops, recomputed with pandas from their own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import pytest

from cdnow_support import all_purchases
from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.segments import default_map
from patronage.logic.segments.rfm_scores import quintile_cuts, scored_sql
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment import rfm
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW, REPOSITORY, shared

if TYPE_CHECKING:
    from pathlib import Path

CELLS = {(r, fm): segment_id for r, fm, segment_id in default_map()}


def segmented(path: Path, lake: Lake, shop: Shop) -> pd.DataFrame:
    upload = Upload(path=path, key=f"raw/orders/{path.name}", version="1", last_modified=NOW)
    assert ingest(upload, lake, shop, now=NOW)["state"] == "done"
    pin("run", "segments", lake, shop, now=NOW)
    rfm.rfm("run", lake)
    found = lake.store.staged("runs/run/segments/rfm.parquet")
    return duckdb.sql(f"FROM '{found}'").df().set_index("customer_id")


def scored(buyers: pd.DataFrame) -> pd.DataFrame:
    """Score recency, frequency and money by pandas' ranks, and name the segment by the map."""
    n = len(buyers)
    table = buyers.assign(
        r=(5 * (buyers.recency.rank(ascending=False, method="average") - 0.5) / n).astype(int) + 1,
        f=(5 * (buyers.frequency.rank(method="min") - 1) / n).astype(int) + 1,
        m=(5 * (buyers.money.rank(method="average") - 0.5) / n).astype(int) + 1,
    )
    table["segment"] = [CELLS[r, (f + m + 1) // 2] for r, f, m in zip(table.r, table.f, table.m, strict=True)]
    return table.sort_index()


def check(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    buyers = found[found.frequency > 0].sort_index()
    assert buyers.index.tolist() == expected.index.tolist()
    for ours, theirs in {
        "recency_days": "recency",
        "frequency": "frequency",
        "net_minor": "money",
        "r": "r",
        "f": "f",
        "m": "m",
        "segment_id": "segment",
    }.items():
        assert buyers[ours].tolist() == expected[theirs].tolist(), ours


def test_all_of_cdnow(tmp_path, lake):
    raw = all_purchases()
    assert len(raw) == 69_659
    file = tmp_path / "cdnow.csv"
    raw.assign(
        order_id=[f"o{n}" for n in range(len(raw))],
        product_id="cd",
        quantity="1",
        ordered_at=pd.to_datetime(raw.day).dt.strftime("%Y-%m-%d"),
    ).rename(columns={"customer": "customer_id", "value": "unit_price"})[
        ["order_id", "customer_id", "product_id", "quantity", "unit_price", "ordered_at"]
    ].to_csv(file, index=False)
    found = segmented(file, lake, Shop(currency="USD", timezone="America/New_York"))

    raw["cents"] = (raw.value.astype(float) * 100).round().astype(int)
    raw["day"] = pd.to_datetime(raw.day)
    paid = raw[raw.cents > 0].groupby("customer").day
    expected = pd.DataFrame(
        {
            "recency": (pd.Timestamp("1998-06-30") - paid.max()).dt.days,
            "frequency": paid.nunique(),
            "money": raw.groupby("customer").cents.sum(),
        }
    ).dropna()
    answer = scored(expected)
    check(found, answer)
    assert len(found) == raw.customer.nunique() == 23_570
    assert found.net_minor.sum() == 250_031_563
    assert (found.segment_id == "no_purchase").sum() == 23_570 - len(expected)
    bins = read_json(lake.store, "runs/run/segments/rfm.json")["bins"]
    assert bins == answer[["r", "f", "m"]].nunique().to_dict() == {"r": 5, "f": 4, "m": 5}


@pytest.fixture(scope="module")
def retail(tmp_path_factory) -> tuple[Lake, pd.DataFrame]:
    lake = Lake(FolderStore(tmp_path_factory.mktemp("retail")))
    path = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    return lake, segmented(path, lake, Shop(currency="GBP", timezone="Europe/London"))


@pytest.mark.slow
def test_online_retail(retail):
    lake, found = retail
    files = [str(path) for path in lake.snapshot("orders").files()]
    lines = duckdb.sql(
        f"SELECT customer_id, kind, net_minor, ordered_at FROM read_parquet({files}) "
        "WHERE customer_id IS NOT NULL"
    ).df()
    lines["day"] = lines.ordered_at.dt.tz_convert("Europe/London").dt.tz_localize(None).dt.normalize()
    bought = lines[(lines.kind == "sale") & (lines.net_minor > 0)].groupby("customer_id").day
    expected = pd.DataFrame(
        {
            "recency": (pd.Timestamp("2010-12-09") - bought.max()).dt.days,
            "frequency": bought.nunique(),
            "money": lines.groupby("customer_id").net_minor.sum(),
        }
    ).dropna()
    check(found, scored(expected))
    assert len(found) == 4_383


@pytest.mark.slow
def test_recency_and_frequency_of_online_retail_from_the_raw_sheet(retail):
    """Of those who never bought a fee alone, the raw file says the same without any of our ingest."""
    _, found = retail
    raw = duckdb.sql(f"FROM '{REPOSITORY}/data/online-retail-ii-2009-2010.parquet'").df()
    goods = raw[
        raw["Customer ID"].notna()
        & ~raw.Invoice.str.startswith("C")
        & (raw.Quantity.astype(float) > 0)
        & (raw.Price.astype(float) > 0)
        & raw.StockCode.str.match(r"^\d{5}")
    ]
    day = pd.to_datetime(goods.InvoiceDate).dt.normalize()
    by_customer = day.groupby(goods["Customer ID"].str.removesuffix(".0"))
    buyers = found[found.frequency > 0]
    both = by_customer.nunique().to_frame("frequency").join(buyers.frequency.rename("ours"), how="inner")
    assert len(both) > 4_200
    assert (both.frequency == both.ours).mean() > 0.99


def test_ready_made_totals_of_flo():
    raw = pd.read_csv(shared("flo-omnichannel-rfm/flo_data_20k.csv.gz"), index_col="master_id").sort_index()
    expected = scored(
        pd.DataFrame(
            {
                "recency": (pd.Timestamp("2021-06-01") - pd.to_datetime(raw.last_order_date)).dt.days,
                "frequency": (raw.order_num_total_ever_online + raw.order_num_total_ever_offline).astype(int),
                "money": (
                    100 * (raw.customer_value_total_ever_online + raw.customer_value_total_ever_offline)
                )
                .round()
                .astype("int64"),
            }
        )
    )
    with DuckEngine(Shop(currency="TRY")) as engine:
        engine.connection.register("totals", expected.reset_index())
        engine.table(
            "rfm_customers",
            "SELECT master_id AS customer_id, recency AS recency_days, frequency, money AS net_minor "
            "FROM totals",
        )
        engine.table(
            "rfm_scored", scored_sql(quintile_cuts(engine.rows(query("rfm_quintiles"), margin=0.02)))
        )
        found = engine.connection.execute("SELECT r, f, m FROM rfm_scored ORDER BY customer_id").df()
    assert len(found) == 19_945
    np.testing.assert_array_equal(found.to_numpy(), expected[["r", "f", "m"]].to_numpy())
