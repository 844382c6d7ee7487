from __future__ import annotations

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders.ease import Ease
from patronage.logic.serve.kinds import BOUGHT_TOGETHER
from recommend_support import interactions, random_shop


def closed_form(history, regularization, dropout):
    x = history.toarray().astype(np.float64)
    gram = x.T @ x
    penalty = regularization + dropout / (1 - dropout) * np.diag(gram)
    inverse = np.linalg.inv(gram + np.diag(penalty))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.parametrize(("regularization", "dropout"), [(1, 0), (50, 0), (20, 0.4)])
def test_weights_are_those_of_the_closed_form(regularization, dropout):
    rng = np.random.default_rng(1)
    shop = interactions(rng.integers(0, 900, 20_000), rng.integers(0, 600, 20_000), n_products=620)
    model = Ease(regularization=regularization, dropout=dropout).fit(shop)
    expected = closed_form(shop.history(), regularization, dropout)
    np.testing.assert_allclose(model.weights_, expected, atol=2e-5)


def test_the_reason_is_the_heaviest_weight_and_counts_buyers():
    shop = random_shop()
    model, histories, x = Ease(regularization=20).fit(shop), shop.histories(), shop.history().toarray()
    ids, _ = model.recommend(histories, k=5)
    reasons = model.explain(histories, ids)
    rows, places = np.nonzero(reasons.because >= 0)
    assert len(rows) > 300
    assert (reasons.kind[rows, places] == BOUGHT_TOGETHER).all()
    because, towards = reasons.because[rows, places], ids[rows, places]
    best = np.where(x[rows] > 0, model.weights_[:, towards].T, -np.inf).max(axis=1)
    np.testing.assert_array_equal(model.weights_[because, towards], best)
    share = (x[:, because] * x[:, towards]).sum(axis=0) / x[:, because].sum(axis=0)
    np.testing.assert_allclose(reasons.share[rows, places], share, rtol=1e-6)


def test_too_many_products_are_refused_with_the_reason():
    shop = interactions([0], [0], n_products=12_001)
    assert "12001 products are more than the 12000" in Ease().why_not(shop)
    with pytest.raises(BadInput, match="neighbour to neighbour"):
        Ease().fit(shop)
