from __future__ import annotations

import numpy as np

from patronage.logic.recommenders import Histories
from patronage.logic.recommenders.users import UserNeighbours
from patronage.logic.serve.kinds import BOUGHT_TOGETHER
from recommend_support import interactions, random_shop


def test_scores_by_hand():
    # customers 0: {0, 1}, 1: {0, 1, 2}, 2: {1, 3}
    shop = interactions([0, 0, 1, 1, 1, 2, 2], [0, 1, 0, 1, 2, 1, 3])
    model = UserNeighbours(shrinkage=0).fit(shop)
    ids, scores = model.recommend(shop.histories(np.array([0])), k=2)
    assert ids.tolist() == [[2, 3]]
    np.testing.assert_allclose(scores[0], [2 / np.sqrt(6), 1 / 2], rtol=1e-6)
    one = UserNeighbours(shrinkage=0, neighbours=1).fit(shop)
    assert one.recommend(shop.histories(np.array([0])), k=2)[1][0, 1] == 0


def test_scores_are_those_of_all_customers_laid_side_by_side():
    shop = random_shop()
    x = shop.history().toarray()
    both = x @ x.T
    norms = np.sqrt(x.sum(axis=1))
    likeness = both / np.maximum(np.outer(norms, norms), 1e-9) * both / (both + 3)
    np.fill_diagonal(likeness, 0)
    ids, scores = UserNeighbours(neighbours=150, shrinkage=3).fit(shop).recommend(shop.histories(), k=80)
    expected = np.take_along_axis(likeness @ x, np.maximum(ids, 0), axis=1)
    np.testing.assert_allclose(scores[ids >= 0], expected[ids >= 0], rtol=1e-4, atol=1e-6)


def test_a_visitor_is_answered_from_those_who_bought_the_same():
    shop = interactions([0, 0, 1, 1], [0, 1, 2, 3])
    model = UserNeighbours().fit(shop)
    visitor = Histories.of_visitors([[2]], n_products=4)
    ids, _ = model.recommend(visitor, k=1)
    assert ids.tolist() == [[3]]
    reasons = model.explain(visitor, ids)
    assert (reasons.kind[0, 0], reasons.because[0, 0], reasons.share[0, 0]) == (BOUGHT_TOGETHER, 2, 1)


def test_too_many_meetings_are_refused_beforehand():
    shop = interactions(np.arange(200_000) % 50, np.zeros(200_000))
    assert "meetings" in UserNeighbours().why_not(shop)
    assert UserNeighbours().why_not(random_shop()) == ""
