from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.experiments.assignment import arm_at, bucket_of
from patronage.logic.experiments.statistics import MISMATCH, analyse
from patronage.logic.experiments.statistics.sample_ratio import expected_shares, sample_ratio
from statistics_support import experiment, units_of


def ratio(*units: int, shares):
    return sample_ratio(np.array(units), shares)


class TestKnownAnswers:
    def test_an_arm_of_weight_0_is_no_degree_of_freedom(self):
        """The 5,000 and 5,330 of GrowthBook's tests: chi-squared 10.542 on one degree of freedom."""
        found = ratio(5_000, 5_330, 0, shares=[0.5, 0.5, 0])
        assert found.chi_squared == pytest.approx(2 * 165**2 / 5_165)
        assert found.degrees_of_freedom == 1
        assert found.p == pytest.approx(0.00117, abs=5e-6)
        assert found.p == pytest.approx(
            0.0011668510973414706, rel=1e-12
        )  # gbstats 0.8.0, check_srm of the two

    def test_an_arm_without_anybody_fails(self):
        found = ratio(0, 500, 500, shares=[1 / 3] * 3)
        assert found.chi_squared == pytest.approx(500)
        assert found.p == pytest.approx(2.6691902155411894e-109, rel=1e-9)  # gbstats 0.8.0

    def test_it_is_scipys_test(self):
        theirs = stats.chisquare([510, 480, 1_040], [507.5, 507.5, 1_015])
        ours = ratio(510, 480, 1_040, shares=[0.25, 0.25, 0.5])
        assert (ours.chi_squared, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_anybody_in_an_arm_of_weight_0_fails():
    assert ratio(5_000, 5_000, 1, shares=[0.5, 0.5, 0]).p == 0


def test_nobody_at_all_does_not_fail():
    assert ratio(0, 0, shares=[0.5, 0.5]).p == 1


class TestExpectedShares:
    def test_they_are_those_of_the_buckets_that_an_arm_holds(self):
        """0.335 * 0.01 of 10,000 buckets is 33.5; one cannot hold half a bucket."""
        arms = experiment("none", "model", "popular", weights=(0.335, 0.335, 0.33))["arms"]
        shares = expected_shares(arms, 0.01)
        assert sorted(round(each * 101) for each in shares) == [33, 34, 34]

    def test_people_are_assigned_so(self):
        arms = experiment("none", "model", weights=(0.2, 0.8))["arms"]
        places = [arm_at(bucket_of("e1", f"c{each}"), [0.2, 0.8], coverage=0.3) for each in range(20_000)]
        counts = np.bincount([place for place in places if place is not None])
        assert sample_ratio(counts, expected_shares(arms, 0.3)).p > 0.01

    def test_coverage_takes_from_all_arms_alike(self):
        arms = experiment("none", "model", "popular", weights=(0.5, 0.25, 0.25))["arms"]
        assert expected_shares(arms, 0.4) == expected_shares(arms, 1.0) == [0.5, 0.25, 0.25]


class TestTheReport:
    def test_it_stops_and_shows_no_effect(self):
        report = analyse(
            experiment("none", "model", weights=(0.45, 0.55)), units_of(10_000), options=AnalysisOptions()
        )
        assert report["stopped"] == MISMATCH
        assert report["sample_ratio"]["fails"] is True
        assert report["metrics"] == report["incremental_revenue"] == []
        assert report["verdict"]["code"] == "stopped"
        assert report["verdict"]["sentence"].startswith("Stopped, no effect is shown")
        assert [arm["units"] for arm in report["arms"]] == [4_997, 5_003]

    def test_a_threshold_of_0_stops_only_what_is_impossible(self):
        report = analyse(
            experiment("none", "model", weights=(0.45, 0.55)),
            units_of(10_000),
            options=AnalysisOptions(srm_p=0.0),
        )
        assert report["stopped"] is None

    def test_an_arm_that_was_switched_off_does_not_stop_it_and_is_not_waited_for(self):
        report = analyse(
            experiment("popular", "none", "model", weights=(0.5, 0.5, 0)),
            units_of(10_000),
            options=AnalysisOptions(),
        )
        assert report["stopped"] is None
        assert [arm["units"] for arm in report["arms"]][2] == 0
        assert all(metric["missing"] == [] for metric in report["metrics"])
