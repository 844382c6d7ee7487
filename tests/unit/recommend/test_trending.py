from __future__ import annotations

import numpy as np

from patronage.logic.recommenders import ItemNeighbours
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.trending import Trending
from recommend_support import interactions, random_shop


def test_the_trend_by_hand():
    # Product 0 was bought 100 days ago, product 1 today, once each.
    shop = interactions([0, 1], [0, 1], [0, 100])
    model = Trending(ItemNeighbours(), half_life_days=50, usual_half_life_days=100, shrinkage=1).fit(shop)
    lately, usual = np.array([0.25, 1]), np.array([0.5, 1])
    usual *= lately.sum() / usual.sum()
    np.testing.assert_allclose(model.trend_, (lately + 1) / (usual + 1), rtol=1e-6)
    assert model.trend_[0] < 1 < model.trend_[1]


def test_scores_dense_and_sparse_are_multiplied_and_reasons_stay():
    shop, histories = random_shop(), random_shop().histories()
    for inner in (Ease(regularization=20), ItemNeighbours()):
        plain = inner.fit(shop)._scores(histories)
        model = Trending(inner).fit(shop)
        ids, scores = model.recommend(histories, k=5)
        dense = plain if isinstance(plain, np.ndarray) else plain.toarray()
        expected = np.take_along_axis(dense * model.trend_, ids, axis=1)
        np.testing.assert_allclose(scores[scores > 0], expected[scores > 0], rtol=1e-5)
        np.testing.assert_array_equal(
            model.explain(histories, ids).because, inner.explain(histories, ids).because
        )


def test_no_power_leaves_the_model_as_it_is():
    shop, histories = random_shop(), random_shop().histories()
    ids, _ = Trending(ItemNeighbours(), power=0).fit(shop).recommend(histories)
    np.testing.assert_array_equal(ids, ItemNeighbours().fit(shop).recommend(histories)[0])
