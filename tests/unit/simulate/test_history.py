"""What visits are drawn from: orders, never a later one."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.simulated.history import DAY, NOTHING, History
from patronage.logic.simulated.lists import PopularLists, moved_forward, shares, without_repeats
from patronage.logic.simulated.parameters import Simulation

DRAWS = 20_000
ORDERS = [(0, 0, [0, 1]), (1, 1, [0, 1, 2]), (2, -1, [0, 3]), (40, 0, [4])]
"""Day, customer, products."""


def history(orders=ORDERS, products=5):
    orders = sorted(orders, key=lambda each: each[0])
    lines = [(number, product) for number, (_, _, held) in enumerate(orders) for product in sorted(held)]
    return History(
        order_at=np.array([day * DAY for day, _, _ in orders]),
        order_customer=np.array([customer for _, customer, _ in orders]),
        line_order=np.array([number for number, _ in lines]),
        line_product=np.array([product for _, product in lines]),
        products=products,
    )


def drawn(draw, value, instant, *, seed=1):
    values = np.full(DRAWS, value)
    return Counter(draw(values, np.full(DRAWS, instant), np.random.default_rng(seed)).tolist())


def assert_shares(found, expected):
    assert set(found) == set(expected)
    for value, share in expected.items():
        assert abs(found[value] / DRAWS - share) < 5 * sqrt(share * (1 - share) / DRAWS)


def test_what_is_bought_together_is_drawn_by_how_often():
    # Of the three orders with product 0 each is as likely, and of its lines each: 0 itself counts as nothing.
    assert_shares(
        drawn(history().together, 0, 3 * DAY),
        {NOTHING: (1 / 2 + 1 / 3 + 1 / 2) / 3, 1: (1 / 2 + 1 / 3) / 3, 2: 1 / 9, 3: 1 / 6},
    )


def test_an_order_of_the_same_instant_or_later_is_not_looked_at():
    assert_shares(drawn(history().together, 0, 1 * DAY), {NOTHING: 1 / 2, 1: 1 / 2})
    assert drawn(history().together, 0, 0) == {NOTHING: DRAWS}
    assert drawn(history().together, 4, 40 * DAY) == {NOTHING: DRAWS}
    assert drawn(history().together, NOTHING, 99 * DAY) == {NOTHING: DRAWS}


def test_own_products_are_of_the_customers_earlier_orders():
    assert_shares(drawn(history().own, 0, 50 * DAY), {0: 1 / 4, 1: 1 / 4, 4: 1 / 2})
    assert_shares(drawn(history().own, 0, 40 * DAY), {0: 1 / 2, 1: 1 / 2})
    assert drawn(history().own, 1, 1 * DAY) == {NOTHING: DRAWS}
    assert drawn(history().own, NOTHING, 50 * DAY) == {NOTHING: DRAWS}
    assert drawn(history([(0, -1, [0])]).own, 0, 50 * DAY) == {NOTHING: DRAWS}


def test_a_product_is_known_after_its_first_order():
    products, instants = np.array([0, 0, 4, 4, NOTHING]), np.array([0, 1, 40, 41, 41]) * DAY
    assert history().is_known(products, instants).tolist() == [False, True, False, True, False]


def test_an_order_holds_its_products():
    orders, products = np.array([0, 0, 3, 3, NOTHING, 0]), np.array([1, 2, 4, 0, 1, NOTHING])
    assert history().holds(orders, products).tolist() == [True, False, True, False, False, False]


def test_popular_is_what_most_orders_of_the_days_before_the_week_held():
    lists = history().popular_by_week(2 * DAY, 44 * DAY, days=28, count=3)
    assert lists.tolist() == [
        [0, 1, 2],  # before day 2: twice, twice, once
        [0, 1, 2],  # day 9: three times, twice, once as 3 is, which comes later by number
        [0, 1, 2],
        [0, 1, 2],
        [0, 3, NOTHING],  # day 30, from day 2 on: the third order alone
        [NOTHING] * 3,  # day 37
        [4, NOTHING, NOTHING],  # day 44
    ]


def test_popular_products_are_drawn_by_rank():
    lists = PopularLists(history(), 3 * DAY, 9 * DAY, Simulation())
    weights = [1 / 5, 1 / 6, 1 / 7, 1 / 8]
    found = Counter(lists.draw(np.full(DRAWS, 4 * DAY), 1, np.random.default_rng(1))[:, 0].tolist())
    assert_shares(found, {product: weight / sum(weights) for product, weight in enumerate(weights)})
    empty = PopularLists(history(), 0, 9 * DAY, Simulation())
    assert empty.draw(np.zeros(3, np.int64), 2, np.random.default_rng(1)).tolist() == [[NOTHING] * 2] * 3
    assert empty.has_any(np.array([0, 8 * DAY])).tolist() == [False, True]


@given(st.lists(st.lists(st.integers(-1, 4), min_size=5, max_size=5), min_size=1, max_size=6))
def test_rows_lose_repeats_and_close_up(rows):
    kept = without_repeats(np.array(rows)).tolist()
    for row, left in zip(rows, kept, strict=True):
        assert left == [NOTHING if value in row[:place] else value for place, value in enumerate(row)]
    for left, moved in zip(kept, moved_forward(np.array(kept)).tolist(), strict=True):
        filled = [value for value in left if value != NOTHING]
        assert moved == filled + [NOTHING] * (len(left) - len(filled))


@pytest.mark.parametrize(("uniform", "place"), [(0.0, 0), (0.19, 0), (0.2, 1), (0.99, 2), (1.0, 2)])
def test_a_share_holds_its_part_of_the_whole(uniform, place):
    assert shares([0.1, 0.2, 0.2], np.array([uniform])).tolist() == [place]


orders = st.lists(
    st.tuples(st.integers(0, 30), st.integers(-1, 3), st.sets(st.integers(0, 6), min_size=1, max_size=4)),
    min_size=1,
    max_size=12,
)


@given(orders, st.integers(0, 31), st.integers(0, 6), st.integers(0, 3))
def test_nothing_is_drawn_that_no_earlier_order_tells(orders, day, product, customer):
    shop = history(orders, products=7)
    before = [each for each in orders if each[0] < day]
    rng, instants = np.random.default_rng(1), np.full(20, day * DAY)
    together = {other for _, _, held in before if product in held for other in held} - {product}
    assert set(shop.together(np.full(20, product), instants, rng).tolist()) <= together | {NOTHING}
    own = {other for _, whose, held in before if whose == customer for other in held}
    assert set(shop.own(np.full(20, customer), instants, rng).tolist()) <= (own or {NOTHING})
