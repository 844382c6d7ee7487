from __future__ import annotations

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders import ById, Interactions, ItemNeighbours, Popularity

ROWS = [
    *[(c, p, 1) for c in ("ann", "bob", "c/1") for p in ("tea", "007")],
    *[(c, p, 2) for c in ("dan", "日本") for p in ("cup", "a b")],
    ("ann", "jam", 3),
    (None, "jam", 3),
]


def fitted(model):
    return ById(model).fit(*map(list, zip(*ROWS, strict=True)))


def test_ids_pass_unchanged_and_are_those_of_the_indices():
    model = fitted(ItemNeighbours(shrinkage=0))
    ids, scores = model.recommend(["bob", "日本", "ann"], k=3, exclude_history=False)
    assert ids[0].tolist() == ["jam", "007", "tea"]
    assert set(ids[1][:2]) == {"cup", "a b"}
    customers = {"ann": 0, "bob": 1, "c/1": 2, "dan": 3, "日本": 4}
    products = {name: place for place, name in enumerate(sorted({row[1] for row in ROWS}))}
    columns = (
        [customers.get(c, -1) for c, _, _ in ROWS],
        [products[p] for _, p, _ in ROWS],
        [d for *_, d in ROWS],
    )
    plain = Interactions(*(np.array(column, np.int32) for column in columns), 5, len(products))
    theirs = ItemNeighbours(shrinkage=0).fit(plain)
    by_index, expected = theirs.recommend(plain.histories(np.array([1, 4, 0])), k=3, exclude_history=False)
    assert [[products[name] for name in row] for row in ids] == by_index.tolist()
    np.testing.assert_array_equal(scores, expected)


def test_who_is_unknown_gets_what_is_popular_and_filters_name_the_shops_ids():
    model = fitted(ItemNeighbours())
    ids, scores = model.recommend(["nobody"], k=9, exclude=["tea"])
    assert ids[0].tolist() == ["007", "a b", "cup", "jam", *[None] * 5]
    assert (scores == 0).all()
    assert model.recommend(["ann"], k=2, include=["cup"])[0].tolist() == [["cup", None]]
    assert model.recommend(["ann"], k=1, in_stock={"a b": True})[0].tolist() == [["a b"]]


def test_a_product_without_a_purchase_is_known_by_its_text():
    model = ById(Popularity()).fit(["ann"], ["tea"], [1], texts={"new": "New tea"}, tags={"old": ["brand=A"]})
    assert model.product_ids_ == ["new", "old", "tea"]


def test_mistakes_are_named():
    with pytest.raises(BadInput, match="2 customers, 1 products and 1 days"):
        ById(Popularity()).fit(["a", "b"], ["p"], [1])
    with pytest.raises(BadInput, match="product 'ghost' is unknown"):
        fitted(Popularity()).recommend(["ann"], exclude=["ghost"])
