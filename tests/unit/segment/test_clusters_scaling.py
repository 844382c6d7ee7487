from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import skew, yeojohnson
from sklearn.decomposition import PCA
from sklearn.preprocessing import PowerTransformer

from patronage.logic.segments.clusters import Scaling, principal_components, representative
from patronage.logic.segments.clusters._scaling import yeo_johnson

ROWS = np.arange(4000)
RNG = np.random.default_rng(11)
SKEWED = {
    "money": RNG.lognormal(0, 1.1, 4000),
    "left": 10 - RNG.gamma(2, 1, 4000),
    "both signs": RNG.gamma(1, 2, 4000) - 1,
    "many zeros": np.where(RNG.random(4000) < 0.6, 0, RNG.exponential(2, 4000)),
}


@pytest.mark.parametrize("power", [-1.5, 0, 0.3, 1, 2, 2.7])
def test_the_power_transform_equals_scipy_s(power):
    values = np.array([-5.0, -0.3, 0.0, 0.2, 8.0])
    assert yeo_johnson(values, power) == pytest.approx(yeojohnson(values, power))


@pytest.mark.parametrize("name", SKEWED)
def test_the_likeliest_power_is_scikit_learn_s(name):
    values = SKEWED[name]
    scaling = Scaling.fit(values, ROWS)
    theirs = PowerTransformer("yeo-johnson").fit((values / scaling.unit)[:, None])
    assert scaling.power == pytest.approx(np.clip(theirs.lambdas_[0], -3, 3), abs=1e-3)


@pytest.mark.parametrize("name", SKEWED)
def test_scaled_features_have_one_spread_and_less_skew(name):
    scaled = Scaling.fit(SKEWED[name], ROWS).apply(SKEWED[name])
    assert scaled.mean() == pytest.approx(0, abs=1e-9)
    assert scaled.std() == pytest.approx(1)
    assert abs(skew(scaled)) < 0.5 * abs(skew(SKEWED[name]))
    order = np.argsort(SKEWED[name])
    assert (np.diff(scaled[order]) >= 0).all()


def test_a_few_extremes_do_not_stretch_the_scale():
    values = SKEWED["money"].copy()
    before = Scaling.fit(values, ROWS).apply(values)
    values[:20] = 1e9
    after = Scaling.fit(values, ROWS).apply(values)
    assert after[20:] == pytest.approx(before[20:], abs=0.3)
    assert after.max() == pytest.approx(before.max(), abs=0.3)


def test_what_is_not_known_is_the_median():
    values = np.array([1.0, np.nan, 3.0, 10.0, np.nan])
    scaling = Scaling.fit(values, np.arange(5))
    scaled = scaling.apply(values)
    assert scaling.filler == 3
    assert scaled[1] == scaled[4] == scaled[2]


@pytest.mark.parametrize("values", [[4.0] * 9, [np.nan] * 9, [np.nan, 4.0, 4.0], [0.0] * 199 + [1.0]])
def test_a_feature_that_customers_do_not_differ_in_has_no_scale(values):
    assert Scaling.fit(np.array(values), np.arange(len(values))) is None


@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_principal_components_equal_scikit_learn_s(share):
    columns = RNG.normal(size=(6, 6)) @ RNG.normal(size=(6, 500)) * 2
    columns -= columns.mean(axis=1, keepdims=True)
    found = principal_components(columns, share)
    variances = PCA().fit(columns.T).explained_variance_ratio_
    assert len(found) == np.argmax(np.cumsum(variances) >= share - 1e-12) + 1
    theirs = PCA(len(found)).fit_transform(columns.T).T
    assert np.abs(found) == pytest.approx(np.abs(theirs))


def test_a_sample_stands_for_all_rows():
    columns = np.array([np.repeat([0.0, 1.0, 2.0], [7000, 2900, 100]), np.zeros(10_000)])
    chosen = representative(columns, 1000, seed=1)
    assert len(set(chosen)) == 1000
    counts = np.bincount(columns[0, chosen].astype(int))
    assert np.abs(counts - [700, 290, 10]).max() <= 1  # equal rows lie beside each other


def test_a_sample_does_not_depend_on_the_order_of_the_rows_but_on_the_seed():
    columns = RNG.normal(size=(3, 5000))
    order = RNG.permutation(5000)
    straight, shuffled = (
        columns[:, representative(columns, 500, seed=3)] for columns in (columns, columns[:, order])
    )
    assert np.array_equal(straight, shuffled)
    other = representative(columns, 500, seed=4)
    assert len(np.intersect1d(other, representative(columns, 500, seed=3))) < 120  # 50 by chance


def test_a_sample_of_independent_numbers_has_their_distribution():
    values = RNG.random((1, 100_000))
    sample = values[0, representative(values, 2000, seed=5)]
    heights = np.sort(sample)
    assert np.abs(heights - np.linspace(0, 1, 2000)).max() < 1.63 / np.sqrt(2000)  # Kolmogorov, 1 %
