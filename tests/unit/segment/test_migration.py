"""The migration matrix and the history, held against pandas and by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pandas as pd
import pytest

from patronage.errors import BadInput, NotFound
from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.steps.segment import stability
from patronage.stores.objects import read_json


def written(
    lake, run_id: str, day: int, rows: list[tuple[str, str, int]], *, previous: str = "", currency="GBP"
):
    """A run whose customers stand where `rows` (customer, segment, net in minor units) says."""
    Manifest(
        run_id=run_id,
        family="segments",
        as_of=datetime(2026, 1, day + 1, tzinfo=UTC),
        created_at=datetime(2026, 2, 1, tzinfo=UTC),
        tables={},
        shop=Shop(currency=currency, timezone="UTC"),
        lines=len(rows),
        live_runs={"segments": previous} if previous else {},
    ).save(lake.store)
    with lake.store.writing(f"runs/{run_id}/segments/rfm.parquet") as path, duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE c (customer_id VARCHAR, segment_id VARCHAR, net_minor BIGINT, frequency INTEGER)"
        )
        if rows:
            connection.executemany("INSERT INTO c VALUES (?, ?, ?, 1)", rows)
        connection.execute(f"COPY c TO '{path}' (FORMAT parquet)")


def history(lake, run_id: str) -> list[tuple[str, str, str]]:
    path = lake.store.staged(f"runs/{run_id}/segments/history.parquet")
    return duckdb.sql(f"SELECT customer_id, CAST(as_of AS VARCHAR), segment_id FROM '{path}'").fetchall()


FIRST = [("a", "champions", 900), ("b", "lost", 100), ("c", "lost", 50), ("d", "promising", 70)]
SECOND = [("a", "champions", 950), ("b", "at_risk", 300), ("c", "lost", 20), ("e", "new_customers", 10)]


def test_customers_and_money_are_told_by_where_they_came_from_and_went(lake):
    written(lake, "one", 5, FIRST)
    written(lake, "two", 6, SECOND, previous="one")
    assert stability.stability("two", lake) == {"stayed": 2, "moved": 1, "new": 1, "gone": 1}
    found = read_json(lake.store, "runs/two/segments/migration.json")
    assert found == stability.migration("one", "two", lake.store)
    assert (found["from_as_of"], found["to_as_of"], found["currency"]) == ("2026-01-05", "2026-01-06", "GBP")
    columns = ["from_segment_id", "to_segment_id", "customers", "net_minor", "net_minor_change"]
    assert [tuple(move[name] for name in columns) for move in found["moves"]] == [
        (None, "new_customers", 1, 10, 10),
        ("champions", "champions", 1, 950, 50),
        ("lost", "at_risk", 1, 300, 200),
        ("lost", "lost", 1, 20, -30),
        ("promising", None, 1, 0, -70),
    ]
    assert found["totals"]["moved_net_minor"] == 300
    assert found["totals"]["gone_net_minor_change"] == -70


def test_the_matrix_of_two_runs_back_to_front_is_its_mirror(lake):
    written(lake, "one", 5, FIRST)
    written(lake, "two", 6, SECOND)
    there = stability.migration("one", "two", lake.store)["moves"]
    back = stability.migration("two", "one", lake.store)["moves"]
    key = "from_segment_id", "to_segment_id"
    assert {(m[key[0]], m[key[1]]): m["net_minor_change"] for m in there} == {
        (m[key[1]], m[key[0]]): -m["net_minor_change"] for m in back
    }


@pytest.mark.slow
def test_a_thousand_customers_move_as_pandas_says(lake):
    names = ["champions", "lost", "at_risk"]
    before = [(f"c{n}", names[n % 3], n * 7 - 900) for n in range(1000)]
    after = [(f"c{n}", names[n * n % 7 % 3], n * 5 - 400) for n in range(200, 1300)]
    written(lake, "one", 5, before)
    written(lake, "two", 6, after)
    columns = ["customer_id", "segment_id", "net_minor"]
    both = pd.DataFrame(before, columns=columns).merge(
        pd.DataFrame(after, columns=columns), on="customer_id", how="outer", suffixes=("_0", "_1")
    )
    both["change"] = both.net_minor_1.fillna(0) - both.net_minor_0.fillna(0)
    expected = both.groupby(["segment_id_0", "segment_id_1"], dropna=False).agg(
        customers=("customer_id", "size"), net=("net_minor_1", "sum"), change=("change", "sum")
    )
    found = stability.migration("one", "two", lake.store)
    assert {
        (move["from_segment_id"], move["to_segment_id"]): (
            move["customers"],
            move["net_minor"],
            move["net_minor_change"],
        )
        for move in found["moves"]
    } == {
        tuple(None if pd.isna(name) else name for name in index): (row.customers, row.net, row.change)
        for index, row in expected.iterrows()
    }
    assert sum(found["totals"][f"{kind}_net_minor"] for kind in ("stayed", "moved", "new", "gone")) == sum(
        net for *_, net in after
    )


def test_a_history_has_a_row_a_change(lake):
    written(lake, "one", 5, [("a", "champions", 1), ("b", "lost", 1)])
    written(
        lake, "two", 6, [("a", "champions", 1), ("b", "at_risk", 1), ("c", "promising", 1)], previous="one"
    )
    written(lake, "three", 7, [("a", "lost", 1), ("b", "lost", 1)], previous="two")
    for run_id in ("one", "two", "three"):
        stability.stability(run_id, lake)
    assert history(lake, "three") == [
        ("a", "2026-01-05", "champions"),
        ("a", "2026-01-07", "lost"),
        ("b", "2026-01-05", "lost"),
        ("b", "2026-01-06", "at_risk"),
        ("b", "2026-01-07", "lost"),
    ]  # c has left the shop's data, and so its history
    assert history(lake, "two")[-1] == ("c", "2026-01-06", "promising")


@pytest.mark.parametrize("day", [5, 6])
def test_a_second_run_of_a_day_or_of_an_earlier_one_takes_the_place_of_what_was_stated_for_it(lake, day):
    written(lake, "one", 5, [("a", "champions", 1)])
    written(lake, "two", 6, [("a", "lost", 1)], previous="one")
    written(lake, "three", day, [("a", "promising", 1)], previous="two")
    for run_id in ("one", "two", "three", "three"):
        stability.stability(run_id, lake)
    kept = [("a", "2026-01-05", "champions")] if day == 6 else []
    assert history(lake, "three") == [*kept, ("a", f"2026-01-0{day}", "promising")]


def test_runs_of_two_currencies_are_not_compared(lake):
    written(lake, "one", 5, FIRST)
    written(lake, "two", 6, SECOND, currency="EUR")
    with pytest.raises(BadInput, match="run one counts in GBP and run two in EUR"):
        stability.migration("one", "two", lake.store)


def test_a_run_that_does_not_exist_is_said(lake):
    written(lake, "one", 5, FIRST)
    with pytest.raises(NotFound, match="runs/none/manifest"):
        stability.migration("one", "none", lake.store)


def test_a_run_without_customers_is_no_fault(lake):
    written(lake, "one", 5, [])
    written(lake, "two", 6, FIRST, previous="one")
    assert stability.stability("one", lake) == {"stayed": 0, "moved": 0, "new": 0, "gone": 0}
    assert stability.stability("two", lake)["new"] == 4
