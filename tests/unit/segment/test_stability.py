"""Nobody leaves a segment for a day's difference, and who does leave is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.steps.segment import rfm, stability
from patronage.stores.objects import read_json

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
LAST = date(2026, 1, 6)


def run(lake, run_id: str, *, day: date = LAST, previous: str = "", shop: Shop | None = None, **settings):
    """Segment as of the end of a day."""
    live = {"segments": previous} if previous else {}
    Manifest(
        run_id=run_id,
        family="segments",
        as_of=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1),
        created_at=datetime(2026, 1, 10, tzinfo=UTC),
        tables={"orders": {"version": lake.snapshot("orders").version}},
        shop=shop or Shop(currency="GBP", timezone="UTC"),
        lines=1,
        live_runs=live,
        segmentation=settings,
    ).save(lake.store)
    rfm.rfm(run_id, lake)
    counted = stability.stability(run_id, lake)
    return read(lake, run_id, "rfm").set_index("customer_id"), counted


def read(lake, run_id: str, name: str) -> pd.DataFrame:
    path = lake.store.staged(f"runs/{run_id}/segments/{name}.parquet")
    return duckdb.sql(f"FROM '{path}'").df()


def random_orders(customers: int, orders: int, *, seed: int = 3) -> str:
    rng = np.random.default_rng(seed)
    return HEADER + "".join(
        f"o{n},c{rng.integers(customers):04d},p,1,{rng.integers(500, 9000) / 100},"
        f"{LAST - timedelta(days=int(days))}T12:00:00Z\n"
        for n, days in enumerate(rng.exponential(90, orders))
    )


@pytest.fixture
def busy(ingest_text, lake):
    ingest_text(random_orders(600, 2400))
    return lake


def line(order: str, customer: str, day: date, price: float = 10) -> str:
    return f"{order},{customer},p,1,{price},{day}T12:00:00Z\n"


@pytest.mark.slow
@pytest.mark.parametrize(("margin", "is_flapping"), [(0.0, True), (0.02, False)])
def test_who_bought_twice_stays_put_while_the_share_of_one_time_buyers_wobbles(
    ingest_text, lake, margin, is_flapping
):
    days = [LAST - timedelta(days=2 - n) for n in range(3)]
    old = days[0] - timedelta(days=9)
    base = [line(f"a{n}", f"c{n:02d}", old, 10 + n % 50) for n in range(100)]
    base += [line(f"b{n}", f"c{n:02d}", old - timedelta(days=3), 10) for n in range(60, 100)]
    wobbles = [  # 60, 59 and 60.2 % bought once: who bought twice scores 4, 3 and 4
        "".join(base),
        line("w0", "c00", days[1]),
        "".join(line(f"v{n}", f"new{n}", days[2]) for n in range(3)),
    ]
    found = []
    for n, lines in enumerate(wobbles):
        ingest_text(HEADER + lines, key=f"raw/orders/{n}.csv")
        previous = f"r{n - 1}" if n else ""
        table, _ = run(lake, f"r{n}", day=days[n], previous=previous, stability_margin=margin)
        found.append(table.loc[[f"c{k}" for k in range(60, 100)]])
    assert [set(table.f) for table in found] == [{4}, {3}, {4}]
    first, second, third = (table.segment_id for table in found)
    assert ((first == third) & (first != second)).any() == is_flapping
    if not is_flapping:
        assert (first == second).all()


def test_without_a_run_before_everybody_stands_where_the_scores_say(busy):
    found, counted = run(busy, "first")
    assert (found.segment_id == found.scored_segment_id).all()
    assert counted == {"stayed": 0, "moved": 0, "new": len(found), "gone": 0}
    history = read(busy, "first", "history")
    assert history.customer_id.tolist() == found.index.tolist()
    assert set(history.as_of.dt.date) == {LAST}
    assert read_json(busy.store, "runs/first/segments/migration.json")["from_run"] is None


def test_the_same_day_again_changes_nobody(busy):
    first, _ = run(busy, "first")
    again, counted = run(busy, "again", previous="first")
    assert again.segment_id.tolist() == first.segment_id.tolist()
    assert (counted["stayed"], counted["moved"]) == (len(first), 0)
    pd.testing.assert_frame_equal(read(busy, "again", "history"), read(busy, "first", "history"))


def test_whoever_keeps_a_segment_did_nothing_and_is_within_the_margin_of_it(busy):
    before, _ = run(busy, "before", day=LAST - timedelta(days=5))
    found, _ = run(busy, "now", previous="before", stability_margin=0.05)
    kept = found[found.segment_id != found.scored_segment_id]
    assert 5 < len(kept) == read_json(busy.store, "runs/now/segments/rfm.json")["kept"]
    was = before.loc[kept.index]
    assert kept.segment_id.tolist() == was.segment_id.tolist()
    assert kept.frequency.tolist() == was.frequency.tolist()
    assert kept.net_minor.tolist() == was.net_minor.tolist()
    buyers = found[found.frequency > 0]
    n = len(buyers)
    share = {
        "r": (buyers.recency_days.rank(ascending=False, method="average") - 0.5) / n,
        "f": (buyers.frequency.rank(method="min") - 1) / n,
        "m": (buyers.net_minor.rank(method="average") - 0.5) / n,
    }
    reach = {
        letter: [set((np.clip(5 * (shares + d), 0, 4.999)).astype(int) + 1) for d in (-0.05, 0.05)]
        for letter, shares in share.items()
    }
    assert all(len(ends) == 2 for ends in reach.values())
    cells = {(r, fm): segment for r, fm, segment in rfm.default_map()}
    moved = found[(found.segment_id == found.scored_segment_id) & found.index.isin(before.index)]
    for group, is_kept in ((kept, True), (moved, False)):
        for customer, row in group[group.frequency > 0].iterrows():
            old = before.loc[customer]
            if (old.segment_id, old.frequency, old.net_minor) == (
                row.scored_segment_id,
                row.frequency,
                row.net_minor,
            ):
                continue
            if (old.frequency, old.net_minor) != (row.frequency, row.net_minor):
                assert not is_kept
                continue
            ends = {
                letter: [
                    int(min(max(5 * (share[letter][customer] + d), 0), 4.999)) + 1 for d in (-0.05, 0.05)
                ]
                for letter in share
            }
            rs = range(ends["r"][0], ends["r"][1] + 1)
            fms = range((ends["f"][0] + ends["m"][0] + 1) // 2, (ends["f"][1] + ends["m"][1] + 1) // 2 + 1)
            assert is_kept == (old.segment_id in {cells[r, fm] for r in rs for fm in fms})


def test_who_bought_or_returned_since_stands_where_the_scores_say(ingest_text, lake):
    ingest_text(random_orders(300, 900))
    run(lake, "before")
    deeds = "".join(
        f"n{n},c{n:04d},p,{1 if n % 2 else -1},5,2026-01-06T20:00:00Z\n" for n in range(0, 300, 3)
    )
    ingest_text(HEADER + deeds, key="raw/orders/later.csv")
    found, _ = run(lake, "now", previous="before", stability_margin=0.1)
    acted = found.loc[found.index.isin([f"c{n:04d}" for n in range(0, 300, 3)])]
    assert len(acted) == 100
    assert (acted.segment_id == acted.scored_segment_id).all()
    assert (found.segment_id != found.scored_segment_id).any()


def test_a_margin_of_nothing_keeps_nobody(busy):
    run(busy, "before", day=LAST - timedelta(days=5))
    found, _ = run(busy, "now", previous="before", stability_margin=0.0)
    assert (found.segment_id == found.scored_segment_id).all()


@pytest.mark.parametrize(
    "fault", ["gone", "no manifest", "another layout", "another currency", "another version"]
)
def test_a_run_before_that_is_of_no_use_is_as_none(busy, fault):
    run(
        busy,
        "before",
        day=LAST - timedelta(days=5),
        shop=Shop(currency="EUR" if "currency" in fault else "GBP"),
    )
    folder = busy.store.root / "runs/before"
    if fault == "gone":
        (folder / "segments/rfm.parquet").unlink()
    if fault == "no manifest":
        (folder / "manifest.json").unlink()
    if fault == "another layout":
        duckdb.sql("SELECT 'c0001' AS customer, 'lost' AS segment").write_parquet(
            str(folder / "segments/rfm.parquet")
        )
    if fault == "another version":
        values = json.loads((folder / "manifest.json").read_text()) | {"unheard_of": 1}
        (folder / "manifest.json").write_text(json.dumps(values))
    found, counted = run(busy, "now", previous="before", stability_margin=0.1)
    assert (found.segment_id == found.scored_segment_id).all()
    assert counted["new"] == len(found)


def test_the_first_runs_file_of_customers_is_a_run_before(busy):
    run(busy, "before", day=LAST - timedelta(days=5))
    folder = busy.store.root / "runs/before/segments"
    (folder / "rfm.parquet").rename(folder / "customers.parquet")
    (folder / "history.parquet").unlink()
    _, counted = run(busy, "now", previous="before")
    assert counted["stayed"] > 0
    assert set(read(busy, "now", "history").as_of.dt.date) == {LAST, LAST - timedelta(days=5)}
