"""Each test against one that we did not write: SciPy's, statsmodels' or gbstats', or a root found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.proportion import (
    test_proportions_2indep as proportions_2indep,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from patronage.logic.experiments.statistics import fixed_horizon
from patronage.logic.experiments.statistics.correction import corrected
from patronage.logic.experiments.statistics.difference import Difference
from patronage.logic.experiments.statistics.moments import Moments, mean_moments, ratio_moments
from patronage.logic.experiments.statistics.sequential import ConfidenceSequence

RNG = np.random.default_rng(5)
ARM = np.repeat([0, 1], [800, 1_100]).astype(np.int32)
REVENUE = RNG.gamma(0.3, 900, len(ARM)).astype(np.int64)
BOUGHT = RNG.random(len(ARM)) < np.where(ARM == 1, 0.11, 0.09)


def difference_of(values) -> Difference:
    moments = mean_moments(values, ARM, 2)
    return Difference(moments.at(1), moments.at(0))


def one(n, value, variance) -> Moments:
    return Moments(np.array([n]), np.array([value]), np.array([variance]))


class TestOneLook:
    def test_means_are_compared_as_scipy_does(self):
        difference = difference_of(REVENUE)
        theirs = stats.ttest_ind(REVENUE[ARM == 1], REVENUE[ARM == 0], equal_var=False)
        low, high = difference.interval(fixed_horizon.multiplier(difference, 0.9))
        limits = theirs.confidence_interval(0.9)
        assert fixed_horizon.p_value(difference)[0] == pytest.approx(theirs.pvalue, rel=1e-12)
        assert fixed_horizon.degrees_of_freedom(difference)[0] == pytest.approx(theirs.df)
        assert (low[0], high[0]) == pytest.approx((limits.low, limits.high), rel=1e-12)

    def test_and_as_statsmodels_does(self):
        difference = difference_of(REVENUE)
        theirs = CompareMeans(DescrStatsW(REVENUE[ARM == 1]), DescrStatsW(REVENUE[ARM == 0]))
        low, high = difference.interval(fixed_horizon.multiplier(difference, 0.95))
        assert (low[0], high[0]) == pytest.approx(theirs.tconfint_diff(usevar="unequal"), rel=1e-9)

    def test_shares_are_compared_as_statsmodels_does_up_to_its_normal_quantile(self):
        difference = difference_of(BOUGHT)
        counts = [int(BOUGHT[ARM == 1].sum()), int(BOUGHT[ARM == 0].sum())]
        limits = confint_proportions_2indep(counts[0], 1_100, counts[1], 800, method="wald")
        low, high = difference.interval(fixed_horizon.multiplier(difference, 0.95))
        assert (low[0], high[0]) == pytest.approx(limits, abs=1e-4)
        theirs = proportions_2indep(counts[0], 1_100, counts[1], 800, method="wald")
        assert fixed_horizon.p_value(difference)[0] == pytest.approx(theirs.pvalue, abs=1e-3)

    def test_the_interval_of_a_share_is_wilsons(self):
        arm = mean_moments(BOUGHT, ARM, 2).at(0)
        theirs = proportion_confint(int(BOUGHT[ARM == 0].sum()), 800, method="wilson")
        found = fixed_horizon.share_interval(arm, 0.95)
        assert (found[0][0], found[1][0]) == pytest.approx(theirs, rel=1e-12)

    def test_the_interval_of_a_mean_is_students(self):
        arm = mean_moments(REVENUE, ARM, 2).at(0)
        theirs = DescrStatsW(REVENUE[ARM == 0]).tconfint_mean()
        found = fixed_horizon.value_interval(arm, 0.95)
        assert (found[0][0], found[1][0]) == pytest.approx(theirs, rel=1e-9)

    def test_equal_values_without_variance_are_no_difference(self):
        same = Difference(one(10.0, 1.0, 0.0), one(10.0, 1.0, 0.0))
        assert fixed_horizon.p_value(same)[0] == 1.0


class TestRatios:
    def test_the_variance_is_that_of_the_formula_of_deng_knoblich_and_lu(self):
        tops, bottoms = RNG.poisson(2, 500), RNG.poisson(9, 500) + 1
        moments = ratio_moments(tops, bottoms, np.zeros(500, dtype=np.int32), 1)
        ratio, mean = tops.sum() / bottoms.sum(), bottoms.mean()
        (yy, xy), (_, xx) = np.cov(tops, bottoms)
        assert moments.value[0] == pytest.approx(ratio)
        assert moments.variance[0] == pytest.approx((yy - 2 * ratio * xy + ratio**2 * xx) / mean**2)

    def test_its_error_is_that_of_many_samples(self):
        tops, bottoms = RNG.poisson(2, (4_000, 200)), RNG.poisson(9, (4_000, 200)) + 1
        arm = np.zeros(200, dtype=np.int32)
        few = zip(tops[:200], bottoms[:200], strict=True)
        stated = np.mean([ratio_moments(*each, arm, 1).squared_error for each in few])
        assert stated == pytest.approx(np.var(tops.sum(axis=1) / bottoms.sum(axis=1)), rel=0.06)

    def test_an_arm_without_impressions_has_no_rate_and_no_warning(self):
        moments = ratio_moments(np.array([0, 3]), np.array([0, 4]), np.array([0, 1], dtype=np.int32), 2)
        assert np.isnan(moments.value[0])
        assert moments.value[1] == 0.75


class TestAnyNumberOfLooks:
    """gbstats 0.8.0, `SequentialTwoSidedTTest` of these moments, difference type "absolute", defaults."""

    DIFFERENCE = Difference(one(3_100.0, 6.2, 420.0), one(3_000.0, 5.0, 400.1333777925975))

    def test_the_interval_is_that_of_growthbook(self):
        reach = ConfidenceSequence(0.95, 5_000).multiplier(self.DIFFERENCE.n)
        low, high = self.DIFFERENCE.interval(reach)
        assert (low[0], high[0]) == pytest.approx((-0.3747513992310043, 2.774751399231005), rel=1e-12)

    def test_the_p_value_is_that_of_growthbook(self):
        p = ConfidenceSequence(0.95, 5_000).p_value(self.DIFFERENCE)
        assert p[0] == pytest.approx(0.2885241690606998, rel=1e-12)

    def test_the_p_value_is_the_level_at_which_the_interval_touches_0(self):
        sequence = ConfidenceSequence(0.95, 2_000)
        (p,) = sequence.p_value(self.DIFFERENCE)
        (reach,) = sequence.multiplier(self.DIFFERENCE.n, level=p)
        assert reach == pytest.approx(abs(self.DIFFERENCE.z[0]))

    def test_it_is_wider_than_one_look_at_every_size(self):
        n = np.geomspace(10, 1e9, 60)
        assert (ConfidenceSequence().multiplier(n) > 3.0).all()

    @pytest.mark.parametrize("tuning", [500, 5_000, 100_000])
    def test_the_tuning_is_the_size_at_which_it_is_narrowest(self, tuning):
        reach = [
            ConfidenceSequence(0.95, other).multiplier(np.array([tuning]))[0]
            for other in (tuning / 2, tuning, tuning * 2)
        ]
        assert reach[1] == min(reach)


class TestRelativeLift:
    def test_its_limits_are_where_the_arms_differ_by_just_the_multiplier(self):
        difference = Difference(one(900.0, 2.3, 30.0), one(700.0, 2.0, 25.0))
        low, high = difference.relative_interval(np.array([2.2]))

        def away(lift: float) -> float:
            treated, control = difference.treated, difference.control
            error = np.sqrt(treated.squared_error + (1 + lift) ** 2 * control.squared_error)[0]
            return abs(2.3 - (1 + lift) * 2.0) / error - 2.2

        assert low[0] == pytest.approx(optimize.brentq(away, -0.9, 0.15))
        assert high[0] == pytest.approx(optimize.brentq(away, 0.15, 5))

    @pytest.mark.parametrize("treated", [2.4, 2.62, 2.63, 1.2])
    def test_it_holds_0_exactly_where_the_absolute_interval_does(self, treated):
        difference = Difference(one(900.0, treated, 30.0), one(700.0, 2.0, 25.0))
        absolute = difference.interval(np.array([2.4]))
        relative = difference.relative_interval(np.array([2.4]))
        assert (absolute[0] > 0, absolute[1] < 0) == (relative[0] > 0, relative[1] < 0)

    def test_it_has_no_limits_where_the_control_may_be_0(self):
        difference = Difference(one(900.0, 2.3, 30.0), one(30.0, 0.4, 25.0))
        assert np.isnan(difference.relative_interval(np.array([2.0]))).all()
        assert np.isnan(Difference(one(9.0, 2.0, 3.0), one(9.0, -1.0, 2.0)).relative).all()


@pytest.mark.parametrize(("ours", "theirs"), [("holm", "holm"), ("benjamini-hochberg", "fdr_bh")])
@pytest.mark.parametrize("tests", [1, 2, 9])
def test_corrections_are_those_of_statsmodels(ours, theirs, tests):
    p_values = np.random.default_rng(tests).beta(0.4, 2, tests)
    assert corrected(p_values, ours) == pytest.approx(multipletests(p_values, method=theirs)[1])


def test_nothing_is_corrected_of_nothing():
    assert len(corrected(np.array([]))) == 0
