from __future__ import annotations

from datetime import date, timedelta
from math import exp, log
from statistics import NormalDist

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.engines.duckdb import DuckEngine
from patronage.logic.segments.lifecycle import LEAST_DEVIATION, LOG_UNIT, STAGES, Rhythm, rhythm_of
from patronage.settings import Shop
from patronage.steps.pin import pin
from patronage.steps.segment.lifecycle import lifecycle, stage_customers
from patronage.stores.objects import read_json
from tests_support import NOW

FIRST = date(2020, 1, 1)
LIVELINESS = {"new": 0, "active": 0, "won_back": 0, "at_risk": 1, "dormant": 2, "lost": 3}
HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


class Staged:
    """Customers by the days since `FIRST` on which they bought, staged as of another such day."""

    def __init__(self, bought: dict[str, list[int]], today: int) -> None:
        rows = [(name, FIRST + timedelta(days=day)) for name, days in bought.items() for day in days]
        with DuckEngine(Shop(timezone="UTC"), threads=2) as engine:
            engine.run(
                "CREATE TABLE orders"
                "(customer_id VARCHAR, ordered_at TIMESTAMPTZ, kind VARCHAR, net_minor BIGINT)"
            )
            engine.connection.executemany("INSERT INTO orders VALUES (?, ?, 'sale', 100)", rows)
            for name in ("customers", "events"):
                engine.run(f"CREATE TABLE {name}(customer_id VARCHAR)")
            self.rhythm = stage_customers(engine, (FIRST + timedelta(days=today)).isoformat())
            self.rows = {row["customer_id"]: row for row in engine.rows("FROM lifecycle")}

    def __getitem__(self, customer: str) -> str:
        return self.rows[customer]["lifecycle_id"]


def every(days: int, times: int, last: int) -> list[int]:
    """Buy `times` times in even gaps, the last time on a day."""
    return [last - days * n for n in reversed(range(times))]


def counted_of(gaps: list[list[float]]) -> list[dict[str, int]]:
    """Sum log gaps as the query does."""
    found = []
    for size in sorted({len(each) for each in gaps if each}):
        units = [[round(gap * LOG_UNIT) for gap in each] for each in gaps if len(each) == size]
        found.append(
            {
                "gaps": size,
                "customers": len(units),
                "log_sum": sum(map(sum, units)),
                "log_sum_squared": sum(sum(each) ** 2 for each in units),
                "log_squares": sum(unit**2 for each in units for unit in each),
            }
        )
    return found


def mixed_shop(today: int) -> dict[str, list[int]]:
    """Weekly, monthly and yearly buyers and some of one purchase, each a little uneven."""
    random = np.random.default_rng(11)
    shop = {}
    for kind, days, times, customers in (("w", 7, 20, 20), ("m", 30, 10, 20), ("y", 365, 4, 10)):
        for n in range(customers):
            gaps = np.maximum(np.round(days * np.exp(random.normal(0, 0.5, times - 1))), 1).astype(int)
            shop[f"{kind}{n}"] = list(today - int(gaps.sum()) + np.concatenate([[0], gaps.cumsum()]))
    return {name: [int(day) for day in days] for name, days in shop.items()}


def test_the_same_silence_means_what_it_means_to_this_customer():
    today = 3000
    shop = mixed_shop(today) | {
        "weekly, silent 8": every(7, 12, today - 8),
        "weekly, silent 20": every(7, 12, today - 20),
        "weekly, silent 200": every(7, 12, today - 200),
        "yearly, silent 200": every(365, 5, today - 200),
        "yearly, silent 4 years": every(365, 3, today - 4 * 365),
        "once, 5 days ago": [today - 5],
        "once, 8 years ago": [today - 2990],
    }
    found = Staged(shop, today)
    assert found.rhythm.is_measured
    assert {name: found[name] for name in shop if " " in name} == {
        "weekly, silent 8": "active",
        "weekly, silent 20": "at_risk",
        "weekly, silent 200": "lost",
        "yearly, silent 200": "active",
        "yearly, silent 4 years": "dormant",
        "once, 5 days ago": "new",
        "once, 8 years ago": "lost",
    }


