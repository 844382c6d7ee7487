from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.evaluation import (
    cutoff_day,
    leave_last_out,
    relevant_items,
    split_at,
    time_ordered_holdout,
)
from patronage.logic.recommenders import Interactions, ItemNeighbours, Popularity

INTERACTIONS = st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 5), st.integers(0, 9)), max_size=40)


def columns(rows):
    return (np.array(rows, dtype=np.int32).reshape(-1, 3)[:, column] for column in range(3))


class TestCutoff:
    def test_the_last_fifth(self):
        assert cutoff_day(np.arange(100)) == 80

    def test_never_more_than_the_share(self):
        assert cutoff_day(np.array([1, 2, 3, 4, 5, 6, 7, 8, 8, 8])) == 9
        assert cutoff_day(np.array([1, 2, 3, 4, 5, 6, 7, 7, 8, 8])) == 8

    def test_days_may_be_counted(self):
        days = np.array([1, 2, 3, 4, 5, 6, 7, 7, 8, 8])
        each, counts = np.unique(days, return_counts=True)
        assert cutoff_day(each[::-1], counts=counts[::-1]) == cutoff_day(days)

    def test_one_day_leaves_nothing_to_test(self):
        assert cutoff_day(np.array([7, 7, 7])) == 8

    def test_nothing_and_nonsense_are_refused(self):
        with pytest.raises(BadInput, match="no interaction"):
            cutoff_day(np.array([], dtype=np.int32))
        with pytest.raises(BadInput, match="test_share=1"):
            cutoff_day(np.array([1]), test_share=1)


class TestGlobalCutoff:
    rows = ((0, 1, 1), (0, 2, 5), (0, 1, 5), (1, 1, 4), (-1, 1, 2), (-1, 3, 5), (2, 1, 6))

    def test_train_before_test_from_it_on_and_only_what_is_new(self):
        split = split_at(*columns(self.rows), cutoff=5)
        assert split.train.tolist() == [True, False, False, True, True, False, False]
        assert split.test.tolist() == [False, True, False, False, False, False, True]

    def test_repeats_are_tested_when_asked_for(self):
        split = split_at(*columns(self.rows), cutoff=5, only_new=False)
        assert split.test.tolist() == [False, True, True, False, False, False, True]

    @given(INTERACTIONS, st.integers(0, 10))
    def test_nothing_tested_is_known_from_training(self, rows, cutoff):
        users, items, days = columns(rows)
        split = split_at(users, items, days, cutoff=cutoff)
        assert not (split.train & split.test).any()
        assert (days[split.train] < cutoff).all()
        assert (days[split.test] >= cutoff).all()
        trained = set(zip(users[split.train], items[split.train], strict=True))
        assert trained.isdisjoint(zip(users[split.test], items[split.test], strict=True))
        assert (users[split.test] >= 0).all()


class TestLeaveLastOut:
    def test_the_last_of_each_user_is_withheld_but_never_the_only_one(self):
        rows = [(0, 3, 9), (0, 1, 1), (1, 5, 5), (2, 1, 4), (2, 2, 4), (-1, 1, 1), (-1, 2, 2)]
        split = leave_last_out(*columns(rows))
        assert split.test.tolist() == [True, False, False, False, True, False, False]
        assert split.train.tolist() == [False, True, True, True, False, True, True]

    def test_a_last_item_known_before_is_in_neither_part(self):
        rows = [(0, 1, 1), (0, 1, 2)]
        split = leave_last_out(*columns(rows))
        assert split.test.tolist() == [False, False]
        assert split.train.tolist() == [True, False]
        assert leave_last_out(*columns(rows), only_new=False).test.tolist() == [False, True]

    @given(INTERACTIONS)
    def test_at_most_one_a_user_and_none_later(self, rows):
        users, items, days = columns(rows)
        split = leave_last_out(users, items, days, only_new=False)
        assert (split.train ^ split.test).all()
        tested = users[split.test]
        assert sorted(tested) == sorted({u for u in users if u >= 0 and (users == u).sum() > 1})
        for user in tested:
            assert days[(users == user) & split.test] == days[users == user].max()


def test_unaligned_arrays_are_refused():
    with pytest.raises(BadInput, match="not aligned"):
        split_at(np.array([1]), np.array([1, 2]), np.array([1]), cutoff=1)


def test_a_repeated_pair_is_relevant_once():
    matrix = relevant_items(np.array([0, 0, 1]), np.array([2, 2, 0]), n_users=3, n_items=3)
    assert matrix.toarray().astype(int).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 0]]


class TestHoldout:
    def shop(self, rows):
        users, items, days = columns(rows)
        return Interactions(users, items, days, n_customers=20, n_products=20)

    def test_two_groups_of_taste_and_a_withheld_product_each(self):
        early = [(c, p, 1) for c in range(20) for p in range(20) if c % 2 == p % 2 and c != p]
        holdout = time_ordered_holdout(self.shop(early + [(c, c, 50) for c in range(20)]))
        assert holdout.cutoff == date(1970, 2, 20)
        assert holdout.customers.tolist() == list(range(20))
        assert (holdout.train.days < 50).all()
        ids, _ = ItemNeighbours(shrinkage=0).fit(holdout.train).recommend(holdout.histories, k=10)
        measured = holdout.measure(ids)
        assert measured["ndcg_at_10"] == 1.0
        assert measured["customers"] == 20
        assert measured["metrics"]["ndcg_at_10"] == {"value": 1.0, "low": 1.0, "high": 1.0}
        assert measured["metrics"]["coverage"] == {"value": 1.0}
        popular, _ = Popularity().fit(holdout.train).recommend(holdout.histories, k=10)
        assert holdout.measure(popular)["ndcg_at_10"] < 0.8

    def test_customers_without_a_history_or_with_nothing_new_are_not_measured(self):
        early = [(0, p, 1) for p in range(10)] + [(1, 0, 1)]
        late = [(0, 0, 9), (1, 5, 9), (2, 0, 9)]
        holdout = time_ordered_holdout(self.shop(early + late), test_share=0.3)
        assert holdout.customers.tolist() == [1]
        assert holdout.histories.products.tolist() == [0]
        assert holdout.relevant.toarray().nonzero()[1].tolist() == [5]

    def test_one_day_of_orders_measures_nobody(self):
        holdout = time_ordered_holdout(self.shop([(0, 1, 3), (1, 1, 3)]))
        ids, _ = Popularity().fit(holdout.train).recommend(holdout.histories, k=10)
        assert holdout.measure(ids)["customers"] == 0
        assert holdout.measure(ids)["ndcg_at_10"] == 0
