"""The measures against values worked out by hand, and against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from patronage.logic.drift.chi_squared import chi_squared
from patronage.logic.drift.counts import Counted
from patronage.logic.drift.ks import kolmogorov_smirnov
from patronage.logic.drift.missing import missing_change
from patronage.logic.drift.psi import (
    RARE,
    UNSEEN,
    bin_categories,
    bin_numbers,
    population_stability,
)
from tests_support import examples

samples = st.lists(st.integers(-20, 20).map(lambda n: n / 4), min_size=20, max_size=200)


def test_psi_by_hand():
    # Shares .2 .3 .5 against .3 .3 .4: .1 ln 1.5 + 0 - .1 ln .8
    expected = 0.1 * math.log(1.5) + 0.1 * math.log(1.25)
    assert population_stability(np.array([20, 30, 50]), np.array([300, 300, 400])) == pytest.approx(expected)
    # A quarter of the rows moves from one half to the other: .25 ln 1.5 + .25 ln 2 = .25 ln 3
    assert population_stability(np.array([50, 50]), np.array([75, 25])) == pytest.approx(0.25 * math.log(3))


def test_a_bin_that_neither_side_has_changes_nothing():
    without = population_stability(np.array([20, 80]), np.array([100, 900]))
    assert population_stability(np.array([0, 20, 80, 0]), np.array([0, 100, 900, 0])) == without
    assert population_stability(np.array([0, 20, 80]), np.array([0, 200, 800])) == 0


def test_an_empty_bin_counts_as_half_a_row_and_never_less_than_a_ten_thousandth():
    few = population_stability(np.array([100, 0]), np.array([90, 10]))
    assert few == pytest.approx(0.1 * math.log(1 / 0.9) + (0.1 - 0.005) * math.log(0.1 / 0.005))
    million = population_stability(np.array([10**6, 0]), np.array([9 * 10**5, 10**5]))
    assert million == pytest.approx(0.1 * math.log(1 / 0.9) + (0.1 - 0.0001) * math.log(0.1 / 0.0001))


def test_bins_are_quantiles_of_the_reference_alone():
    reference = np.arange(1, 101)
    binned = bin_numbers(Counted.of_rows(reference, [10, 11, 0, 101, 500]), bins=10)
    assert binned.reference.tolist() == [0, *[10] * 10, 0]
    assert binned.current.tolist() == [1, 1, 1, *[0] * 8, 2]
    assert binned.labels[:3] == ("below all of the reference", "up to 10", "above 10 to 20")
    assert binned.labels[-2:] == ("above 90", "above all of the reference")
    assert binned.beyond == 3
    other = bin_numbers(Counted.of_rows(reference, np.arange(1000, 2000)), bins=10)
    assert other.labels == binned.labels


def test_no_label_quotes_a_single_row():
    """Each row has a figure of its own here, and the least and the greatest are far out."""
    rows = [17_123.0, *(100_003.0 + 7_001 * number for number in range(98)), 98_765_432.0]
    labels = bin_numbers(Counted.of_rows(rows, rows), bins=10).labels
    said = {float(word) for label in labels for word in label.split() if word[0].isdigit()}
    assert len(said) == 9
    assert not said & set(rows)
    assert (min(said) > 100_003, max(said) < 800_000) == (True, True)


def test_a_value_of_more_than_one_quantile_has_one_bin():
    binned = bin_numbers(Counted.of_rows([0] * 60 + list(range(1, 41)), [0] * 10), bins=10)
    assert binned.reference.tolist() == [0, 60, 10, 10, 10, 10, 0]
    constant = bin_numbers(Counted.of_rows([5] * 300, [5] * 150 + [9] * 150))
    assert (constant.reference.tolist(), constant.current.tolist()) == ([0, 300, 0], [0, 150, 150])
    assert population_stability(constant.reference, constant.current) > 0.25


def test_quantiles_are_those_of_numpy():
    rows = np.random.default_rng(1).lognormal(size=1003)
    found = bin_numbers(Counted.of_rows(rows, rows), bins=10)
    edges = np.quantile(rows, np.arange(1, 11) / 10, method="inverted_cdf")
    expected, _ = np.histogram(np.searchsorted(edges, rows), bins=np.arange(11))
    assert found.reference[1:-1].tolist() == expected.tolist()


def test_rare_and_unseen_categories_have_a_bin_each():
    reference = {"web": 600, "shop": 396, "fax": 3, "telex": 1}
    binned = bin_categories(reference, {"web": 50, "fax": 2, "app": 40, "tv": 8})
    assert binned.labels == ("shop", "web", RARE, UNSEEN)
    assert binned.reference.tolist() == [396, 600, 4, 0]
    assert (binned.current.tolist(), binned.beyond) == ([0, 50, 2, 48], 48)


def test_ks_by_hand():
    # F rises at 1, 2, 3, 4 and G at 3, 4, 5, 6, by a quarter each: two quarters apart from 2 on.
    assert kolmogorov_smirnov(Counted.of_rows([1, 2, 3, 4], [3, 4, 5, 6])).distance == 0.5
    assert kolmogorov_smirnov(Counted.of_rows([1, 2], [8, 9])).distance == 1
    same = kolmogorov_smirnov(Counted.of_rows([1, 2, 2], [1, 2, 2]))
    assert (same.distance, same.p) == (0, 1)


@settings(max_examples=examples(40), deadline=None)
@given(samples, samples)
def test_ks_is_that_of_scipy(reference, current):
    found = kolmogorov_smirnov(Counted.of_rows(reference, current))
    expected = stats.ks_2samp(reference, current, method="asymp")
    assert found.distance == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p == pytest.approx(expected.pvalue, abs=0.1)


def test_ks_of_many_rows_is_that_of_scipy():
    rng = np.random.default_rng(2)
    for rows, new_rows, shift in ((200, 300, 0.2), (5000, 4000, 0.03), (20_000, 20_000, 0.0)):
        reference, current = rng.normal(size=rows), rng.normal(shift, size=new_rows)
        found = kolmogorov_smirnov(Counted.of_rows(reference, current))
        expected = stats.ks_2samp(reference, current, method="asymp")
        assert found.distance == pytest.approx(expected.statistic)
        assert found.p == pytest.approx(expected.pvalue, rel=0.03)


def test_what_is_not_finite_is_no_value():
    counted = Counted.of_rows([1, math.nan, math.inf, 2], [-math.inf, 2, 2])
    assert (counted.values.tolist(), counted.reference.tolist(), counted.current.tolist()) == (
        [1, 2],
        [1, 1],
        [0, 2],
    )


def test_chi_squared_by_hand():
    # Expected 25 in each of four cells, each 5 off: 4 * 25 / 25 = 4, and V = sqrt(4 / 100).
    found = chi_squared(np.array([30, 20]), np.array([20, 30]))
    assert (found.statistic, found.degrees, found.cramers_v) == (4, 1, pytest.approx(0.2))
    assert found.p == pytest.approx(0.0455, abs=1e-4)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.integers(50, 500), st.integers(50, 500)), min_size=2, max_size=8))
def test_chi_squared_is_that_of_scipy(cells):
    reference, current = np.array(cells).T
    found = chi_squared(reference, current)
    expected = stats.chi2_contingency([reference, current], correction=False)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)
    assert (found.degrees, found.p) == (expected.dof, pytest.approx(expected.pvalue, abs=1e-9))
    # Rows to scale, so that both sides have as many: Cramér's V as it is of them.
    alike = np.array([reference * current.sum(), current * reference.sum()])
    assert found.cramers_v == pytest.approx(stats.contingency.association(alike, method="cramer"))


def test_categories_of_few_expected_rows_are_taken_together():
    found = chi_squared(np.array([500, 480, 3, 2, 0]), np.array([490, 495, 2, 3, 1]))
    joined = stats.chi2_contingency([[500, 480, 5], [490, 495, 6]], correction=False)
    assert (found.degrees, found.statistic) == (2, pytest.approx(joined.statistic))
    assert chi_squared(np.array([300]), np.array([300])).p == 1


def test_the_missing_share_is_tested_as_two_proportions():
    found = missing_change((400, 500), (40, 80))
    # z squared of two proportions is chi squared of the two by two table.
    expected = stats.chi2_contingency([[40, 360], [80, 420]], correction=False)
    assert (found.reference, found.current, found.p) == (0.1, 0.16, pytest.approx(expected.pvalue))
    assert missing_change((300, 300), (0, 0)).p == 1


def test_rows_that_belong_together_are_evidence_once():
    """Ten times the rows, each a tenth of a piece of evidence, are as likely by chance as the rows alone."""
    reference, current = np.array([30, 20]), np.array([20, 30])
    once, ten = (
        chi_squared(reference, current),
        chi_squared(10 * reference, 10 * current, evidence=(0.1, 0.1)),
    )
    assert (ten.p, ten.cramers_v) == (pytest.approx(once.p), pytest.approx(once.cramers_v))
    assert chi_squared(10 * reference, 10 * current).p < 1e-6
    rng = np.random.default_rng(0)
    sides = rng.normal(size=100), rng.normal(0.3, size=150)
    once = kolmogorov_smirnov(Counted.of_rows(*sides))
    ten = kolmogorov_smirnov(Counted.of_rows(*(np.repeat(side, 10) for side in sides)), evidence=(0.1, 0.1))
    assert (ten.distance, ten.p) == (pytest.approx(once.distance), pytest.approx(once.p))
    assert missing_change((4000, 5000), (400, 800), evidence=(0.1, 0.1)).p == pytest.approx(
        missing_change((400, 500), (40, 80)).p
    )