def test_a_customer_who_came_back_is_won_back_for_a_while():
    today = 3000
    back = every(7, 12, today - 400)
    shop = mixed_shop(today) | {
        "came back 3 days ago": [*back, today - 3],
        "came back and goes on": [*back, today - 12, today - 3],
        "came back long ago": [*back, *every(7, 15, today - 3)],
        "came back and fell silent": [*every(7, 12, today - 700), today - 250],
        "never away": every(7, 12, today - 3),
    }
    found = Staged(shop, today)
    assert {name: found[name] for name in shop if " " in name} == {
        "came back 3 days ago": "won_back",
        "came back and goes on": "won_back",
        "came back long ago": "active",
        "came back and fell silent": "lost",
        "never away": "active",
    }
    assert found.rows["came back long ago"]["won_back_on"] == FIRST + timedelta(days=today - 3 - 14 * 7)


def test_one_customer_all_one_time_buyers_and_even_gaps_are_no_fault():
    assert Staged({"a": [0]}, 3)["a"] == "new"
    assert Staged({"a": [0]}, 5000)["a"] == "lost"
    assert not Staged({"a": [0]}, 3).rhythm.is_measured
    once = Staged({f"c{n}": [n] for n in range(0, 2000, 10)}, 2000)
    assert {row["lifecycle_id"] for row in once.rows.values()} == {"new", "at_risk", "dormant", "lost"}
    even = Staged({f"c{n}": every(7, 10, 1000 - n) for n in range(40)}, 1000)
    assert even.rhythm.log_gap == pytest.approx(log(7), abs=1e-4)
    assert even.rhythm.between == pytest.approx(0, abs=1e-9)
    assert even.rows["c21"]["dormant_after_days"] == pytest.approx(21, abs=0.01)
    assert [even[f"c{n}"] for n in (7, 20, 22, 39)] == ["active", "at_risk", "dormant", "lost"]
    alone = Staged({"a": every(7, 30, 1000)}, 1020)
    assert (alone.rhythm.is_measured, alone["a"]) == (True, "at_risk")


def test_variances_of_the_dyestuff_yields():
    """Davies 1947, table 6.1, as lme4 has them: REML is the method of moments in a balanced layout."""
    batches = [
        [1545, 1440, 1440, 1520, 1580],
        [1540, 1555, 1490, 1560, 1495],
        [1595, 1550, 1605, 1510, 1560],
        [1445, 1440, 1595, 1465, 1545],
        [1595, 1630, 1515, 1635, 1625],
        [1520, 1455, 1450, 1480, 1445],
    ]
    rhythm = rhythm_of(counted_of(batches))
    assert rhythm.log_gap == pytest.approx(1527.5)
    assert rhythm.within == pytest.approx(2451.25)
    assert rhythm.between == pytest.approx(1764.05)


def test_what_was_put_in_is_found_and_the_limits_hold_their_shares():
    random = np.random.default_rng(3)
    means = random.normal(3.4, 0.7, 8000)
    sizes = random.geometric(0.3, 8000)
    gaps = [list(random.normal(mean, 0.9, size)) for mean, size in zip(means, sizes, strict=True)]
    rhythm = rhythm_of(counted_of(gaps))
    assert rhythm.log_gap == pytest.approx(3.4, abs=0.03)
    assert rhythm.within == pytest.approx(0.81, rel=0.03)
    assert rhythm.between == pytest.approx(0.49, abs=0.06)
    following = random.normal(means, 0.9)
    for stage, share in (("at_risk", 0.2), ("dormant", 0.05), ("lost", 0.01)):
        late = [gap > log(rhythm.limit_days(stage, each)) for gap, each in zip(following, gaps, strict=True)]
        assert np.mean(late) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 8000))


@given(
    gaps=st.lists(st.floats(0, 7), max_size=8),
    within=st.floats(0.3, 3),
    between=st.floats(0, 3),
)
def test_the_expected_gap_is_that_of_the_joint_normal(gaps, within, between):
    """Condition the next log gap on the others, by the covariances themselves."""
    rhythm = Rhythm(3.0, within, between, 100, 10, is_measured=True)
    n = len(gaps)
    covariance = np.full((n + 1, n + 1), between) + within * np.eye(n + 1)
    lines = np.linalg.solve(covariance[:n, :n], covariance[:n, n]) if n else np.zeros(0)
    mean = 3.0 + lines @ (np.array(gaps) - 3.0)
    deviation = np.sqrt(covariance[n, n] - lines @ covariance[:n, n])
    assert rhythm.expected(gaps) == pytest.approx((mean, deviation))
    assert rhythm.limit_days("lost", gaps) == pytest.approx(
        exp(mean + NormalDist().inv_cdf(0.99) * deviation)
    )


