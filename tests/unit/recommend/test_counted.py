"""What is learnt from purchases counted by product and day is what is learnt from the purchases."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.logic.recommenders import Interactions, Popularity, Side
from patronage.logic.recommenders.content import ContentNeighbours
from patronage.logic.recommenders.contexts import popular_by_context
from patronage.logic.recommenders.exploration import new_products
from patronage.logic.recommenders.highlights import trending_products
from recommend_support import random_shop

COUNTRIES = ("France", "Germany")


@pytest.fixture(scope="module")
def shop() -> Interactions:
    return random_shop()


@pytest.fixture(scope="module")
def counted(shop) -> Interactions:
    """Customers of even numbers are one, those of odd numbers another; guests are in neither."""
    groups = np.where(shop.customers >= 0, shop.customers % 2, -1)
    cells, counts = np.unique(np.stack([groups, shop.products, shop.days]), axis=1, return_counts=True)
    return Interactions(*cells.astype(np.int32), 2, shop.n_products, counts=counts)


def test_it_has_fewer_rows_and_the_same_purchases(shop, counted):
    assert len(counted.products) < len(shop.products)
    np.testing.assert_array_equal(counted.purchases(), shop.purchases())


def test_popularity_and_likeness(shop, counted):
    ours, theirs = Popularity().fit(counted), Popularity().fit(shop)
    np.testing.assert_allclose(ours.scores_, theirs.scores_, rtol=1e-6)
    np.testing.assert_array_equal(ours.popular_, theirs.popular_)
    side = Side(texts=[f"thing{product % 7} colour{product % 5}" for product in range(shop.n_products)])
    ours, theirs = (ContentNeighbours().fit(each, side=side) for each in (counted, shop))
    np.testing.assert_array_equal(ours.similarity_.toarray(), theirs.similarity_.toarray())


def test_what_trends_is_new_or_is_popular_in_a_context(shop, counted):
    sold = np.ones(shop.n_products, dtype=np.bool_)
    for ours, theirs in zip(trending_products(counted, sold), trending_products(shop, sold), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_array_equal(new_products(counted), new_products(shop))
    scores = Popularity().fit(shop).scores_
    tags = [[f"country={COUNTRIES[customer % 2]}"] for customer in range(shop.n_customers)]
    theirs = popular_by_context(scores, shop, Side(customer_tags=tags), half_life_days=30.0)
    groups = [[f"country={country}"] for country in COUNTRIES]
    ours = popular_by_context(scores, counted, Side(customer_tags=groups), half_life_days=30.0)
    assert ours.keys() == theirs.keys() >= {"country=France", "month=1"}
    for context, pairs in theirs.items():
        np.testing.assert_allclose(ours[context], pairs, rtol=1e-5)
