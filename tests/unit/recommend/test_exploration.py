from __future__ import annotations

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders.exploration import explore, new_products
from recommend_support import interactions

ROWS = 4_000
IDS = np.tile(np.arange(10, dtype=np.int32), (ROWS, 1))
SCORES = np.tile(np.arange(10, 0, -1, dtype=np.float32), (ROWS, 1))
CUSTOMERS = np.arange(ROWS, dtype=np.int32)
NEW = np.tile(np.array([20, 21, 3, 22, -1], np.int32), (ROWS, 1))


def test_the_share_holds_in_the_long_run_and_everywhere_in_the_list():
    ids, scores, is_explored = explore(IDS, SCORES, NEW, share=0.05, customers=CUSTOMERS)
    assert is_explored.mean() == pytest.approx(0.05, abs=0.005)
    assert is_explored.mean(axis=0) == pytest.approx(0.05, abs=0.015)
    assert (scores[is_explored] == 0).all()
    assert set(ids[is_explored]) == {20, 21, 22}
    assert np.bincount(ids[is_explored])[20:].min() > 0.25 * is_explored.sum()


def test_what_was_there_moves_down_in_its_order():
    ids, scores, is_explored = explore(IDS, SCORES, NEW, share=0.3, customers=CUSTOMERS)
    assert (is_explored.sum(axis=1) == 3).all()
    for row in range(0, ROWS, 97):
        assert ids[row][~is_explored[row]].tolist() == list(range(7))
        assert scores[row][~is_explored[row]].tolist() == list(range(10, 3, -1))
        assert len(set(ids[row])) == 10


def test_a_customer_sees_the_same_again_and_another_seed_something_else():
    whole = explore(IDS, SCORES, NEW, share=0.2, customers=CUSTOMERS, random_state=3)[0]
    part = slice(100, 200)
    again = explore(IDS[part], SCORES[part], NEW[part], share=0.2, customers=CUSTOMERS[part], random_state=3)
    np.testing.assert_array_equal(again[0], whole[part])
    other = explore(IDS, SCORES, NEW, share=0.2, customers=CUSTOMERS, random_state=4)[0]
    assert (other != whole).any(axis=1).mean() > 0.5


def test_no_more_places_than_candidates():
    few = np.full((ROWS, 2), -1, np.int32)
    few[::2, 1] = 30
    ids, _, is_explored = explore(IDS, SCORES, few, share=1.0, customers=CUSTOMERS)
    np.testing.assert_array_equal(is_explored.sum(axis=1), (np.arange(ROWS) + 1) % 2)
    assert (ids[1::2] == IDS[1::2]).all()


def test_a_share_of_nothing_changes_nothing_and_more_than_all_is_refused():
    np.testing.assert_array_equal(explore(IDS, SCORES, NEW, share=0, customers=CUSTOMERS)[0], IDS)
    with pytest.raises(BadInput, match=r"share=1\.5"):
        explore(IDS, SCORES, NEW, share=1.5, customers=CUSTOMERS)


def test_new_products_were_first_bought_lately_or_never_and_seldom():
    # 0: often; 1: once, lately; 2: once, long ago; 3: long ago and lately; 4: never
    products, days = [0] * 6 + [1, 2, 3, 3], [100] * 6 + [100, 10, 10, 100]
    shop = interactions([0] * 10, products, days, n_products=5)
    assert new_products(shop, days=60, most=5).tolist() == [1, 4]
    assert new_products(shop, days=60, most=6).tolist() == [0, 1, 4]
    assert new_products(shop, days=91, most=2).tolist() == [1, 2, 3, 4]