CUSTOMERS = st.lists(
    st.lists(st.integers(0, 400), min_size=1, max_size=8, unique=True), min_size=6, max_size=12
)
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@SLOW
@given(CUSTOMERS, st.integers(1, 300), st.integers(1, 300))
def test_a_longer_silence_never_moves_a_customer_to_a_livelier_stage(customers, silence, more):
    bought = {f"c{n}": sorted(days) for n, days in enumerate(customers)}
    before, after = Staged(bought, 400 + silence), Staged(bought, 400 + silence + more)
    for name in bought:
        assert LIVELINESS[before[name]] <= LIVELINESS[after[name]]
        row = after.rows[name]
        assert row["at_risk_after_days"] < row["dormant_after_days"] < row["lost_after_days"]


@pytest.mark.slow
@SLOW
@given(CUSTOMERS, st.integers(1, 300), st.integers(2, 5))
def test_a_slower_clock_changes_no_stage(customers, silence, factor):
    """Every gap times a constant: all are in the stage in which they were, unless at the very limit."""
    bought = {f"c{n}": sorted(days) for n, days in enumerate(customers)}
    bought |= {f"r{n}": every(5 + n, 6, 380 + n) for n in range(6)}  # gaps enough to measure
    slower = {name: [day * factor for day in days] for name, days in bought.items()}
    one, other = Staged(bought, 400 + silence), Staged(slower, (400 + silence) * factor)
    assert one.rhythm.within == pytest.approx(other.rhythm.within, rel=1e-2)
    for name, row in one.rows.items():
        again = other.rows[name]
        assert again["expected_gap_days"] == pytest.approx(factor * row["expected_gap_days"], rel=1e-2)
        limits = [row[f"{stage}_after_days"] for stage in ("at_risk", "dormant", "lost")]
        if min(abs(row["days_since"] / limit - 1) for limit in limits) > 0.01 and row["won_back_on"] is None:
            assert again["lifecycle_id"] == row["lifecycle_id"]


def test_the_step_knows_prospects_of_every_table_and_adds_up(ingest_text, lake, shop):
    ingest_text(
        HEADER
        + "o1,a,p,1,10,2025-12-31\no2,a,p,1,10,2026-01-05\n"
        + "o3,b,p,-1,5,2026-01-02\n"  # only returned
        + "o4,c,p,1,0,2026-01-02\n"  # only something free
        + "o5,,p,1,99,2026-01-03\n"
    )
    ingest_text("customer_id,country\na,GB\nd,GB\n", key="raw/customers/a.csv")
    ingest_text(
        "event_id,event_type,customer_id,product_id,occurred_at\n"
        "e1,view,e,p,2026-01-03T10:00:00Z\ne2,view,,p,2026-01-03T10:00:00Z\n",
        key="raw/events/a.csv",
    )
    pin("run", "segments", lake, shop, now=NOW)
    assert lifecycle("run", lake) == {"customers": 1, "prospects": 4}
    path = lake.store.staged("runs/run/segments/lifecycle.parquet")
    found = duckdb.sql(f"SELECT customer_id, lifecycle_id, purchases, days_since, net_minor FROM '{path}'")
    assert found.fetchall() == [
        ("a", "active", 2, 0, 2000),
        ("b", "prospect", 0, None, -500),
        ("c", "prospect", 0, None, 0),
        ("d", "prospect", 0, None, 0),
        ("e", "prospect", 0, None, 0),
    ]
    written = read_json(lake.store, "runs/run/segments/lifecycle.json")
    assert [stage["id"] for stage in written["stages"]] == list(STAGES)
    assert sum(stage["customers"] for stage in written["stages"]) == 5
    assert sum(stage["net_minor"] for stage in written["stages"]) == 1500
    assert written["rhythm"]["is_measured"] is False
    first = path.read_bytes()
    lifecycle("run", lake)
    assert lake.store.staged("runs/run/segments/lifecycle.parquet").read_bytes() == first


def test_the_least_deviation_is_three_usual_gaps():
    rhythm = rhythm_of(counted_of([[log(10)] * 30]))
    assert rhythm.within == LEAST_DEVIATION**2
    assert rhythm.limit_days("dormant", [log(10)] * 10_000) == pytest.approx(30, rel=1e-3)
