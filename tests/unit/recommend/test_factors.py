"""The models with factors, against what others compute."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from scipy.optimize import nnls
from sklearn.decomposition import NMF

from patronage.logic.recommenders import Histories
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.nmf import Nmf
from patronage.logic.recommenders.svd import Svd
from recommend_support import random_shop


@pytest.mark.parametrize("factors", [4, 16, 40])
def test_als_recommends_what_implicit_does(factors):
    shop = random_shop()
    settings = {"factors": factors, "regularization": 2.0, "alpha": 5.0, "iterations": 6, "random_state": 4}
    ours = ImplicitAls(**settings).fit(shop)
    theirs = AlternatingLeastSquares(**settings)
    history = sparse.csr_matrix(shop.history())
    theirs.fit(history, show_progress=False)
    some = np.flatnonzero(np.diff(history.indptr))
    ids, scores = theirs.recommend(some, history[some], N=8, recalculate_user=True)
    our_ids, our_scores = ours.recommend(shop.histories(some), k=8)
    positive = scores > 1e-6
    np.testing.assert_allclose(our_scores[positive], scores[positive], rtol=1e-3, atol=1e-5)
    assert (our_ids == ids)[positive].mean() > 0.99


def test_weighted_als_ends_where_neither_side_gets_better():
    """At the least objective its slope by each product's factors is none (written as Hu et al. print it)."""
    shop = random_shop()
    bought = shop.history().toarray().astype(np.float64)
    model = ImplicitAls(factors=3, regularization=4.0, alpha=5.0, iterations=300, weighted=True).fit(shop)
    products = model.product_factors_.astype(np.float64)
    customers = model._folded(shop.history(), model.product_factors_).astype(np.float64)
    confidence = 1 + 4.0 * bought
    errors = confidence * (bought - customers @ products.T)
    slopes = errors.T @ customers - model.penalty_ * bought.sum(axis=0)[:, None] * products
    assert np.abs(slopes).max() < 1e-2 < np.abs(errors.T @ customers).max()
    pairs, some = bought.sum(), [(bought.sum(axis=axis) > 0).sum() for axis in (0, 1)]
    assert model.penalty_ == pytest.approx(4.0 / np.sqrt(pairs / some[0] * pairs / some[1]))


@pytest.mark.parametrize("make", [ImplicitAls, Nmf, Svd])
def test_too_many_pairs_to_score_are_refused_with_the_reason(make):
    shop = random_shop()
    assert make().why_not(shop) == ""
    assert make().why_not(replace(shop, n_customers=200_000, n_products=100_000)) == ""
    reason = make().why_not(replace(shop, n_customers=200_001, n_products=100_000))
    assert "2.0e+10 pairs of a customer and a product are more" in reason


def test_svd_scores_are_the_projection_on_the_leading_directions():
    shop = random_shop()
    x = shop.history().toarray()
    _, strength, directions = np.linalg.svd(x, full_matrices=False)
    shrunk = strength[:10] ** 2 / (strength[:10] ** 2 + 3)
    expected = (x @ directions[:10].T * shrunk) @ directions[:10]
    ours = Svd(factors=10, scaling=1, regularization=3).fit(shop)._scores(shop.histories())
    np.testing.assert_allclose(ours, expected, atol=0.02)


def test_svd_with_all_directions_gives_the_history_back():
    shop = random_shop()
    ours = Svd(factors=80, scaling=0.3).fit(shop)._scores(shop.histories())
    np.testing.assert_allclose(ours, shop.history().toarray(), atol=1e-4)


def test_nmf_explains_as_much_as_that_of_scikit_learn():
    x = random_shop().history().toarray()
    ours = Nmf(factors=6, iterations=200, regularization=0).fit(random_shop())
    assert (ours.product_factors_ >= 0).all()
    theirs = NMF(6, init="random", max_iter=2_000, random_state=0).fit(x)
    error = np.linalg.norm(x - ours._scores(random_shop().histories()))
    assert error < 1.02 * theirs.reconstruction_err_


def test_nmf_folds_in_by_non_negative_least_squares():
    model = Nmf(factors=5, regularization=0).fit(random_shop())
    visitor = Histories.of_visitors([[1, 2, 7]], n_products=80)
    expected, _ = nnls(model.product_factors_, visitor.matrix().toarray()[0])
    np.testing.assert_allclose(model._fold_in(visitor.matrix())[0], expected, atol=2e-3)
