"""The arrays follow the model that the README of the truth tells."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.synthetic import SyntheticShop, World, blocks, draw_blocks, truth_readme
from patronage.logic.synthetic.events import TYPES
from patronage.logic.synthetic.identifiers import customer_ids, product_ids
from tests_support import examples


def drawn(**parameters):
    world = World(SyntheticShop(**parameters))
    (block,) = draw_blocks(world)
    return world, block


@pytest.fixture(scope="module")
def large():
    return drawn(customers=10_000)


class TestOrders:
    def test_the_number_of_orders_is_that_of_bg_nbd(self, large):
        world, block = large
        known = slice(0, block.people.customers)
        rate, chance = block.people.orders_per_day[known], block.people.dropout[known]
        time = world.calendar.length - block.people.joined[known]
        expected = (1 - np.exp(-rate * chance * time)) / chance
        difference = block.orders.count[known] - 1 - expected
        assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference))

    def test_the_share_that_left_is_that_of_bg_nbd(self, large):
        world, block = large
        known = slice(0, block.people.customers)
        rate, chance = block.people.orders_per_day[known], block.people.dropout[known]
        time = world.calendar.length - block.people.joined[known]
        difference = block.orders.left[known] - (1 - np.exp(-rate * chance * time))
        assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference))

    def test_everyone_orders_first_when_joining_and_a_guest_once(self, large):
        world, block = large
        first = np.full(len(block.people.joined), np.iinfo(np.int64).max)
        np.minimum.at(first, block.orders.person, block.orders.instant)
        assert (first == world.calendar.instants(block.people.joined)).all()
        assert (block.orders.count[block.people.customers :] == 1).all()
        assert (np.bincount(block.orders.person) == block.orders.count).all()
        assert 0.22 < len(first) / block.people.customers - 1 < 0.28

    def test_nobody_orders_after_leaving(self, large):
        world, block = large
        last = world.calendar.instants(block.orders.active_until)
        assert (block.orders.instant <= last[block.orders.person]).all()

    def test_demand_follows_week_and_hour(self, large):
        world, block = large
        when = block.orders.instant
        by_weekday = np.bincount((when // 86_400 + 3) % 7, minlength=7)  # 1970-01-01 was a Thursday
        factors = np.array(world.shop.weekday_factors)
        assert by_weekday / by_weekday.sum() == pytest.approx(factors / factors.sum(), abs=0.012)
        by_hour = np.bincount(when // 3_600 % 24, minlength=24)
        weights = np.array(world.shop.hour_weights)
        assert by_hour / by_hour.sum() == pytest.approx(weights / weights.sum(), abs=0.006)


class TestCalendar:
    def test_the_clock_is_monotone_and_ends_with_the_history(self):
        world = World(SyntheticShop(days=400, start=date(2024, 2, 20)))
        instants = world.calendar.instants(np.linspace(0, world.calendar.length, 5_000))
        assert (np.diff(instants) >= 0).all()
        assert instants[0] == world.shop.start_instant
        assert instants[-1] == world.shop.end_instant - 1

    def test_sales_end_each_quarter_and_raise_demand(self):
        calendar = World(SyntheticShop()).calendar
        assert [day.isoformat() for day, on in zip(calendar.dates, calendar.campaign, strict=True) if on][
            :8
        ] == [f"2025-03-{day}" for day in range(26, 32)] + ["2025-04-01", "2025-06-25"]
        peak = calendar.demand[calendar.dates.index(date(2025, 12, 6))]
        low = calendar.demand[calendar.dates.index(date(2025, 6, 7))]
        assert peak / low == pytest.approx(1.25 / 0.75, rel=0.01)


class TestTaste:
    def test_choices_have_the_stated_probability(self):
        world = World(SyntheticShop(products=100, days=100))
        catalogue = world.catalogue
        groups, styles = np.array([[0.5, 0.3, 0.1, 0.1]]), np.array([[0.2, 0.7, 0.1]])
        n, day = 200_000, 40
        chosen = world.chooser.choose(
            groups, styles, np.zeros(n, np.int64), np.full(n, day), np.random.default_rng(0)
        )
        weight = catalogue.weight * (catalogue.launch_day <= day)
        cell = catalogue.group * catalogue.styles + catalogue.style
        expected = (groups[0, catalogue.group] * styles[0, catalogue.style] * weight) / np.bincount(
            cell, weight
        )[cell]
        assert expected.sum() == pytest.approx(1)
        observed = np.bincount(chosen, minlength=100) / n
        assert (observed[expected == 0] == 0).all()
        assert (np.abs(observed - expected) < 5 * np.sqrt(expected / n) + 1e-9).all()

    def test_customers_mostly_buy_from_their_main_group(self, large):
        world, block = large
        person = block.orders.person[block.lines.order]
        own = world.catalogue.group[block.lines.product] == block.people.main_group[person]
        assert 0.68 < own.mean() < 0.78

    def test_weights_are_shares(self, large):
        _, block = large
        for weights in (block.people.groups, block.people.styles):
            assert (weights >= 0).all()
            assert weights.sum(axis=1) == pytest.approx(1)

    def test_nothing_is_bought_or_seen_before_its_launch(self, large):
        world, block = large
        launched = world.shop.start_instant + world.catalogue.launch_day * 86_400
        assert (world.catalogue.launch_day > 0).sum() > 10
        assert (block.lines.instant >= launched[block.lines.product]).all()


class TestPantry:
    def test_consumables_are_bought_first_and_then_when_they_run_out(self, large):
        world, block = large
        people, orders, lines = block.people, block.orders, block.lines
        stock = people.pantry[people.pantry >= 0]
        assert (world.catalogue.rhythm_days[stock] > 0).all()
        assert 0.15 < (people.pantry >= 0).any(axis=1).mean() < 0.35
        bought = set(zip(lines.order.tolist(), lines.product.tolist(), strict=True))
        for person in np.flatnonzero((people.pantry[:, 0] >= 0) & (orders.count >= 4))[:50]:
            mine = np.flatnonzero(orders.person == person)
            since = orders.instant[mine] - orders.instant[mine[0]]
            periods = since // people.rhythm_seconds[person, 0]
            due = np.concatenate(([True], periods[1:] > periods[:-1]))
            assert all((order, int(people.pantry[person, 0])) in bought for order in mine[due].tolist())


class TestLines:
    def test_each_order_has_lines_numbered_from_1_with_one_product_each(self, large):
        _, block = large
        sold = ~block.lines.is_refund
        order, number = block.lines.order[sold], block.lines.number[sold]
        assert (np.bincount(order, minlength=len(block.orders.person)) >= 1).all()
        assert (np.maximum.reduceat(number, np.flatnonzero(number == 1)) == np.bincount(order)).all()
        assert len(np.unique(order * 1_000 + block.lines.product[sold])) == len(order)

    def test_money_follows_the_rules(self, large):
        world, block = large
        lines, sold = block.lines, ~block.lines.is_refund
        gross = lines.quantity * world.catalogue.price_minor[lines.product]
        percent = 100 * lines.discount[sold] / gross[sold]
        assert (np.abs(percent[:, None] - np.array([0, 10, 20])).min(axis=1) <= 50 / gross[sold] + 1e-9).all()
        assert 0.1 < (lines.discount[sold] > 0).mean() < 0.2
        assert (lines.shipping[lines.number > 1] == 0).all()
        assert set(np.unique(lines.shipping)) == {0, 495}

    def test_refunds_take_back_part_of_a_line_later(self, large):
        world, block = large
        lines = block.lines
        sale_of = {
            (order, number): at
            for at, (order, number) in enumerate(
                zip(lines.order.tolist(), lines.number.tolist(), strict=True)
            )
            if not lines.is_refund[at]
        }
        back = np.flatnonzero(lines.is_refund)
        sale = np.array([sale_of[lines.order[at], lines.number[at]] for at in back.tolist()])
        assert (lines.product[back] == lines.product[sale]).all()
        assert (-lines.quantity[back] <= lines.quantity[sale]).all()
        assert (lines.discount[back] <= lines.discount[sale]).all()
        assert (lines.instant[back] >= lines.instant[sale] + 2 * 86_400).all()
        assert (lines.instant < world.shop.end_instant).all()
        expected = world.catalogue.return_rate[lines.product[~lines.is_refund]].sum()
        assert 0.9 < len(back) / expected < 1.0  # some would come back after the end


class TestEvents:
    def test_every_online_line_is_viewed_then_put_into_the_cart_then_bought(self, large):
        world, block = large
        events, lines, orders = block.events, block.lines, block.orders
        names = np.array([name for name, _ in world.shop.channels])
        online = ~lines.is_refund & (names[orders.channel[lines.order]] != "store")
        paid = events.type == TYPES.index("purchase")
        pairs = sorted(zip(events.order[paid].tolist(), events.product[paid].tolist(), strict=True))
        assert pairs == sorted(zip(lines.order[online].tolist(), lines.product[online].tolist(), strict=True))
        assert (events.instant[paid] == orders.instant[events.order[paid]]).all()
        key = events.session * 1_000 + events.product
        first = {kind: {} for kind in TYPES}
        for at in range(20_000):
            first[TYPES[events.type[at]]].setdefault(int(key[at]), at)
        for cell, at in first["purchase"].items():
            assert first["view"][cell] < first["cart_add"][cell] < at

    def test_some_sessions_are_anonymous_and_guests_always(self, large):
        _, block = large
        events = block.events
        assert (events.person < block.people.customers).all()
        purchase = events.type == TYPES.index("purchase")
        buyer = block.orders.person[events.order[purchase]]
        assert (events.person[purchase] == np.where(buyer < block.people.customers, buyer, -1)).all()
        assert 0.2 < (events.person[~purchase] < 0).mean() < 0.5

    def test_events_stand_by_time_and_a_session_has_one_person_and_channel(self, large):
        _, block = large
        events = block.events
        assert (np.diff(events.instant) >= 0).all()
        assert np.unique(events.session).size <= events.sessions
        signed_in = events.person >= 0
        pairs = np.unique(np.stack((events.session[signed_in], events.person[signed_in])), axis=1)
        assert np.unique(pairs[0]).size == pairs.shape[1]


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(1, 60), st.integers(1, 80), st.integers(1, 60), st.integers(0, 5))
def test_a_shop_of_any_size_can_be_drawn(customers, products, days, seed):
    world, block = drawn(customers=customers, products=products, days=days, seed=seed)
    cells = world.catalogue.group * world.catalogue.styles + world.catalogue.style
    assert set(cells[world.catalogue.launch_day == 0]) == set(
        range(world.catalogue.groups * world.catalogue.styles)
    )
    for product in (block.lines.product, block.events.product):
        assert ((product >= 0) & (product < products)).all()
    for instant in (block.orders.instant, block.lines.instant, block.events.instant):
        assert ((instant >= world.shop.start_instant) & (instant < world.shop.end_instant)).all()


def test_a_whole_block_is_the_same_in_a_larger_shop(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_CUSTOMERS", 50)
    small = next(draw_blocks(World(SyntheticShop(customers=50))))
    several = list(draw_blocks(World(SyntheticShop(customers=120))))
    assert [block.people.customers for block in several] == [50, 50, 20]
    assert (several[0].lines.product == small.lines.product).all()
    assert len(several[1].lines.product) != len(small.lines.product)


def test_ids_are_different_texts_with_zeros_in_front_and_a_tenth_odd():
    for ids, width in ((customer_ids(range(20_000)), 7), (product_ids(range(20_000)), 5)):
        assert len(set(ids)) == len(ids)
        assert all(text == text.strip() for text in ids)
        plain = [text for text in ids if text.isascii() and text.isdigit() and len(text) == width]
        assert 0.88 < len(plain) / len(ids) < 0.92
        assert plain[0].startswith("0")


def test_the_readme_tells_every_parameter():
    shop = SyntheticShop(customers=12, seed=99)
    text = truth_readme(shop, block_customers=10_000)
    for name, _, meaning in shop.meanings():
        assert f"| `{name}` |" in text
        assert meaning in text
    assert "| `seed` | 99 |" in text


@pytest.mark.parametrize(
    "parameters", [{"customers": 0}, {"products": 0}, {"days": 0}, {"days": 10_000}, {"seed": -1}]
)
def test_senseless_sizes_are_refused(parameters):
    (name,) = parameters
    with pytest.raises(BadInput, match=f"{name}="):
        SyntheticShop(**parameters)
