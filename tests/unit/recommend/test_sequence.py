"""Sequence-aware neighbours: what is bought after what."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.logic.recommenders.interactions import Histories, Interactions, Side
from patronage.logic.recommenders.pairs import NearPairs
from patronage.logic.recommenders.recency import recency_weights
from patronage.logic.recommenders.sequence import SequenceNeighbours
from patronage.logic.serve.kinds import ALIKE, BOUGHT_NEXT, BOUGHT_TOGETHER
from tests_support import REPOSITORY


def interactions(rows, *, n_products=None) -> Interactions:
    """Make interactions of (customer, product, day)."""
    customers, products, days = (np.array(each, dtype=np.int32) for each in zip(*rows, strict=True))
    return Interactions(
        customers, products, days, int(customers.max()) + 1, n_products or int(products.max()) + 1
    )


def shop(seed=0, n=600, n_customers=30, n_products=12, n_days=15) -> Interactions:
    rng = np.random.default_rng(seed)
    columns = (rng.integers(0, high, n) for high in (n_customers, n_products, n_days))
    return interactions(zip(*columns, strict=True), n_products=n_products)


def sums_by_hand(shop, *, window, gap_power, backward, activity_power):
    """Sum pairs with loops: weights, and the customers who bought both, and the second later."""
    weight = np.zeros((shop.n_products, shop.n_products))
    both, later = [np.zeros_like(weight) for _ in range(2)]
    for customer in range(shop.n_customers):
        mine = np.flatnonzero(shop.customers == customer)
        mine = mine[np.argsort(shop.days[mine], kind="stable")]
        products, days = shop.products[mine], shop.days[mine]
        visit = np.searchsorted(np.unique(days), days)
        first, last = {}, {}
        for place, product in enumerate(products):
            first.setdefault(product, place)
            last[product] = place
        for a in range(len(mine)):
            for b in range(max(0, a - window), min(len(mine), a + window + 1)):
                gap = visit[b] - visit[a]
                value = (1 + abs(gap)) ** -gap_power * (backward if gap < 0 else 1)
                weight[products[a], products[b]] += value / len(mine) ** activity_power
                if first[products[a]] == a and last[products[b]] == b:
                    both[products[a], products[b]] += 1
                    later[products[a], products[b]] += gap > 0
    return weight, both, later


SETTINGS = {"window": 7, "gap_power": 0.6, "backward": 0.3, "activity_power": 0.25}


def fitted(shop, **settings) -> SequenceNeighbours:
    return SequenceNeighbours(**settings).fit(shop)


class TestSimilarity:
    def test_it_is_the_sum_over_near_pairs(self):
        orders = shop()
        weight, _, _ = sums_by_hand(orders, **SETTINGS)
        popularity = np.bincount(orders.products)
        expected = weight * popularity[:, None] ** -0.5 * popularity[None, :] ** -0.2
        np.fill_diagonal(expected, 0)
        model = fitted(orders, source_power=0.5, target_power=0.2, **SETTINGS)
        np.testing.assert_allclose(
            model.similarity_.toarray(), expected / expected.max(axis=1).mean(), rtol=1e-5
        )

    def test_shares_count_customers(self):
        orders = shop(n=900)
        _, both, later = sums_by_hand(orders, **SETTINGS)
        model = fitted(orders, **SETTINGS)
        buyers = orders.history().sum(axis=0)[:, None]
        cells = ~np.eye(orders.n_products, dtype=bool)
        np.testing.assert_allclose(model.share_.toarray()[cells], (later / buyers)[cells], rtol=1e-6)
        np.testing.assert_allclose(model.together_.toarray()[cells], (both / buyers)[cells], rtol=1e-6)

    def test_blocks_and_chunks_give_the_same(self, monkeypatch):
        orders = shop()
        whole = fitted(orders, **SETTINGS)
        monkeypatch.setattr("patronage.logic.recommenders.pairs._PAIRS_AT_ONCE", 200)
        pairs = NearPairs(orders.histories(), kernel=np.ones(15, np.float32), activity_power=0)
        assert len(list(pairs.blocks())) == orders.n_products
        parts = fitted(orders, **SETTINGS)
        for name in ("similarity_", "share_", "together_"):
            np.testing.assert_allclose(
                getattr(parts, name).toarray(), getattr(whole, name).toarray(), rtol=1e-5, atol=1e-7
            )

    def test_products_of_one_day_have_no_order(self):
        rows = [(c, p, d) for c in range(5) for d in range(3) for p in (d, d + 1, 6 - d)]
        swapped = [(c, p, d) for c in range(5) for d in range(3) for p in (6 - d, d + 1, d)]
        one, other = (fitted(interactions(each)).similarity_.toarray() for each in (rows, swapped))
        np.testing.assert_allclose(one, other, rtol=1e-6)

    def test_a_product_leads_to_its_strongest_neighbours_only(self):
        orders = shop()
        all_of_them = fitted(orders).similarity_.toarray()
        few = fitted(orders, neighbours=3).similarity_
        assert (np.diff(few.indptr) == 3).all()
        strongest = np.sort(all_of_them, axis=1)[:, -3:]
        np.testing.assert_allclose(np.sort(few.data.reshape(-1, 3), axis=1), strongest, rtol=1e-6)

    def test_scores_are_single_floats(self):
        orders = shop()
        assert fitted(orders)._scores(orders.histories()).dtype == np.float32

    def test_guests_make_no_pairs(self):
        rows = [(0, 0, 0), (0, 1, 1)]
        alone = fitted(interactions(rows, n_products=3))
        with_guests = Interactions(
            np.array([0, 0, -1, -1], np.int32),
            np.array([0, 1, 2, 1], np.int32),
            np.array([0, 1, 1, 2], np.int32),
            1,
            3,
        )
        np.testing.assert_array_equal(fitted(with_guests).similarity_.indices, alone.similarity_.indices)


class TestRecommending:
    def test_what_comes_next_comes_first(self):
        orders = interactions([(c, p, p) for c in range(6) for p in range(5)])
        visitors = Histories.of_visitors([[1], [2], [3]], n_products=5)
        ids, _ = fitted(orders).recommend(visitors, k=1)
        assert ids[:, 0].tolist() == [2, 3, 4]

    def test_the_newest_visit_counts_most(self):
        histories = interactions([(0, 0, 0), (0, 1, 5), (0, 2, 5), (0, 0, 9)]).histories()
        np.testing.assert_allclose(recency_weights(histories, 0.5).toarray(), [[1.25, 0.5, 0.5]])

    def test_a_product_nobody_bought_is_found_by_its_likeness(self):
        orders = interactions([(c, p, p) for c in range(4) for p in range(3)], n_products=5)
        side = Side(product_tags=[["category=a"], ["category=b"], ["category=c"], ["category=c"], []])
        model = SequenceNeighbours().fit(orders, side=side)
        ids, scores = model.recommend(Histories.of_visitors([[2]], n_products=5), k=4)
        assert ids[0, 0] == 3 or (ids[0] == 3).any()
        assert scores[0, list(ids[0]).index(3)] > 0
        reasons = model.explain(Histories.of_visitors([[2]], n_products=5), np.array([[3]], np.int32))
        assert (reasons.kind[0, 0], reasons.because[0, 0]) == (ALIKE, 2)
        assert reasons.share[0, 0] == pytest.approx(1)

    def test_reasons_say_in_which_order_it_was_bought(self):
        rows = [(c, 0, 0) for c in range(4)] + [(c, 1, 1) for c in range(3)] + [(c, 2, 0) for c in range(2)]
        model = fitted(interactions(rows))
        visitor = Histories.of_visitors([[0]], n_products=3)
        reasons = model.explain(visitor, np.array([[1, 2, -1]], np.int32))
        assert reasons.kind.tolist() == [[BOUGHT_NEXT, BOUGHT_TOGETHER, 0]]
        assert reasons.because.tolist() == [[0, 0, -1]]
        np.testing.assert_allclose(reasons.share, [[0.75, 0.5, 0]])

    @pytest.mark.parametrize(
        ("setting", "value"),
        [("neighbours", 0), ("window", 0), ("backward", 1.5), ("recency", -0.1), ("gap_power", -1)],
    )
    def test_settings_out_of_range_are_refused(self, setting, value):
        with pytest.raises(BadInput, match=f"{setting}={value}"):
            fitted(shop(), **{setting: value})


def test_what_is_held_out_changes_no_prediction(monkeypatch):
    monkeypatch.syspath_prepend(REPOSITORY)
    from benchmarks.accuracy_sequences import ten_products

    rng = np.random.default_rng(1)
    sequences = [rng.permutation(40)[: rng.integers(4, 12)].astype(np.int32) for _ in range(80)]
    side = Side(product_tags=[[f"category={p % 7}", f"brand={p % 5}"] for p in range(40)])
    for held_out in (1, 2):
        corrupt = [each.copy() for each in sequences]
        for each in corrupt:
            each[-held_out:] = rng.integers(0, 40, held_out)
        before, after = (ten_products(each, side, {}, held_out=held_out) for each in (sequences, corrupt))
        np.testing.assert_array_equal(before, after)
