"""Each rating model against an answer that we did not compute with it."""

from __future__ import annotations

import numpy as np
import pytest
from ratings_support import cliques, rated, rmse
from scipy import sparse
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct, WhiteKernel
from sklearn.linear_model import Ridge

from patronage.logic.recommenders import Side
from patronage.logic.recommenders.ratings import (
    BiasRatings,
    ContentRatings,
    GibbsRatings,
    HybridRatings,
    ItemCfRatings,
    NmfRatings,
    SvdRatings,
)
from patronage.logic.recommenders.ratings._features import tag_features
from patronage.logic.recommenders.ratings._spectrum import spectrum


def low_rank(seed: int = 0, *, n: int = 80, noise: float = 0.1):
    """Give ratings of rank 2 with noise, half of them withheld."""
    rng = np.random.default_rng(seed)
    customers, products = (each.ravel() for each in np.mgrid[:n, :n])
    mean = rng.normal(size=(n, 2)) @ rng.normal(size=(2, n))
    values = 3 + mean.ravel() + rng.normal(0, noise, n * n)
    whole = rated(customers, products, values)
    is_seen = rng.random(n * n) < 0.5
    return whole.where(is_seen), whole.where(~is_seen)


def test_biases_solve_the_ridge_regression_on_indicators():
    rng = np.random.default_rng(0)
    customers, products = rng.integers(0, 6, 40), rng.integers(0, 5, 40)
    ratings = rated(customers, products, rng.integers(1, 6, 40))
    seen = BiasRatings(customer_shrinkage=2, product_shrinkage=2)
    pairs = sorted({pair: row for row, pair in enumerate(zip(customers, products, strict=True))}.values())
    customers, products, values = customers[pairs], products[pairs], ratings.values[pairs]
    design = np.concatenate([np.eye(6)[customers], np.eye(5)[products]], axis=1)
    peer = Ridge(alpha=2, fit_intercept=False).fit(design, values - values.mean())
    predicted = seen.fit(ratings).predict(customers, products)
    expected = values.mean() + design @ peer.coef_
    np.testing.assert_allclose(predicted, np.clip(expected, values.min(), values.max()), atol=2e-3)


def test_content_is_a_gaussian_process_over_tags():
    seen, withheld, side = cliques()
    tags_alone = Side(product_tags=side.product_tags)
    model = ContentRatings(noise=0.5).fit(seen, side=tags_alone)
    features = sparse.hstack(list(tag_features(side.product_tags, 61).values())).toarray()
    rows, asked = seen.customers == 7, withheld.customers == 7
    usual = model.mean_ + model.customer_biases_[7] + model.product_biases_
    peer = GaussianProcessRegressor(DotProduct(0, "fixed") + WhiteKernel(0.5, "fixed"), optimizer=None)
    peer.fit(features[seen.products[rows]], seen.values[rows] - usual[seen.products[rows]])
    products = withheld.products[asked]
    expected = usual[products] + peer.predict(features[products])
    predicted = model.predict(withheld.customers[asked], products)
    np.testing.assert_allclose(predicted, np.clip(expected, model.lowest_, model.highest_), atol=1e-3)


def test_item_similarity_is_the_shrunk_correlation_and_cosine():
    # Products 0 and 1 share three of the four customers who rated each.
    customers, products = [0, 1, 2, 3, 0, 1, 2, 4], [0, 0, 0, 0, 1, 1, 1, 1]
    model = ItemCfRatings(shrinkage=1, together=2).fit(rated(customers, products, [5, 4, 1, 3, 5, 3, 1, 3]))
    usual = model.mean_ + model.customer_biases_[:5, None] + model.product_biases_
    first = np.array([5, 4, 1]) - usual[:3, 0]
    second = np.array([5, 3, 1]) - usual[:3, 1]
    correlation = first @ second / np.sqrt((first @ first) * (second @ second))
    assert model.similarity_[0, 1] == pytest.approx(correlation * 3 / 4 + 2 * 3 / 4, abs=1e-4)
    assert model.similarity_[0, 0] == pytest.approx(1 + 2, abs=1e-4)


@pytest.mark.parametrize("model", [SvdRatings(factors=4), GibbsRatings(factors=4, draws=60)], ids=type)
def test_factorisations_find_what_is_of_low_rank(model):
    seen, withheld = low_rank()
    predicted = model.fit(seen).predict(withheld.customers, withheld.products)
    assert rmse(predicted, withheld.values) < 0.2  # the noise alone is 0.1, the spread of ratings about 1.4


def test_nmf_has_no_factor_below_zero_and_finds_what_is_of_low_rank():
    seen, withheld = low_rank()
    model = NmfRatings(factors=8, regularization=0.1, sweeps=400).fit(seen)
    assert (model.customers_ >= 0).all()
    assert (model.products_ >= 0).all()
    predicted = model.predict(withheld.customers, withheld.products)
    assert rmse(predicted, withheld.values) < 0.5


def test_gibbs_learns_on_which_days_a_customer_rates_low():
    seen, withheld, side = cliques()
    model = GibbsRatings(factors=4, draws=60).fit(seen, side=side)
    on_days = model.predict(withheld.customers, withheld.products, days=withheld.days)
    without = model.predict(withheld.customers, withheld.products)
    bad_mood = withheld.days % 3 == 0
    assert rmse(on_days, withheld.values) < rmse(without, withheld.values)
    assert (on_days - without)[bad_mood].mean() < -0.2
    assert (on_days - without)[~bad_mood].mean() > 0.1


def test_gibbs_places_a_product_without_ratings_by_its_tags():
    seen, _, side = cliques()
    model = GibbsRatings(factors=4, draws=60).fit(seen, side=side)
    customers = np.arange(60, dtype=np.int32)
    of_new = model.predict(customers, np.full(60, 60, np.int32))  # product 60 is even, and new
    assert of_new[::2].mean() > of_new[1::2].mean() + 1


def test_the_hybrid_trusts_the_model_that_predicts_best():
    seen, _, side = cliques()
    members = {"usual": BiasRatings, "content": lambda: ContentRatings(noise=0.1)}
    model = HybridRatings(members=members, regularization=1.0).fit(seen, side=side)
    assert dict(zip(model.names_, model.weights_ > 0.7, strict=True)) == {"usual": False, "content": True}


def test_a_spectrum_rebuilds_the_kernel_of_the_features():
    rng = np.random.default_rng(0)
    for shape in ((30, 12), (12, 30)):
        features = sparse.random_array(shape, density=0.4, rng=rng, dtype=np.float32).tocsr()
        found = spectrum(features, 40)
        kernel = (features @ features.T).toarray()
        rebuilt = (found.vectors * found.strengths) @ found.vectors.T
        np.testing.assert_allclose(rebuilt, kernel / kernel.trace() * shape[0], atol=1e-3)


def test_near_numbers_are_alike_and_other_tags_only_when_equal():
    years = [[f"year={year}", f"brand={'AB'[year % 2]}"] for year in range(1990, 2000)]
    parts = tag_features([*years, []], 11)
    year, brand = ((part @ part.T).toarray() for part in (parts["year"], parts["brand"]))
    assert year[0, 0] == pytest.approx(1)
    assert year[0, 1] > year[0, 2] > year[0, 5]
    np.testing.assert_allclose(brand[0, :4], [1, 0, 1, 0])
    assert not year[10].any()
