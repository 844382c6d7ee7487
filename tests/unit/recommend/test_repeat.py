"""Repeat purchases: what a customer buys again and again."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders.habits import RHYTHMS, habits
from patronage.logic.recommenders.interactions import Histories, Interactions
from patronage.logic.recommenders.repeat import RepeatPurchase
from patronage.logic.serve.kinds import BOUGHT_AGAIN, BOUGHT_TOGETHER
from tests_support import REPOSITORY


def interactions(rows, *, n_products=None) -> Interactions:
    """Make interactions of (customer, product, day)."""
    customers, products, days = (np.array(each, dtype=np.int32) for each in zip(*rows, strict=True))
    return Interactions(
        customers, products, days, int(customers.max()) + 1, n_products or int(products.max()) + 1
    )


def shop(seed=0, n=900) -> Interactions:
    """Make 40 customers of whom each has favourites."""
    rng = np.random.default_rng(seed)
    customers = rng.integers(0, 40, n)
    products = (customers * 3 + rng.zipf(1.7, n)) % 25
    return interactions(zip(customers, products, rng.integers(0, 60, n), strict=True), n_products=25)


class TestHabits:
    ROWS = ((0, 5, 0), (0, 5, 10), (0, 5, 10), (0, 3, 10), (0, 5, 20), (1, 3, 4))

    def test_they_are_counted_once_a_day_and_weighed_by_the_visits_since(self):
        found = habits(interactions(self.ROWS).histories(), decay=0.5, now=np.array([25, 25]))
        assert found.rows.tolist() == [0, 0, 1]
        assert found.products.tolist() == [3, 5, 3]
        assert found.times.tolist() == [1, 3, 1]
        np.testing.assert_allclose(found.weight, [0.5, 1.75, 1])

    @pytest.mark.parametrize(
        ("now", "rhythm"), [(20, 1), (22, 1), (24, 2), (26, 3), (30, 4), (32, 5), (75, RHYTHMS - 1)]
    )
    def test_the_rhythm_is_the_time_since_over_the_mean_gap(self, now, rhythm):
        found = habits(interactions(self.ROWS).histories(), decay=0.5, now=np.array([now, now]))
        assert found.rhythm.tolist() == [0, rhythm, 0]

    def test_nobody_has_none(self):
        found = habits(Histories.of_visitors([[], []], n_products=3), decay=0.5, now=np.zeros(2, int))
        assert len(found.rows) == len(found.weight) == len(found.rhythm) == 0


class TestScores:
    def test_they_are_habit_taste_and_popularity(self):
        orders = shop()
        model = RepeatPurchase(
            decay=0.8, taste_weight=0.7, popularity_weight=0.3, half_life_days=10, rhythm=False
        ).fit(orders)
        own = np.zeros((40, 25))
        for customer in range(40):
            mine = orders.customers == customer
            visits = np.unique(orders.days[mine])
            for product, day in set(zip(orders.products[mine], orders.days[mine], strict=True)):
                own[customer, product] += 0.8 ** (len(visits) - 1 - np.searchsorted(visits, day))
        taste = own / own.sum(axis=1, keepdims=True) @ model.similarity_.toarray()
        popular = np.zeros(25)
        np.add.at(popular, orders.products, 0.5 ** ((orders.days.max() - orders.days) / 10))
        expected = own + 0.7 * taste + 0.3 * popular / popular.max()
        assert model._scores(orders.histories()).dtype == np.float32
        ids, scores = model.recommend(orders.histories(), k=25, exclude_history=False)
        np.testing.assert_allclose(
            np.take_along_axis(expected, ids.astype(int), axis=1), scores, rtol=1e-4, atol=1e-5
        )

    def test_more_products_than_bestsellers_are_scored_alike(self, monkeypatch):
        orders = shop()
        whole = RepeatPurchase().fit(orders).recommend(orders.histories(), exclude_history=False, k=5)
        monkeypatch.setattr("patronage.logic.recommenders.repeat._POPULAR", 5)
        few = RepeatPurchase().fit(orders).recommend(orders.histories(), exclude_history=False, k=5)
        np.testing.assert_allclose(few[1], whole[1], rtol=1e-5)

    def test_a_rhythm_is_worth_what_it_kept_at_the_last_visit(self):
        """Everybody buys product 0 every 10 days, and each time another one that they never buy again."""
        rows = [(c, p, d * 10) for c in range(30) for d in range(4) for p in (0, 1 + d)]
        model = RepeatPurchase(decay=1.0).fit(interactions(rows))
        # Before the last visit 30 habits of 3 times were due, and 90 products had been bought once.
        usual = 30 / 180
        np.testing.assert_allclose(model.worth_[4], (30 + 20) / (90 * usual + 20), rtol=1e-6)
        np.testing.assert_allclose(model.worth_[0], 20 / (90 * usual + 20), rtol=1e-6)
        assert (np.delete(model.worth_, [0, 4]) == 1).all()

    def test_without_repeats_every_rhythm_is_worth_the_same(self):
        model = RepeatPurchase().fit(interactions([(c, c % 5 + d, d) for c in range(9) for d in range(3)]))
        assert (model.worth_ == 1).all()


class TestReasons:
    def test_bought_again_names_the_product_and_the_share_of_visits(self):
        rows = [(c, p, d) for c in range(4) for d in range(4) for p in (0, 1) if p == 0 or d == 3]
        orders = interactions([*rows, (4, 0, 0), (4, 0, 0), (4, 2, 1)])
        model = RepeatPurchase().fit(orders)
        histories = orders.histories(np.array([0, 4]))
        reasons = model.explain(histories, np.array([[0, 1, -1], [0, 1, 2]], np.int32))
        assert reasons.kind.tolist() == [
            [BOUGHT_AGAIN, BOUGHT_AGAIN, 0],
            [BOUGHT_AGAIN, BOUGHT_TOGETHER, BOUGHT_AGAIN],
        ]
        assert reasons.because.tolist() == [[0, 1, -1], [0, 0, 2]]
        np.testing.assert_allclose(reasons.share, [[1, 0.25, 0], [0.5, 0.8, 0.5]], rtol=1e-6)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("decay", 0), ("decay", 1.5), ("half_life_days", 0), ("taste_weight", -1), ("popularity_weight", -1)],
)
def test_settings_out_of_range_are_refused(setting, value):
    with pytest.raises(BadInput, match=f"{setting}={value}"):
        RepeatPurchase(**{setting: value}).fit(shop())


class TestPeersOfTheBenchmark:
    """The peers are ours to write, so they are held to their papers by hand."""

    @pytest.fixture
    def sequences(self, monkeypatch):
        monkeypatch.syspath_prepend(REPOSITORY)
        from benchmarks import accuracy_sequences

        monkeypatch.setattr(accuracy_sequences, "_n_products", lambda: 30)
        return accuracy_sequences

    def test_tifu_weights(self, sequences):
        weights = sequences._tifu_weights(5, 3, 0.9, 0.7)
        expected = [0.7**2 / 3, 0.7 / 3 * 0.9 / 2, 0.7 / 3 / 2, 0.9 / 3 / 2, 1 / 3 / 2]
        np.testing.assert_allclose(weights, expected)

    def test_tifu_knn_with_everybody_as_neighbour(self, sequences):
        rng = np.random.default_rng(0)
        before = [[rng.choice(30, 4, replace=False).tolist() for _ in range(3)] for _ in range(12)]
        own = np.zeros((12, 30))
        for row, baskets in enumerate(before):
            for weight, basket in zip([0.49 / 3, 0.7 / 3, 1 / 3], baskets, strict=True):
                own[row, basket] += weight
        others = (own.sum(axis=0) - own) / 11
        expected = 0.7 * own + 0.3 * others
        ids = sequences.tifu_knn(before, nearest=11)
        found = np.take_along_axis(expected, ids.astype(int), axis=1)
        np.testing.assert_allclose(found, -np.sort(-expected, axis=1)[:, :20], rtol=1e-5, atol=1e-7)

    def test_what_is_held_out_changes_no_basket(self, sequences):
        rng = np.random.default_rng(0)
        baskets = [[rng.choice(30, 4, replace=False).tolist() for _ in range(4)] for _ in range(20)]
        corrupt = [[*each[:-1], rng.choice(30, 4).tolist()] for each in baskets]
        one, other = (sequences.next_basket([e[:-1] for e in each], {}) for each in (baskets, corrupt))
        np.testing.assert_array_equal(one, other)
