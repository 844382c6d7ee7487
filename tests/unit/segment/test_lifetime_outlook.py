"""Quantiles looked up in tables of a frequency and age, against those sought customer by customer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.logic.segments.lifetime import BgNbdParameters, Histories, purchase_quantile
from patronage.logic.segments.lifetime._histories import distinct_rows
from patronage.logic.segments.lifetime._outlook import outlook
from patronage.logic.segments.lifetime._purchases_ahead import PurchasesAhead
from patronage.logic.segments.lifetime._search import count_above, least
from tests_support import examples

SHAPES = st.floats(0.05, 20)
PARAMETERS = st.builds(BgNbdParameters, r=SHAPES, alpha=st.floats(0.5, 500), a=SHAPES, b=SHAPES)


def some_customers(n: int = 300) -> Histories:
    rng = np.random.default_rng(0)
    frequency = rng.choice([0, 0, 1, 2, 3, 8, 30, 200, 900], n).astype(float)
    age = rng.integers(1, 800, n).astype(float)
    recency = np.where(frequency > 0, np.ceil(age * rng.random(n) ** (1 / np.maximum(frequency, 1))), 0)
    return Histories(frequency, recency, age)


@settings(max_examples=10, deadline=None)
@given(PARAMETERS, st.sampled_from([30.0, 365.25]), st.sampled_from([(0.1, 0.9), (0.025, 0.5, 0.975)]))
def test_a_purchase_quantile_looked_up_is_the_least_that_is_enough(parameters, horizon, levels):
    customers = some_customers()
    found = outlook(parameters, customers, [horizon, 91.0], levels)
    for row, level in enumerate(levels):
        k = found.purchases[row, :, 0]
        assert (parameters.probability_above(customers, horizon, k) <= (1 - level) * (1 + 1e-9)).all()
        before = parameters.probability_above(customers, horizon, np.maximum(k - 1, 0))
        assert ((before > (1 - level) * (1 - 1e-9)) | (k == 0)).all()


@settings(max_examples=examples(25), deadline=None)
@given(PARAMETERS, st.sampled_from([0, 1, 7, 150, 1500]), st.floats(1, 900), st.floats(1, 700))
def test_probabilities_added_up_are_the_incomplete_beta_function_s(parameters, frequency, youngest, horizon):
    ahead = PurchasesAhead(parameters, float(frequency), youngest, horizon, 0.1)
    ages = np.array([youngest, 2 * youngest, 5000.0])
    exactly = parameters.above_if_alive(
        np.full((1, 1), float(frequency)), ages[:, None], horizon, ahead.edges
    )
    np.testing.assert_allclose(ahead.above(ages, horizon), exactly, rtol=1e-8, atol=1e-12)


@settings(max_examples=examples(25), deadline=None)
@given(PARAMETERS, st.sampled_from([0, 1, 7, 150]), st.floats(5, 900), st.floats(1, 700))
def test_expected_squares_are_sums_over_single_purchases(parameters, frequency, age, horizon):
    k = np.arange(1 << 15)
    above = parameters.above_if_alive(np.array([float(frequency)]), np.array([age]), horizon, k)
    if above[-1] > 1e-12:
        return  # the sum would end too early
    ahead = PurchasesAhead(parameters, float(frequency), age, horizon, 0.1)
    found = ahead.squared(ahead.above(np.array([age]), horizon))[0]
    assert found == pytest.approx(((2 * k + 1) * above).sum(), rel=2e-3)


def test_very_frequent_buyers_have_as_many_purchases_ahead():
    parameters = BgNbdParameters(r=2.0, alpha=0.5, a=0.05, b=50.0)
    customers = Histories([1500.0, 1500.0], [364.0, 364.0], [365.0, 400.0])
    found = outlook(parameters, customers, [365.0], (0.1, 0.9))
    assert found.purchases[1, 0, 0] > 1500
    for row, level in enumerate((0.1, 0.9)):
        sought = purchase_quantile(parameters, customers, 365.0, level)
        np.testing.assert_array_equal(found.purchases[row, :, 0], sought)


@given(
    st.lists(st.tuples(*[st.sampled_from([0.0, 1, 2, 7, 300])] * 3), min_size=1, max_size=40),
    st.sampled_from([1.0, 0.5, 1e9]),
)
def test_distinct_rows_are_those_of_numpy(rows, unit):
    """Of whole numbers, of others, and of numbers too great to be one number together."""
    table = np.array(rows) * unit
    found, index, counts = distinct_rows(*table.T)
    unique, numpy_counts = np.unique(table, axis=0, return_counts=True)
    np.testing.assert_array_equal(np.array(found).T, unique)
    np.testing.assert_array_equal(counts, numpy_counts)
    np.testing.assert_array_equal(np.array(found).T[index], table)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_count_above_counts(values, limits):
    falling = np.array([sorted(values, reverse=True), np.zeros(len(values))])
    row = np.arange(len(limits)) % 2
    expected = [(falling[r] > limit).sum() for r, limit in zip(row, limits, strict=True)]
    assert count_above(falling, row, np.array(limits)).tolist() == expected


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=9))
def test_least_finds_the_first_that_is_enough(answers):
    wanted = np.array(answers, dtype=float)
    found = least(lambda k, rows: k >= wanted[rows], np.zeros(len(wanted)), np.full(len(wanted), 10_001.0))
    assert found.tolist() == answers
