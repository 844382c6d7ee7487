from __future__ import annotations

import math

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.distribution import bin_sql, population_stability

HISTOGRAMS = st.dictionaries(st.integers(-40, 160), st.integers(1, 10_000), min_size=1, max_size=30)


def bins_of(*values: str) -> list[int]:
    listed = ", ".join(f"(CAST({value} AS DECIMAL(18,4)))" for value in values)
    rows = duckdb.sql(f"SELECT {bin_sql('x')} FROM (VALUES {listed}) AS each (x)").fetchall()
    return [number for (number,) in rows]


def test_bins_rise_with_the_value_from_the_least_to_the_greatest_amount():
    values = ("-99999999999999", "-1", "-0.0001", "0", "0.0001", "0.01", "1", "2", "99999999999999.9999")
    found = bins_of(*values)
    assert found == sorted(set(found))
    assert found[3] == 0


def test_a_doubled_price_lies_two_bins_higher():
    (pound, two) = bins_of("1", "2")
    assert two - pound == 2


def test_equal_shares_have_not_moved_however_many_rows():
    assert population_stability({1: 10, 2: 30}, {1: 100, 2: 300}) == 0


def test_the_index_is_the_sum_over_bins_of_the_formula():
    wanted = (0.8 - 0.5) * math.log(0.8 / 0.5) + (0.2 - 0.5) * math.log(0.2 / 0.5)
    assert population_stability({1: 50, 2: 50}, {1: 80, 2: 20}) == pytest.approx(wanted)


def test_a_value_never_seen_before_moves_the_index_by_a_finite_amount():
    moved = population_stability({1: 500, 2: 500}, {90: 1000})
    assert 1 < moved < 20


def test_values_beyond_all_that_were_seen_are_not_joined_with_them():
    assert population_stability({1: 1000}, {90: 1000}) > 1
    assert population_stability({90: 1000}, {1: 1000}) > 1


def test_bins_too_small_to_tell_are_joined():
    """One row in a bin of its own would else move the index by what is chance."""
    expected = dict.fromkeys(range(100), 1)
    shifted = {number + 1: 1 for number in range(100)}
    assert population_stability(expected, shifted) < 0.1


@given(HISTOGRAMS, HISTOGRAMS)
def test_the_index_is_never_negative_nor_infinite(expected, actual):
    assert 0 <= population_stability(expected, actual) < math.inf


def test_no_rows_cannot_be_compared():
    with pytest.raises(ValueError, match="no rows"):
        population_stability({}, {1: 1})
