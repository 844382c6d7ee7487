from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from sklearn.model_selection import KFold

from patronage.errors import BadInput
from patronage.logic.evaluation import (
    activity_of,
    k_folds,
    last_out_holdout,
    measure_lists,
    rating_errors,
    time_ordered_holdout,
)
from patronage.logic.recommenders import Histories, Interactions


def shop(rows, *, n_customers=4, n_products=5):
    customers, products, days = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    return Interactions(customers, products, days, n_customers, n_products)


class TestLists:
    # product 0: customers 0 1 2 3; product 1: customers 0 1; product 2: customer 2; 3 and 4: nobody
    train = shop([(0, 0, 1), (1, 0, 1), (2, 0, 1), (3, 0, 1), (0, 1, 1), (1, 1, 1), (2, 2, 1)])

    def test_by_hand(self):
        figures = measure_lists(np.array([[0, 1], [1, 2]]), self.train)
        # cosine of 0 and 1: 2 / sqrt(4 * 2); of 1 and 2: 0
        assert figures.diversity == pytest.approx(((1 - 2 / np.sqrt(8)) + 1) / 2)
        assert figures.popularity_bias == pytest.approx((1 + 0.5 + 0.5 + 0.25) / 4)
        assert figures.novelty == pytest.approx((0 + 0.5 + 0.5 + 1) / 4)

    def test_a_product_that_nobody_bought_is_new_and_unlike_all_others(self):
        figures = measure_lists(np.array([[3, 4]]), self.train)
        assert (figures.diversity, figures.novelty, figures.popularity_bias) == (1.0, 1.0, 0.0)

    def test_empty_places_and_lists_say_nothing(self):
        some = measure_lists(np.array([[0, 1, -1], [-1, -1, -1]]), self.train)
        assert some == measure_lists(np.array([[0, 1]]), self.train)
        none = measure_lists(np.full((2, 3), -1), self.train)
        assert (none.diversity, none.novelty, none.popularity_bias) == (0.0, 0.0, 0.0)

    def test_diversity_is_the_mean_over_pairs(self):
        rng = np.random.default_rng(4)
        rows = [
            (int(c), int(p), 1)
            for c, p in zip(rng.integers(0, 30, 200), rng.integers(0, 12, 200), strict=True)
        ]
        train = shop(rows, n_customers=30, n_products=12)
        lists = np.stack([rng.permutation(12)[:5] for _ in range(7)])
        dense = train.history().toarray()
        unit = dense / np.linalg.norm(dense, axis=0)
        distances = [
            np.mean([1 - unit[:, a] @ unit[:, b] for i, a in enumerate(row) for b in row[i + 1 :]])
            for row in lists
        ]
        assert measure_lists(lists, train).diversity == pytest.approx(np.mean(distances), rel=1e-5)


def test_activity_counts_days_not_lines():
    rows = [(0, p, 7) for p in range(5)] + [(1, 0, d) for d in range(2)] + [(2, 0, d) for d in range(5)]
    histories = shop(rows).histories(now=9)
    assert activity_of(histories).tolist() == [0, 1, 2, 0]
    assert activity_of(Histories.of_visitors([[], []], n_products=3)).tolist() == [0, 0]


def test_metrics_by_activity_add_up_to_all():
    rows = [(c, p, d) for c in range(4) for d in range(1 + 3 * c) for p in [d % 5]]
    rows += [(c, (c + 3) % 5, 50) for c in range(4)]
    holdout = time_ordered_holdout(shop(rows), only_new=False)
    measured = holdout.measure(np.tile(np.arange(5), (len(holdout.customers), 1)), k=3)
    parts = measured["by_activity"].values()
    assert sum(part["customers"] for part in parts) == measured["customers"]
    weighted = sum(part["customers"] * part["metrics"]["ndcg_at_3"]["value"] for part in parts)
    assert weighted / measured["customers"] == pytest.approx(measured["ndcg_at_3"])


def test_leave_last_out_gives_each_customer_a_cutoff_of_their_own():
    holdout = last_out_holdout(shop([(0, 1, 1), (0, 2, 9), (1, 3, 2), (1, 4, 3), (2, 0, 5)]))
    assert holdout.customers.tolist() == [0, 1]
    assert holdout.relevant.toarray().nonzero()[1].tolist() == [2, 4]
    assert holdout.histories.products.tolist() == [1, 3]
    assert holdout.cutoff is None


def test_a_sample_is_a_part_of_the_holdout():
    rows = [(c, p, 1) for c in range(30) for p in range(3)] + [(c, 4, 9) for c in range(30)]
    holdout = time_ordered_holdout(shop(rows, n_customers=30), test_share=0.4)
    part = time_ordered_holdout(shop(rows, n_customers=30), test_share=0.4, most=7)
    assert len(part.customers) == len(part.histories) == part.relevant.shape[0] == 7
    assert set(part.customers) <= set(holdout.customers)
    for row, customer in enumerate(part.customers):
        (place,) = np.flatnonzero(holdout.customers == customer)
        assert (part.relevant[[row]] != holdout.relevant[[place]]).nnz == 0
        assert part.histories[row : row + 1].products.tolist() == [0, 1, 2]
    every = time_ordered_holdout(shop(rows, n_customers=30), test_share=0.4, most=100)
    assert every.customers.tolist() == holdout.customers.tolist()


def test_errors_are_those_of_scikit_learn_and_folds_too():
    rng = np.random.default_rng(0)
    given, predicted = rng.integers(1, 6, 400).astype(np.float32), rng.uniform(1, 5, 400).astype(np.float32)
    errors = rating_errors(predicted, given)
    assert errors.rmse.value == pytest.approx(root_mean_squared_error(given, predicted), rel=1e-5)
    assert errors.mae.value == pytest.approx(mean_absolute_error(given, predicted), rel=1e-5)
    assert errors.rmse.low < errors.rmse.value < errors.rmse.high
    theirs = [test for _, test in KFold(5, shuffle=True, random_state=0).split(given)]
    for ours, rows in zip(k_folds(400), theirs, strict=True):
        assert np.flatnonzero(ours).tolist() == sorted(rows)


def test_no_rating_gives_no_error_and_unaligned_ones_are_refused():
    nothing = np.empty(0, np.float32)
    assert rating_errors(nothing, nothing).rmse.value == 0
    with pytest.raises(BadInput, match="not aligned"):
        rating_errors(nothing, np.ones(1, np.float32))
    with pytest.raises(BadInput, match="folds=5"):
        next(k_folds(3))
