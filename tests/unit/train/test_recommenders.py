from __future__ import annotations

import numpy as np
import pytest
from implicit.nearest_neighbours import CosineRecommender
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders import Interactions, ItemNeighbours, Popularity, top_k

EVERY = [ItemNeighbours, Popularity]


def interactions(customers, products, days=None, *, n_customers=None, n_products=None) -> Interactions:
    customers, products = np.asarray(customers, np.int32), np.asarray(products, np.int32)
    return Interactions(
        customers,
        products,
        np.zeros(len(customers), np.int32) if days is None else np.asarray(days, np.int32),
        n_customers or int(customers.max()) + 1,
        n_products or int(products.max()) + 1,
    )


def checkerboard(n: int = 20) -> Interactions:
    """Even customers bought even products, odd ones odd; each lacks the product of its own number."""
    cells = [(c, p) for c in range(n) for p in range(n) if c % 2 == p % 2 and c != p]
    return interactions(*zip(*cells, strict=True))


def random_shop(seed: int = 3, n: int = 2000) -> Interactions:
    rng = np.random.default_rng(seed)
    return interactions(rng.integers(0, 150, n), rng.zipf(1.6, n) % 80, rng.integers(0, 90, n))


@pytest.mark.parametrize("recommender", EVERY)
class TestEveryRecommender:
    def test_ids_are_unique_new_and_sorted_by_score(self, recommender):
        shop = random_shop()
        history = shop.history()
        ids, scores = recommender().fit(shop).recommend(history, k=15)
        assert ids.shape == scores.shape == (shop.n_customers, 15)
        assert (ids.dtype, scores.dtype) == (np.int32, np.float32)
        assert (np.diff(scores, axis=1) <= 0).all()
        for customer, row in enumerate(ids):
            known = row[row >= 0]
            assert len(set(known)) == len(known)
            assert not set(known) & set(history[[customer]].indices)

    def test_fitting_twice_equals_fitting_once(self, recommender):
        shop = random_shop()
        model = recommender().fit(random_shop(seed=9)).fit(shop)
        np.testing.assert_array_equal(
            model.recommend(shop.history())[0], recommender().fit(shop).recommend(shop.history())[0]
        )

    def test_a_batch_equals_its_rows(self, recommender):
        shop = random_shop()
        model, history = recommender().fit(shop), shop.history()
        whole = model.recommend(history, k=5)[0]
        single = np.vstack([model.recommend(history[[row]], k=5)[0] for row in range(history.shape[0])])
        np.testing.assert_array_equal(whole, single)

    def test_more_than_there_are_gives_all_that_are_left(self, recommender):
        shop = checkerboard(6)
        model = recommender().fit(shop)
        ids, scores = model.recommend(shop.history(), k=50)
        assert (model.explain(shop.history(), ids).because[ids == -1] == -1).all()
        assert (ids[:, 6:] == -1).all()
        assert (scores[ids == -1] == 0).all()

    def test_bought_products_stay_where_they_are_asked_for(self, recommender):
        shop = checkerboard()
        ids, _ = recommender().fit(shop).recommend(shop.history(), k=20, exclude_history=False)
        assert (ids[0] == 2).any()

    def test_reasons_stand_for_products_of_the_history(self, recommender):
        shop = random_shop()
        model, history = recommender().fit(shop), shop.history()
        ids, _ = model.recommend(history, k=8)
        reasons = model.explain(history, ids)
        assert reasons.because.shape == reasons.share.shape == ids.shape
        assert ((reasons.share >= 0) & (reasons.share <= 1)).all()
        for customer, row in enumerate(reasons.because):
            assert set(row[row >= 0]) <= set(history[[customer]].indices)

    def test_nothing_to_learn_from_is_refused(self, recommender):
        with pytest.raises(BadInput, match="no interaction"):
            recommender().fit(interactions([], [], n_customers=1, n_products=1))

    def test_k_below_one_is_refused(self, recommender):
        shop = checkerboard()
        with pytest.raises(BadInput, match="k=0"):
            recommender().fit(shop).recommend(shop.history(), k=0)


def test_item_neighbours_find_the_withheld_product_of_the_checkerboard():
    shop = checkerboard()
    ids, _ = ItemNeighbours(shrinkage=0).fit(shop).recommend(shop.history(), k=1)
    np.testing.assert_array_equal(ids[:, 0], np.arange(20))


@pytest.mark.filterwarnings("ignore:Method expects CSR input")
def test_similarity_is_implicits_cosine():
    shop = random_shop(n=4000)
    history = shop.history()
    ours = ItemNeighbours(neighbours=30, shrinkage=0).fit(shop)
    theirs = CosineRecommender(K=31)
    theirs.fit(sparse.csr_matrix(history), show_progress=False)
    for product in np.flatnonzero(ours.buyers_ > 0):
        ids, scores = theirs.similar_items(product, N=31)
        expected = np.sort(scores[(ids != product) & (scores > 0)])[::-1][:30]
        got = ours.similarity_[product][: len(expected)]
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_shrinkage_and_shares_by_hand():
    # product 0: customers 0 1 2 3; product 1: customers 0 1; both: 2
    shop = interactions([0, 1, 2, 3, 0, 1], [0, 0, 0, 0, 1, 1])
    model = ItemNeighbours(shrinkage=2).fit(shop)
    ids, scores, share = model.similar(k=1)
    assert ids.ravel().tolist() == [1, 0]
    np.testing.assert_allclose(scores.ravel(), 2 / np.sqrt(8) * (2 / 4), rtol=1e-6)
    np.testing.assert_allclose(share.ravel(), [0.5, 1.0])
    reasons = model.explain(shop.history(), model.recommend(shop.history(), k=1)[0])
    assert reasons.because[2].tolist() == [0]
    assert reasons.share[2].tolist() == [0.5]


def test_popularity_halves_with_every_half_life_and_counts_guests():
    shop = interactions([0, 1, -1, 2], [0, 0, 1, 1], [0, 0, 30, 30], n_customers=3)
    model = Popularity(half_life_days=30).fit(shop)
    np.testing.assert_allclose(model.scores_, [1.0, 2.0])
    assert shop.history().sum() == 3


def test_top_k_breaks_ties_by_index_and_leaves_out_what_is_not_positive():
    ids, scores = top_k(np.array([[1, 3, 3, 0, -np.inf, 2]], dtype=np.float32), 5)
    assert ids.tolist() == [[1, 2, 5, 0, -1]]
    assert scores.tolist() == [[3, 3, 2, 1, 0]]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (ItemNeighbours(neighbours=0), "neighbours=0"),
        (ItemNeighbours(shrinkage=-1), "shrinkage=-1"),
        (Popularity(half_life_days=0), "half_life_days=0"),
    ],
)
def test_settings_out_of_range_are_refused(model, says):
    with pytest.raises(BadInput, match=says):
        model.fit(checkerboard())
