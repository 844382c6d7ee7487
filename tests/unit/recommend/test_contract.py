"""What every recommender must do, whatever its method."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders import Histories, ItemNeighbours, Popularity, Side
from patronage.logic.recommenders.als import ImplicitAls
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.nmf import Nmf
from patronage.logic.recommenders.repeat import RepeatPurchase
from patronage.logic.recommenders.sequence import SequenceNeighbours
from patronage.logic.recommenders.svd import Svd
from patronage.logic.recommenders.together import BoughtTogether
from patronage.logic.recommenders.trending import Trending
from patronage.logic.recommenders.users import UserNeighbours
from recommend_support import checkerboard, interactions, random_shop

MODELS = {
    "popularity": Popularity,
    "items": ItemNeighbours,
    "items tfidf": lambda: ItemNeighbours(weighting="tfidf"),
    "items bm25": lambda: ItemNeighbours(weighting="bm25"),
    "users": UserNeighbours,
    "svd": lambda: Svd(factors=8),
    "nmf": lambda: Nmf(factors=8),
    "als": lambda: ImplicitAls(factors=8),
    "als weighted": lambda: ImplicitAls(factors=8, weighted=True),
    "ease": lambda: Ease(regularization=10),
    "together": BoughtTogether,
    "sequence": SequenceNeighbours,
    "content": ContentNeighbours,
    "repeat": RepeatPurchase,
    "trending": lambda: Trending(UserNeighbours()),
    "hybrid": lambda: Hybrid(
        {"ease": Ease(regularization=10), "popular": Popularity(), "users": UserNeighbours()}
    ),
}
LEARNS_WHO_LIKES_WHAT = [name for name in MODELS if name not in {"popularity", "repeat"}]

CHECKERBOARD_SIDE = Side(texts=[("tea cup", "garden spade")[p % 2] for p in range(20)])
SHOP_SIDE = Side(texts=[f"thing{p % 7} colour{p % 5} shape{p % 3}" for p in range(80)])


@pytest.fixture(scope="module", params=MODELS)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def fitted(name):
    return MODELS[name]().fit(random_shop(), side=SHOP_SIDE)


@pytest.fixture(scope="module")
def histories() -> Histories:
    return random_shop().histories()


class TestEveryModel:
    def test_ids_are_unique_new_and_sorted_by_score(self, fitted, histories):
        ids, scores = fitted.recommend(histories, k=15)
        assert ids.shape == scores.shape == (150, 15)
        assert (ids.dtype, scores.dtype) == (np.int32, np.float32)
        assert np.isfinite(scores).all()
        assert (np.diff(scores, axis=1) <= 0).all()
        assert (scores >= 0).all()
        assert all_different(ids)
        assert not histories.matrix().toarray()[np.arange(150)[:, None], ids].any()

    def test_k_products_or_all_that_are_left(self, fitted, histories):
        ids, scores = fitted.recommend(histories, k=100)
        assert ((ids >= 0).sum(axis=1) == 80 - histories.matrix().sum(axis=1)).all()
        assert (np.diff((ids >= 0).astype(int), axis=1) <= 0).all()
        assert (scores[ids < 0] == 0).all()

    def test_filters_hold_and_lists_stay_full(self, fitted, histories):
        in_stock = np.arange(80) % 3 > 0
        ids, _ = fitted.recommend(
            histories, k=40, exclude=[1, 2], include=range(60), in_stock=in_stock, exclude_history=False
        )
        eligible = set(np.flatnonzero(in_stock[:60])) - {1, 2}
        assert all(set(row[: len(eligible)]) == eligible for row in ids)
        assert (ids[:, len(eligible) :] == -1).all()

    def test_bought_products_stay_where_they_are_asked_for(self, fitted, histories):
        ids, _ = fitted.recommend(histories, k=80, exclude_history=False)
        assert (np.sort(ids, axis=1) == np.arange(80)).all()

    def test_a_batch_equals_its_rows(self, fitted, histories):
        ids, scores = fitted.recommend(histories, k=5)
        for row in range(0, 150, 7):
            alone, its_scores = fitted.recommend(histories[row : row + 1], k=5)
            # A sum over other rows beside it may round differently: that may swap products of one score.
            np.testing.assert_allclose(its_scores[0], scores[row], rtol=1e-4, atol=1e-6)
            clear = np.abs(np.diff(scores[row])) > 1e-4 * scores[row, 0]
            if clear.all():
                np.testing.assert_array_equal(alone[0], ids[row])

    def test_fitting_twice_equals_fitting_once(self, name, fitted, histories):
        model = MODELS[name]().fit(random_shop(seed=9), side=SHOP_SIDE).fit(random_shop(), side=SHOP_SIDE)
        for ours, theirs in zip(model.recommend(histories), fitted.recommend(histories), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_nothing_that_was_given_is_changed(self, name):
        shop = random_shop()
        before, asked = deepcopy(shop), shop.histories()
        model = MODELS[name]().fit(shop, side=SHOP_SIDE)
        first = model.recommend(asked)
        model.explain(asked, first[0])
        for part in ("customers", "products", "days"):
            np.testing.assert_array_equal(getattr(shop, part), getattr(before, part))
        np.testing.assert_array_equal(asked.products, before.histories().products)
        np.testing.assert_array_equal(model.recommend(asked)[0], first[0])

    def test_reasons_stand_for_products_of_the_history(self, fitted, histories):
        ids, _ = fitted.recommend(histories, k=8)
        reasons = fitted.explain(histories, ids)
        assert reasons.because.shape == reasons.share.shape == reasons.kind.shape == ids.shape
        assert ((reasons.share >= 0) & (reasons.share <= 1)).all()
        named = reasons.because >= 0
        rows = np.nonzero(named)[0]
        assert histories.matrix().toarray()[rows, reasons.because[named]].all()
        assert (reasons.share[~named] == 0).all()

    def test_a_reason_does_not_hang_on_the_places_beside_it(self, fitted, histories):
        ids, _ = fitted.recommend(histories, k=6)
        whole = fitted.explain(histories, ids)
        for is_asked in (np.indices(ids.shape).sum(axis=0) % 2 == 0, np.arange(6) == 4, np.zeros(6, bool)):
            part = fitted.explain(histories, np.where(is_asked, ids, -1))
            for field in ("kind", "because", "share"):
                asked = np.broadcast_to(is_asked, ids.shape)
                np.testing.assert_array_equal(getattr(part, field)[asked], getattr(whole, field)[asked])

    def test_empty_places_have_no_reason(self, fitted, histories):
        ids, _ = fitted.recommend(histories, k=100)
        assert (fitted.explain(histories, ids).because[ids < 0] == -1).all()

    def test_visitors_whom_no_model_knows_are_answered(self, fitted):
        visitors = Histories.of_visitors([[], [3], [4, 1, 4]], n_products=80, now=90)
        ids, _ = fitted.recommend(visitors, k=10)
        assert (ids >= 0).all()
        assert all_different(ids)
        assert 3 not in ids[1]
        assert not {4, 1} & set(ids[2])
        assert fitted.explain(visitors, ids).because.max() <= 4

    def test_a_visitor_without_a_history_gets_what_most_bought(self, fitted):
        nobody = Histories.of_visitors([[]], n_products=80, now=90)
        ids, _ = fitted.recommend(nobody, k=3)
        assert set(ids[0]) <= set(np.argsort(-np.bincount(random_shop().products))[:6])

    def test_no_customers_give_no_rows(self, fitted):
        nobody = Histories.of_visitors([], n_products=80)
        assert fitted.recommend(nobody, k=4)[0].shape == (0, 4)

    def test_guests_alone_are_enough(self, name):
        shop = interactions([-1, -1, -1], [0, 1, 1], n_customers=1, n_products=3)
        model = MODELS[name]().fit(shop, side=Side(texts=["tea", "tea", "cup"]))
        assert model.recommend(shop.histories(), k=3)[0][0, 0] in {0, 1}

    def test_nothing_to_learn_from_is_refused(self, name):
        with pytest.raises(BadInput, match="no interaction"):
            MODELS[name]().fit(interactions([], [], n_customers=1, n_products=1))

    def test_k_below_one_is_refused(self, fitted, histories):
        with pytest.raises(BadInput, match="k=0"):
            fitted.recommend(histories, k=0)

    def test_a_stock_of_another_length_is_refused(self, fitted, histories):
        with pytest.raises(BadInput, match="in_stock"):
            fitted.recommend(histories, in_stock=np.ones(3, dtype=bool))


@pytest.mark.parametrize("name", LEARNS_WHO_LIKES_WHAT)
def test_the_withheld_product_of_the_checkerboard_is_found(name):
    shop = checkerboard()
    model = MODELS[name]().fit(shop, side=CHECKERBOARD_SIDE)
    ids, scores = model.recommend(shop.histories(), k=1)
    np.testing.assert_array_equal(ids[:, 0], np.arange(20))
    assert (scores > 0).all()


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (ItemNeighbours(neighbours=0), "neighbours=0"),
        (ItemNeighbours(shrinkage=-1), "shrinkage=-1"),
        (ItemNeighbours(weighting="word2vec"), "weighting='word2vec'"),
        (Popularity(half_life_days=0), "half_life_days=0"),
        (UserNeighbours(neighbours=0), "neighbours=0"),
        (UserNeighbours(shrinkage=-1), "shrinkage=-1"),
        (Svd(factors=0), "factors=0"),
        (Svd(scaling=2), "scaling=2"),
        (Svd(regularization=-1), "regularization=-1"),
        (Nmf(iterations=0), "iterations=0"),
        (Nmf(regularization=-1), "regularization=-1"),
        (ImplicitAls(iterations=0), "iterations=0"),
        (ImplicitAls(regularization=0), "regularization=0"),
        (ImplicitAls(alpha=0.5), "alpha=0.5"),
        (Ease(regularization=0), "regularization=0"),
        (Ease(dropout=1), "dropout=1"),
        (BoughtTogether(neighbours=0), "neighbours=0"),
        (BoughtTogether(min_support=0), "min_support=0"),
        (BoughtTogether(shrinkage=-1), "shrinkage=-1"),
        (Trending(Popularity(), half_life_days=200), "half_life_days=200"),
        (Trending(Popularity(), shrinkage=0), "shrinkage=0"),
        (Trending(Popularity(), power=-1), "power=-1"),
        (Hybrid({}), "at least one model"),
        (Hybrid({"a": Popularity()}, weights={"b": 1}), "weight for 'b'"),
        (Hybrid({"a": Popularity()}, weights={"a": -1}), "must not be negative"),
        (Hybrid({"a": Popularity()}, weights={"a": 0}), "above 0"),
        (Hybrid({"a": Popularity()}, candidates=0), "candidates=0"),
        (Hybrid({"a": Popularity()}, offset=-1), "offset=-1"),
    ],
)
def test_settings_out_of_range_are_refused(model, says):
    with pytest.raises(BadInput, match=says):
        model.fit(checkerboard())


def all_different(ids) -> bool:
    """Say whether no row holds a product twice."""
    return all(len(set(row[row >= 0])) == (row >= 0).sum() for row in ids)
