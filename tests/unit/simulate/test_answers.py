"""Clicks and lists follow the chances that the README tells."""

from __future__ import annotations

from datetime import UTC, datetime
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.simulated import History, Simulation, draw
from patronage.logic.simulated.answers import _in_order
from patronage.logic.simulated.history import DAY, NOTHING
from patronage.logic.tables import EVENT_TYPES

BEGINS = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn():
    """Draw visits of a shop in which everything is bought with everything."""
    rng, count, products = np.random.default_rng(3), 6_000, 60
    at = int(BEGINS.timestamp()) * 1_000_000 + np.sort(rng.integers(0, 150 * DAY, count))
    lines = np.unique(np.repeat(np.arange(count), 5) * products + rng.integers(0, products, count * 5))
    shop = History(at, rng.integers(-1, 800, count), lines // products, lines % products, products)
    customers, titles = [f"c{number}" for number in range(800)], {f"p{n}": f"thing {n}" for n in range(60)}
    return draw(shop, Simulation(), first=BEGINS, customers=customers, products=titles)


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("is_hit", [True, False])
def test_a_click_has_the_chance_of_its_position_and_product(drawn, position, is_hit):
    parameters, answers = Simulation(), drawn.answers
    shown = (answers.products[:, position] >= 0) & (answers.is_hit[:, position] == is_hit)
    chance = parameters.examined[position] * (parameters.hit_click if is_hit else parameters.other_click)
    clicked, count = answers.is_clicked[shown, position].mean(), shown.sum()
    assert count > 100
    assert abs(clicked - chance) < 4.5 * sqrt(chance * (1 - chance) / count)


def test_the_difference_of_the_arms_is_that_of_their_hits(drawn):
    """Beside a product: the click rate is that of the hits' chance, and of what is no hit."""
    parameters, answers, visits = Simulation(), drawn.answers, drawn.visits
    has_second = visits.wanted[answers.visit, 1] >= 0
    looked_at = np.mean(parameters.examined)
    for is_personal, chance in ((True, parameters.personal_hit), (False, parameters.popular_hit)):
        which = has_second & (answers.placement == 1) & ~answers.is_held_out
        which &= answers.is_in_experiment & (answers.is_personal == is_personal)
        hits = answers.is_hit[which].any(axis=1)
        assert abs(hits.mean() - chance) < 4.5 * sqrt(chance * (1 - chance) / len(hits))
        expected = looked_at * (chance * parameters.hit_click + (4 - chance) * parameters.other_click)
        clicks = answers.is_clicked[which].sum(axis=1)
        assert abs(clicks.mean() - expected) < 4.5 * clicks.std() / sqrt(len(clicks))


def test_whether_a_visitor_sees_an_answer_does_not_depend_on_the_part(drawn):
    answers = drawn.answers
    held_out = answers.is_held_out
    assert (answers.products[held_out] == NOTHING).all()
    for placement in range(3):
        count = (answers.placement == placement).sum()
        share = held_out[answers.placement == placement].mean()
        assert abs(share - 0.05) < 6 * sqrt(0.05 * 0.95 / count)


@pytest.mark.parametrize("are_glances", [False, True])
def test_shares_of_visits_are_those_stated(drawn, are_glances):
    parameters, visits = Simulation(), drawn.visits
    kind = (visits.wanted[:, 0] < 0) == are_glances
    assert kind.sum() > 1_000
    for place, (_, share) in enumerate(parameters.glance_channels if are_glances else parameters.channels):
        found = (visits.channel[kind] == place).mean()
        assert abs(found - share) < 4.5 * sqrt(share * (1 - share) / kind.sum())
    start = visits.start[kind]
    assert (start[1:] >= start[:-1]).all()
    assert visits.is_signed_in[visits.customer < 0].sum() == 0


def test_a_glance_is_one_view_of_no_product_by_nobody_known(drawn):
    visits, events = drawn.visits, drawn.events
    glances = np.flatnonzero(visits.wanted[:, 0] < 0)
    of_glances = np.isin(events.visit, glances)
    assert sorted(events.visit[of_glances].tolist()) == glances.tolist()
    assert set(events.type[of_glances].tolist()) == {EVENT_TYPES.index("view")}
    assert set(events.product[of_glances].tolist()) == {NOTHING}
    assert (visits.customer[glances] < 0).all()
    assert (visits.order[glances] < 0).all()
    assert (events.instant[1:] >= events.instant[:-1]).all()
    orders, mean = (visits.order >= 0).sum(), Simulation().glances_per_order
    edge = 2 / 120 * mean * orders  # those that would lie before or after the span
    assert abs(len(glances) - mean * orders) < 4.5 * sqrt(mean * orders) + edge


def test_more_orders_than_there_may_be_are_drawn_from():
    rng, count = np.random.default_rng(3), 300
    at = int(BEGINS.timestamp()) * 1_000_000 + np.sort(rng.integers(0, 20 * DAY, count))
    shop = History(at, np.full(count, NOTHING), np.arange(count), np.arange(count) % 7, 7)
    parameters = Simulation(most_orders=50)
    made = draw(shop, parameters, first=BEGINS, customers=[], products=dict.fromkeys("abcdefg"))
    assert (made.visits.order >= 0).sum() == 50
    assert made.orders_skipped + 50 == (at >= made.begins.timestamp() * 1e6 + 3_600e6).sum()


rows = st.lists(
    st.tuples(
        st.lists(st.integers(-1, 9), min_size=6, max_size=6),
        st.integers(-1, 2).map(lambda value: value + 20 if value >= 0 else NOTHING),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(rows, st.integers(0, 99))
def test_places_are_filled_from_the_best_rung_down_and_the_hit_stands_among_its_like(rows, seed):
    candidates = np.array([row for row, _, _ in rows])
    knows = np.array([knows for _, _, knows in rows])
    candidates[~knows, :3] = NOTHING
    hits, own_rung = np.array([hit for _, hit, _ in rows]), np.zeros(len(rows), np.int64)
    products, rungs, is_hit = _in_order(candidates, hits, knows, own_rung, 3, 4, np.random.default_rng(seed))
    for number, hit in enumerate(hits.tolist()):
        wanted = [value for value in candidates[number].tolist() if value >= 0][: 4 - (hit >= 0)]
        shown = [value for value in products[number].tolist() if value >= 0]
        assert [value for value in shown if value != hit] == wanted
        assert (hit in shown) == (hit >= 0)
        assert products[number][is_hit[number]].tolist() == ([hit] if hit >= 0 else [])
        letters = rungs[number][: len(shown)].tolist()
        assert letters == sorted(letters)


def test_a_product_that_was_never_sold_before_is_never_shown():
    """Each order holds one of seven products and one that no order held before."""
    count = 2_000
    at = int(BEGINS.timestamp()) * 1_000_000 + np.arange(count) * DAY // 50
    lines = np.column_stack((np.arange(count) % 7, 7 + np.arange(count))).ravel()
    shop = History(at, np.arange(count) % 90, np.repeat(np.arange(count), 2), lines, 7 + count)
    customers, titles = [f"c{number}" for number in range(90)], {f"p{n}": None for n in range(7 + count)}
    made = draw(shop, Simulation(), first=BEGINS, customers=customers, products=titles)
    answer, place = np.nonzero(made.answers.products >= 0)
    shown = made.answers.products[answer, place]
    assert shop.is_known(shown, made.visits.start[made.answers.visit[answer]]).all()
    buying = made.visits.order[made.answers.visit[answer]] >= 0
    assert made.answers.is_hit[answer, place][buying].sum() > 50
