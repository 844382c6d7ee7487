from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.recommenders import ItemNeighbours, Popularity
from patronage.logic.recommenders.blend import blend, learn_weights
from patronage.logic.recommenders.ease import Ease
from patronage.logic.recommenders.hybrid import Hybrid
from patronage.logic.recommenders.users import UserNeighbours
from recommend_support import interactions, random_shop

A = (np.array([[3, 1, 0]], np.int32), np.array([[5, 4, 0]], np.float32))
B = (np.array([[1, 2, -1]], np.int32), np.array([[9, 1, 0]], np.float32))


def test_a_blend_by_hand():
    # Product 0 has no score of its own in A: it only filled the list.
    scores = blend({"a": A, "b": B}, {"a": 0.75, "b": 0.25}, offset=1, n_products=4).toarray()
    np.testing.assert_allclose(scores, [[0, 0.75 / 3 + 0.25 / 2, 0.25 / 3, 0.75 / 2]], rtol=1e-6)


def test_a_hybrid_is_the_blend_of_its_models_lists():
    shop, histories = random_shop(), random_shop().histories()
    models = {"ease": Ease(regularization=20), "users": UserNeighbours()}
    hybrid = Hybrid(models, weights={"ease": 3, "users": 1}, candidates=30, offset=5).fit(shop)
    assert hybrid.weights_ == {"ease": 0.75, "users": 0.25}
    lists = {name: model.recommend(histories, k=30) for name, model in models.items()}
    expected = blend(lists, hybrid.weights_, offset=5, n_products=80).toarray()
    ids, scores = hybrid.recommend(histories, k=10)
    own = scores > 0
    np.testing.assert_allclose(scores[own], np.take_along_axis(expected, ids, axis=1)[own], rtol=1e-5)
    np.testing.assert_allclose(scores.max(axis=1), expected.max(axis=1), rtol=1e-5)


def test_one_model_alone_ranks_as_it_does():
    shop, histories = random_shop(), random_shop().histories()
    alone = Ease(regularization=20).fit(shop).recommend(histories, k=10)
    ids, _ = Hybrid({"ease": Ease(regularization=20)}).fit(shop).recommend(histories, k=10)
    own = alone[1] > 0
    np.testing.assert_array_equal(ids[own], alone[0][own])


def test_a_model_without_weight_is_not_trained():
    hybrid = Hybrid({"ease": Ease(), "items": ItemNeighbours()}, weights={"ease": 0, "items": 1})
    hybrid.fit(random_shop())
    assert not hasattr(hybrid.models["ease"], "weights_")


def test_reasons_are_those_of_the_model_that_contributes_most():
    shop, histories = random_shop(), random_shop().histories()
    models = {"popular": Popularity(), "items": ItemNeighbours()}
    for weights, name in (
        ({"popular": 1, "items": 1e-9}, "popular"),
        ({"popular": 1e-9, "items": 1}, "items"),
    ):
        hybrid = Hybrid(models, weights=weights, candidates=80).fit(shop)
        ids, scores = hybrid.recommend(histories, k=5)
        own = models[name].explain(histories, ids)
        theirs = hybrid.explain(histories, ids)
        strong = scores > 1e-4
        for part in ("kind", "because", "share"):
            np.testing.assert_array_equal(getattr(theirs, part)[strong], getattr(own, part)[strong])


@pytest.fixture
def hybrid():
    return Hybrid({"popular": Popularity(), "items": ItemNeighbours()}).fit(random_shop())


def test_an_answer_says_why_as_explain_does(hybrid, monkeypatch):
    histories = random_shop().histories()
    ids, scores, explain = hybrid.answer(histories, k=6)
    recommended = hybrid.recommend(histories, k=6)
    np.testing.assert_array_equal(ids, recommended[0])
    np.testing.assert_array_equal(scores, recommended[1])
    monkeypatch.setattr("patronage.logic.recommenders.hybrid._ROWS_AT_ONCE", 7)
    ours, theirs = explain(ids), hybrid.explain(histories, ids)
    for part in ("kind", "because", "share"):
        np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part))


def test_nobody_is_answered_with_nothing(hybrid):
    nobody = random_shop().histories(np.array([], dtype=np.int64))
    ids, scores, explain = hybrid.answer(nobody, k=6)
    assert ids.shape == scores.shape == explain(ids).because.shape == (0, 6)
    assert hybrid.explain(nobody, ids).kind.shape == (0, 6)
    everybody = random_shop().histories()
    assert hybrid.explain(everybody, np.zeros((len(everybody), 0), np.int32)).kind.shape[1] == 0


def test_a_model_that_cannot_be_trained_says_so_by_name():
    shop = interactions([0], [0], n_products=20_000)
    assert (
        Hybrid({"ease": Ease(), "items": ItemNeighbours()}).why_not(shop).startswith("ease: 20000 products")
    )


def lists_of(rng, relevant, hits):
    """Return lists of 10 in which a share of the first places is relevant."""
    rows, products = relevant.shape
    noise = rng.random((rows, products)) + hits * relevant.toarray() * rng.random((rows, products))
    ids = np.argsort(-noise, axis=1)[:, :10].astype(np.int32)
    return ids, np.take_along_axis(noise, ids, axis=1).astype(np.float32)


def test_weights_are_learnt_deterministically_and_leave_noise_out():
    rng = np.random.default_rng(2)
    relevant = sparse.csr_array(rng.random((400, 50)) < 0.08)
    lists = {
        "noise": lists_of(rng, relevant, 0),
        "good": lists_of(rng, relevant, 2),
        "fair": lists_of(rng, relevant, 1),
    }
    weights = learn_weights(lists, relevant)
    assert weights == learn_weights(lists, relevant)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["noise"] < 0.1 < 0.4 < weights["good"]


def test_two_models_that_know_different_things_are_better_together():
    rng = np.random.default_rng(5)
    relevant = sparse.csr_array(rng.random((400, 50)) < 0.08)
    odd = np.arange(400) % 2 == 1
    one, other = (lists_of(rng, relevant, 2) for _ in range(2))
    one[1][odd] = 0
    other[1][~odd] = 0
    weights = learn_weights({"one": one, "other": other}, relevant)
    assert min(weights.values()) > 0


def test_no_model_and_no_relevant_product():
    with pytest.raises(BadInput, match="no model"):
        learn_weights({}, sparse.csr_array((1, 4)))
    assert learn_weights({"a": A, "b": B}, sparse.csr_array((1, 4), dtype=bool)) == {"a": 1.0, "b": 0.0}
