"""Online Retail II, 2009-2010, against the counts of its README, which were not computed with this code."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import duckdb
import pandas as pd
import pytest

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import REPOSITORY, adds_up, shared

pytestmark = pytest.mark.slow

ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
RAW_ROWS, CANCELLED_LINES, GUEST_LINES, REPEATED_LINES = 525_461, 10_206, 107_927, 6_865
SHARED_INVOICES = 1_088
CLEAN = "kind IN ('sale', 'fee') AND customer_id IS NOT NULL AND quantity > 0 AND unit_price > 0"


def ingested(folder, path, *, key="raw/orders/a", day=1, lake=None, **rules):
    lake = lake or Lake(FolderStore(folder))
    shop = Shop(currency="GBP", timezone="Europe/London", **rules)
    modified = datetime(2026, 1, day, tzinfo=UTC)
    upload = Upload(path=path, key=key, version="1", last_modified=modified)
    return ingest(upload, lake, shop, now=modified), lake


def figures(lake, where=CLEAN):
    files = [str(path) for path in lake.snapshot("orders").files()]
    return duckdb.sql(
        "SELECT COUNT(*), COUNT(DISTINCT order_id), COUNT(DISTINCT customer_id), SUM(net_minor)::BIGINT, "
        "SUM(quantity::DECIMAL(38, 4) * unit_price::DECIMAL(38, 4))::DECIMAL(18, 2)::VARCHAR "
        f"FROM read_parquet({files}) WHERE {where}"
    ).fetchall()[0]


def distinct_invoices(files):
    """Count the invoices of both files, those left out that hold nothing but refused rows, with pandas."""
    names = {"InvoiceNo": "Invoice", "UnitPrice": "Price"}
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns=names) for path, *_ in files]
    rows = pd.concat(frames)
    moves_stock = (rows.Quantity.astype(int) < 0) & (rows.Price.astype(float) == 0)
    is_refused = (rows.Price.astype(float) < 0) | (moves_stock & ~rows.Invoice.str.startswith("C"))
    return rows.Invoice[~is_refused].nunique()


@cache
def net_minor_of(earlier_path, later_path):
    """Add up two files in pence, with pandas; of an invoice in both the later file counts."""
    names = {"InvoiceNo": "Invoice", "UnitPrice": "Price"}
    earlier, later = (
        pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns=names)
        for path in (earlier_path, later_path)
    )
    shared = set(earlier.Invoice) & set(later.Invoice)
    assert len(shared) == SHARED_INVOICES
    rows = pd.concat([earlier[~earlier.Invoice.isin(shared)], later])
    price, pieces = rows.Price.map(Decimal), rows.Quantity.map(int)
    moves_stock = (pieces < 0) & (price == 0) & ~rows.Invoice.str.startswith("C")
    exact = (pieces * price)[(price >= 0) & ~moves_stock]
    return sum(int((each * 100).quantize(Decimal(1), ROUND_HALF_EVEN)) for each in exact)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return ingested(tmp_path_factory.mktemp("lake"), ORDERS)


def test_every_row_has_one_fate_and_every_refusal_a_reason(real):
    report, _ = real
    assert adds_up(report)
    assert report["read"] == RAW_ROWS
    assert report["refused_by_rule"] == {"stock-movement": 2_121, "unit-price-negative": 3}
    assert report["kept_by_kind"]["cancellation"] == CANCELLED_LINES
    assert report["identical_lines_kept"] == REPEATED_LINES
    assert report["detected"]["dialect"] == "uci-online-retail-ii"


def test_guests_are_kept_or_refused_but_never_one_customer(real):
    report, lake = real
    quarantine = lake.store.staged(f"lake/quarantine/{report['object']}.jsonl")
    refused = duckdb.sql(f"SELECT (raw::JSON)[6] ->> '$' = '' FROM read_json('{quarantine}')").fetchall()
    assert report["guest_lines"] + sum(is_guest for (is_guest,) in refused) == GUEST_LINES


def test_the_clean_figures_are_those_of_the_answer_key(real):
    _, lake = real
    lines, invoices, customers, minor, exact = figures(lake)
    assert (lines, invoices, customers, exact) == (407_664, 19_213, 4_312, "8832003.27")
    assert minor == 883_200_326  # 14 lines of 0.001 are nothing in pence: decision 5


def test_dropping_repeated_lines_gives_the_other_answer_key(tmp_path):
    report, lake = ingested(tmp_path, ORDERS, drop_repeated_lines=True)
    assert adds_up(report)
    lines, invoices, customers, _, exact = figures(lake)
    assert (lines, invoices, customers, exact) == (400_916, 19_213, 4_312, "8798233.74")


def test_the_cancellations_without_their_sale_are_those_that_pandas_finds(real):
    report, _ = real
    rows = pd.read_parquet(ORDERS)
    rows["key"] = rows["Customer ID"].fillna("") + "|" + rows.StockCode
    is_cancelled, has_customer = rows.Invoice.str.startswith("C"), rows["Customer ID"].fillna("") != ""
    is_sold = ~is_cancelled & has_customer & (rows.Quantity.map(int) > 0) & (rows.Price.map(float) >= 0)
    first = rows[is_sold].groupby("key").InvoiceDate.min()
    cancelled = rows[is_cancelled]
    alone = cancelled[~(cancelled.key.map(first).fillna("9999") <= cancelled.InvoiceDate)]
    exact = alone.Price.map(Decimal) * alone.Quantity.map(int) * 100
    assert report["unmatched_returns"] == {
        "of_lines": CANCELLED_LINES,
        "lines": len(alone),
        "net_minor": sum(int(each.quantize(Decimal(1), ROUND_HALF_EVEN)) for each in exact),
        "orders": sorted(set(alone.Invoice))[:100],
    }


@pytest.mark.parametrize("first", ["2009", pytest.param("2010", marks=pytest.mark.slow)])
def test_invoices_that_two_files_share_count_once_in_either_order(tmp_path, first):
    folder = shared("online-retail-ii")
    files = [
        (folder / "online_retail_2009_2010.csv.gz", "2009", 1),
        (folder / "online_retail_2010-12_to_2011-06.csv.gz", "2010", 2),
    ]
    lake = Lake(FolderStore(tmp_path))
    for path, key, day in files if first == "2009" else reversed(files):
        report, _ = ingested(tmp_path, path, key=key, day=day, lake=lake)
        assert adds_up(report)
    lines, invoices, _, minor, _ = figures(lake, "TRUE")
    assert lines == 523_337 + 239_269 - 22_459  # kept of each file alone, less the lines of shared invoices
    assert invoices == distinct_invoices(files)
    assert minor == net_minor_of(files[0][0], files[1][0])
