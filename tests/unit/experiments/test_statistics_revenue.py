from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mstats
from statsmodels.api import OLS, add_constant

from patronage.logic.experiments.statistics.capping import capped
from patronage.logic.experiments.statistics.cuped import adjusted
from patronage.logic.experiments.statistics.moments import mean_moments


class TestCuped:
    """Worked by hand. Arms of three; before: 1 2 3 and 2 4 6; after: 3 5 7 and 6 8 13.

    Within arms, x is -1 0 1 and -2 0 2, y is -2 0 2 and -3 -1 4. Sums: xx = 2 + 8 = 10, xy = 4 + 14 = 18,
    yy = 8 + 26 = 34. So theta is 1.8 and 1 - 18² / (10 * 34) = 16 / 340 of the variance is left. The mean
    before is 3: adjusted values are y - 1.8 (x - 3), that is 6.6 6.8 7.0 and 7.8 6.2 7.6, with means of 6.8
    and 7.2. The difference of 4 shrinks to 0.4: the second arm had bought more before.
    """

    ARM = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
    BEFORE = np.array([1, 2, 3, 2, 4, 6])
    AFTER = np.array([3, 5, 7, 6, 8, 13])

    def test_the_example(self):
        found = adjusted(self.AFTER, self.BEFORE, self.ARM, 2)
        assert found.theta == pytest.approx(1.8)
        assert found.variance_reduction == pytest.approx(324 / 340)
        assert found.values == pytest.approx([6.6, 6.8, 7.0, 7.8, 6.2, 7.6])
        assert mean_moments(found.values, self.ARM, 2).value == pytest.approx([6.8, 7.2])

    def test_the_difference_is_that_of_a_regression_on_arm_and_covariate(self):
        """Analysis of covariance: statsmodels' coefficient of the arm."""
        rng = np.random.default_rng(2)
        arm = rng.integers(0, 2, 400).astype(np.int32)
        before = rng.gamma(1, 50, 400)
        after = 0.7 * before + rng.normal(0, 20, 400) + 5 * arm
        found = mean_moments(adjusted(after, before, arm, 2).values, arm, 2).value
        theirs = OLS(after, add_constant(np.column_stack([arm, before]))).fit().params
        assert found[1] - found[0] == pytest.approx(theirs[1])

    def test_the_mean_of_all_stays(self):
        assert adjusted(self.AFTER, self.BEFORE, self.ARM, 2).values.mean() == pytest.approx(7.0)

    @pytest.mark.parametrize("before", [np.zeros(6, int), np.full(6, 5)], ids=["nothing", "the same"])
    def test_a_covariate_that_says_nothing_changes_nothing(self, before):
        found = adjusted(self.AFTER, before, self.ARM, 2)
        assert (found.theta, found.variance_reduction) == (0, 0)
        assert found.values.tolist() == self.AFTER.tolist()

    def test_nobody_is_no_fault(self):
        assert len(adjusted(np.array([]), np.array([]), np.array([], dtype=np.int32), 2).values) == 0


class TestCapping:
    def test_the_cap_is_the_quantile_of_the_positive_values(self):
        values = np.array([0] * 50 + list(range(1, 101)))
        found = capped(values, 0.9)
        assert (found.at_minor, found.count, found.cut_minor) == (91, 9, sum(range(1, 10)))
        assert found.values.max() == 91

    def test_it_winsorises_as_scipy_does(self):
        values = np.random.default_rng(4).permutation(1_000) + 1
        theirs = mstats.winsorize(values, limits=(None, 0.02), inclusive=(True, False))
        assert capped(values, 0.979).values.tolist() == theirs.tolist()

    def test_fewer_than_a_thousand_buyers_keep_their_thousandth(self):
        values = np.array([100] * 900 + [10_000_000])
        assert capped(values, 0.999).count == 0

    def test_a_refund_beyond_the_cap_is_cut_too(self):
        values = np.array([-5_000, *range(1, 101), 5_000])
        found = capped(values, 0.9)
        assert found.values[0] == -found.at_minor

    @pytest.mark.parametrize("values", [[], [0, 0], [-5, 0]])
    def test_without_revenue_nothing_is_capped(self, values):
        found = capped(np.array(values, dtype=np.int64), 0.999)
        assert (found.at_minor, found.count) == (None, 0)
        assert found.values.tolist() == values

    def test_a_quantile_of_1_caps_nothing(self):
        assert capped(np.array([1, 2, 10**9]), 1.0).at_minor is None
