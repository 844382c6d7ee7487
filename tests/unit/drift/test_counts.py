"""Columns counted in DuckDB: in order, nothing left out, and close to what the values themselves say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from patronage.engines.duckdb import DuckEngine
from patronage.logic.drift.categories import MOST_CATEGORIES, RARE, UNSEEN, categories_beside
from patronage.logic.drift.columns import Column, judge_column
from patronage.logic.drift.fine_bins import fine_bin_sql, fine_bin_top
from patronage.logic.drift.options import DriftOptions
from patronage.settings import Shop
from patronage.steps.monitor.drift_counts import count_columns, held_together


@pytest.fixture(scope="module")
def engine():
    with DuckEngine(Shop()) as opened:
        yield opened


def counted(engine, kind, reference, current) -> dict:
    """Count the column `x` of two queries, and pass it through JSON as the step does."""
    sides = [count_columns(engine, f"({sql})", {"x": kind}) for sql in (reference, current)]
    (found,) = json.loads(json.dumps(held_together({"x": kind}, *sides)))
    return found


def test_bins_keep_the_order_of_the_numbers_and_whole_numbers_apart(engine):
    numbers = [-1e308, -90, -2, -1, -1e-9, -5e-324, 0, 5e-324, 1e-9, 0.5, *range(1, 91), 1e6, 1e308]
    listed = ", ".join(f"({number!r}::DOUBLE)" for number in map(float, numbers))
    rows = engine.rows(f"SELECT {fine_bin_sql('x')} AS bin FROM (VALUES {listed}) AS numbers(x)")
    bins = [row["bin"] for row in rows]
    assert bins == sorted(set(bins))
    near = engine.row(f"SELECT {fine_bin_sql('x')} AS bin FROM (SELECT 1000000.0 * 1.02 AS x)")["bin"]
    assert near not in bins


def test_what_is_no_number_is_missing(engine):
    rows = "SELECT UNNEST([1.0, 1.0, NULL, 'NaN'::DOUBLE, 'Infinity'::DOUBLE, -3.0]) AS x"
    found = counted(engine, "number", rows, "SELECT 1.0 AS x")
    assert (found["rows"], found["missing"]) == ([6, 1], [3, 0])
    assert found["counts"] == [[-3.0, 1, 0], [1.0, 2, 1]]


def test_the_distance_of_counts_is_that_of_the_values_themselves(engine):
    rng = np.random.default_rng(0)
    for sides in (
        (rng.lognormal(7, 2, 4000), rng.lognormal(7.4, 2, 3000)),
        (rng.normal(0, 50, 4000), rng.normal(9, 50, 3000)),
        (rng.poisson(3, 4000), rng.poisson(4, 3000)),
    ):
        sql = (f"SELECT UNNEST([{', '.join(map(repr, side.astype(float).tolist()))}]) AS x" for side in sides)
        judged = judge_column(Column.from_mapping(counted(engine, "number", *sql)), DriftOptions())
        (found,) = (each["value"] for each in judged["measures"] if each["measure"] == "ks")
        exact = stats.ks_2samp(*sides).statistic
        assert exact - 0.01 < found <= exact + 1e-6
        assert judged["current"]["median"] == pytest.approx(np.median(sides[1]), rel=0.015, abs=0.5)


def test_lines_of_one_order_are_counted_as_one_piece_of_evidence(engine):
    sql = "(SELECT i // 4 AS order_id, i AS x FROM range(100) AS rows(i))"
    side = count_columns(engine, sql, {"x": "number"}, unit="order_id")["x"]
    assert (side.rows, side.units) == (100, 25)


def test_categories_pass_by_name_rare_and_unseen_ones_together(engine):
    reference = (
        "SELECT UNNEST([NULL] || repeat(['web'], 600) || repeat(['shop'], 398) || ['one', 'two']) AS x"
    )
    current = "SELECT UNNEST(repeat(['web'], 500) || repeat(['app'], 300) || ['one'] || ['only me']) AS x"
    found = counted(engine, "category", reference, current)
    assert found["counts"] == [["shop", 398, 0], ["web", 600, 500], [RARE, 2, 1], [UNSEEN, 0, 301]]
    assert (found["rows"], found["missing"]) == ([1001, 802], [1, 0])
    judged = judge_column(Column.from_mapping(found), DriftOptions())
    assert judged["beyond_share"] == pytest.approx(301 / 802, abs=1e-6)
    assert [each["bin"] for each in judged["bins"]] == ["shop", "web", RARE, UNSEEN]


def test_a_category_of_one_order_s_five_lines_is_not_named(engine):
    lines = (
        "(SELECT 'o' || i AS order_id, 'tea' AS x FROM range(5) AS rows(i) "
        "UNION ALL SELECT 'one', 'for Eve' FROM range(6))"
    )
    sides = [count_columns(engine, lines, {"x": "category"}, unit="order_id") for _ in range(2)]
    (found,) = held_together({"x": "category"}, *sides)
    assert found["counts"] == [("tea", 5, 5), (RARE, 6, 6)]


@pytest.mark.parametrize("value", [1234.0, -1234.0, 0.07, -0.07, 91.5, 1e6])
def test_what_is_said_of_a_number_is_the_upper_edge_of_its_bin(engine, value):
    top, near = fine_bin_top(value), 1e-9 * abs(value)
    listed = ", ".join(f"({number!r}::DOUBLE)" for number in (value, top - near, top + near))
    bins = engine.rows(f"SELECT {fine_bin_sql('x')} AS bin FROM (VALUES {listed}) AS numbers(x)")
    assert bins[0]["bin"] == bins[1]["bin"] < bins[2]["bin"]


def test_zero_and_whole_numbers_with_a_bin_of_their_own_are_said_as_they_are():
    assert [fine_bin_top(float(value)) for value in (-90, 0, 7, 90)] == [-90, 0, 7, 90]
    assert 1e308 < fine_bin_top(1.7e308) < float("inf")


def test_of_many_categories_the_commonest_keep_their_names():
    reference = {f"p{number:04d}": 5_000 - number for number in range(4_000)}
    rows = categories_beside(reference, reference)
    assert len(rows) == MOST_CATEGORIES + 1
    assert rows[0] == ("p0000", 5_000, 5_000)
    assert sum(before for _, before, _ in rows) == sum(reference.values())
