"""The rating models on MovieLens-100K, beside what others published of it."""

from __future__ import annotations

import numpy as np
import pytest
from ratings_support import rated, rmse
from sklearn.model_selection import KFold

from patronage.logic.recommenders.ratings import BiasRatings, ItemCfRatings
from tests_support import shared


@pytest.fixture(scope="module")
def movielens():
    rows = np.loadtxt(shared("movielens-100k") / "u.data.gz", dtype=np.int64)
    return rated(rows[:, 0] - 1, rows[:, 1] - 1, rows[:, 2], rows[:, 3] // 86_400)


@pytest.fixture(scope="module")
def folds():
    return list(KFold(5, shuffle=True, random_state=0).split(np.zeros(100_000)))


def fold_rmse(model, ratings, is_held_out) -> float:
    asked = ratings.where(is_held_out)
    predicted = model.fit(ratings.where(~is_held_out)).predict(asked.customers, asked.products)
    return rmse(predicted, asked.values)


def masks(folds):
    return [np.bincount(held_out, minlength=100_000).astype(bool) for _, held_out in folds]


def test_the_biases_come_as_near_as_the_published_baseline(movielens, folds):
    """Surprise's BaselineOnly has an RMSE of 0.944 over five folds of its own drawing."""
    errors = [fold_rmse(BiasRatings(), movielens, mask) for mask in masks(folds)]
    assert np.mean(errors) == pytest.approx(0.944, abs=0.006)


@pytest.mark.slow
def test_item_cf_is_nearer_than_the_published_one(movielens, folds):
    """Surprise's KNNBaseline has 0.931."""
    assert fold_rmse(ItemCfRatings(), movielens, masks(folds)[0]) < 0.915
