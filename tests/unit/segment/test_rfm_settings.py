"""Thresholds and the unit of frequency, by hand."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import duckdb
import pytest

from patronage.errors import BadInput
from patronage.logic.segments.options import SegmentOptions
from patronage.logic.segments.rfm_scores import threshold_cuts
from patronage.steps.pin import pin
from patronage.steps.segment import rfm
from patronage.stores.objects import read_json
from tests_support import NOW

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
ORDERS = HEADER + (
    "o1,a,p,1,10,2026-01-05T09:00:00Z\n"
    "o2,a,p,1,10,2026-01-05T18:00:00Z\n"  # the same day: another order, no other occasion
    "o2,a,q,1,10,2026-01-05T18:00:00Z\n"  # a second line of it
    "o3,a,p,-1,5,2026-01-05T19:00:00Z\n"  # a refund: an occasion by neither unit
    "o4,b,p,1,24.99,2025-12-31T12:00:00Z\n"
    "o5,c,p,1,25,2025-12-30T12:00:00Z\n"
)


def scored(lake, shop, settings: str = ""):
    lake.store.write_bytes("settings/segments.toml", settings.encode())
    pin("run", "segments", lake, shop, now=NOW)
    rfm.rfm("run", lake)
    path = lake.store.staged("runs/run/segments/rfm.parquet")
    return duckdb.sql(f"FROM '{path}'").df().set_index("customer_id")


@pytest.mark.parametrize(("unit", "occasions"), [("days", 1), ("orders", 2)])
def test_two_orders_on_one_day_are_one_occasion_or_two(ingest_text, lake, shop, unit, occasions):
    ingest_text(ORDERS)
    found = scored(lake, shop, f'frequency_unit = "{unit}"')
    assert found.loc["a", ["recency_days", "frequency", "net_minor"]].tolist() == [0, occasions, 2500]
    assert found.loc[["b", "c"], "frequency"].tolist() == [1, 1]


def test_a_value_on_a_threshold_gets_the_better_score(ingest_text, lake, shop):
    ingest_text(ORDERS)
    found = scored(
        lake,
        shop,
        'frequency_unit = "orders"\n[thresholds]\nrecency = [5, 5.5, 6, 30]\nfrequency = [2, 3, 4, 5]\n'
        "monetary = [0.5, 24.99, 25, 25.001]\n",
    )
    assert found[["r", "f", "m"]].to_numpy().tolist() == [[5, 2, 4], [5, 1, 3], [3, 1, 4]]
    assert read_json(lake.store, "runs/run/segments/rfm.json")["cuts"] == {
        "r": [30, 6, 5, 5],
        "f": [2, 3, 4, 5],
        "m": [50, 2499, 2500, 2501],
    }


def test_what_has_no_threshold_is_parted_by_quintiles(ingest_text, lake, shop):
    ingest_text(ORDERS)
    by_quintiles = scored(lake, shop)
    lake.store.root.joinpath("runs/run/manifest.json").unlink()
    found = scored(lake, shop, "[thresholds]\nmonetary = [1, 2, 3, 4]")
    assert (found.m == 5).all()
    assert found.r.tolist() == by_quintiles.r.tolist()
    assert found.f.tolist() == by_quintiles.f.tolist()


@pytest.mark.parametrize(
    ("digits", "least"), [(0, [1, 2, 20, 1000]), (2, [1, 110, 2000, 100000]), (3, [5, 1100, 20000, 10**6])]
)
def test_money_thresholds_are_exact_in_the_currencys_own_minor_unit(digits, least):
    cuts = threshold_cuts({"monetary": [0.005, 1.1, 20, 1e3]}, minor_digits=digits)
    assert cuts["m"].least == least
    assert set(cuts) == {"m"}


def test_a_threshold_beyond_all_money_is_one_that_nobody_reaches(ingest_text, lake, shop):
    ingest_text(ORDERS)
    found = scored(lake, shop, "[thresholds]\nmonetary = [-1e300, 1e200, 1e250, 1e300]")
    assert (found.m == 2).all()


@pytest.mark.parametrize(
    "values", [[1, 2, 3], [1, 2, 2, 3], [4, 3, 2, 1], [1, 2, 3, inf], [1, nan, 3, 4], [1, 2, 3, True], "1"]
)
def test_thresholds_are_four_ascending_numbers(values):
    with pytest.raises(BadInput, match=r"thresholds\.recency = .* must be four ascending numbers"):
        SegmentOptions(thresholds={"recency": values})


@pytest.mark.parametrize("margin", [-0.01, 0.11])
def test_the_margin_has_its_bounds(margin):
    with pytest.raises(BadInput, match="stability_margin"):
        replace(SegmentOptions(), stability_margin=margin)
