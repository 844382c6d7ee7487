from __future__ import annotations

import numpy as np
import pytest
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from scipy import sparse

from patronage.logic.recommenders import ItemNeighbours
from recommend_support import interactions, random_shop


def theirs_of(model, shop):
    model.fit(sparse.csr_matrix(shop.history()), show_progress=False)
    similarity = model.similarity.toarray()
    np.fill_diagonal(similarity, 0)
    return similarity


@pytest.mark.filterwarnings("ignore:Method expects CSR input")
def test_similarity_is_implicits_cosine():
    shop = random_shop(n=4000)
    ours = ItemNeighbours(neighbours=80, shrinkage=0).fit(shop).similarity_.toarray()
    np.testing.assert_allclose(ours, theirs_of(CosineRecommender(K=80), shop), rtol=1e-5, atol=1e-7)


@pytest.mark.filterwarnings("ignore:Method expects CSR input")
@pytest.mark.parametrize(("weighting", "peer"), [("tfidf", TFIDFRecommender), ("bm25", BM25Recommender)])
def test_weighted_similarity_goes_along_with_implicits(weighting, peer):
    # The inverse document frequency is log(1 + N / n) here and log(N / (1 + n)) there.
    rng = np.random.default_rng(0)
    shop = interactions(rng.integers(0, 300, 4000), rng.integers(0, 60, 4000) ** 2 // 12, n_products=300)
    ours = ItemNeighbours(neighbours=300, shrinkage=0, weighting=weighting).fit(shop).similarity_.toarray()
    theirs = theirs_of(peer(K=300), shop)
    cells = ours > 0
    assert np.corrcoef(ours[cells], theirs[cells])[0, 1] > 0.98


def test_the_weightings_by_the_books_formulas():
    shop = random_shop()
    x = shop.history().toarray().astype(float)
    idf = np.log(1 + x.shape[1] / np.maximum(x.sum(axis=1), 1))[:, None]
    buyers = x.sum(axis=0)
    tfidf = (x * idf) / np.maximum(np.linalg.norm(x * idf, axis=0), 1e-12)
    bm25 = x * idf * 2.2 / (1.2 * (0.25 + 0.75 * buyers / buyers.mean()) + 1)
    for weighting, weights in (("tfidf", tfidf), ("bm25", bm25)):
        expected = weights.T @ weights
        np.fill_diagonal(expected, 0)
        ours = ItemNeighbours(neighbours=80, shrinkage=0, weighting=weighting).fit(shop).similarity_
        np.testing.assert_allclose(ours.toarray(), expected, rtol=1e-4, atol=1e-6)


def test_each_product_keeps_its_nearest():
    shop = random_shop()
    every = ItemNeighbours(neighbours=80).fit(shop).similarity_.toarray()
    few = ItemNeighbours(neighbours=5).fit(shop).similarity_.toarray()
    assert ((few > 0).sum(axis=1) <= 5).all()
    np.testing.assert_allclose(np.sort(few)[:, -5:], np.sort(every)[:, -5:], rtol=1e-6)


def test_shrinkage_and_shares_by_hand():
    # product 0: customers 0 1 2 3; product 1: customers 0 1; both: 2
    shop = interactions([0, 1, 2, 3, 0, 1], [0, 0, 0, 0, 1, 1])
    model = ItemNeighbours(shrinkage=2).fit(shop)
    ids, scores, share = model.similar(k=1)
    assert ids.ravel().tolist() == [1, 0]
    np.testing.assert_allclose(scores.ravel(), 2 / np.sqrt(8) * (2 / 4), rtol=1e-6)
    np.testing.assert_allclose(share.ravel(), [0.5, 1.0])
    histories = shop.histories()
    reasons = model.explain(histories, model.recommend(histories, k=1)[0])
    assert reasons.because[2].tolist() == [0]
    assert reasons.share[2].tolist() == [0.5]
