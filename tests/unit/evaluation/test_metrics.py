from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from patronage.errors import BadInput
from patronage.logic.evaluation import METRICS, bootstrap_means, measure_ranking, score_users


def relevant(*rows: list[int], n_items: int = 10) -> sparse.csr_array:
    matrix = np.zeros((len(rows), n_items), dtype=np.float32)
    for row, items in enumerate(rows):
        matrix[row, items] = 1
    return sparse.csr_array(matrix)


def scores_of(lists: list[list[int]], *rows: list[int], k: int) -> dict[str, list[float]]:
    scored = score_users(np.asarray(lists), relevant(*rows), k=k)
    return {name: scored.metric(name).tolist() for name in METRICS}


class TestWorkedByHand:
    def test_hits_at_ranks_1_and_3_of_three_relevant(self):
        scores = scores_of([[4, 0, 5, 1]], [4, 5, 6], k=4)
        ideal = 1 + 1 / log2(3) + 1 / log2(4)
        assert scores["precision"] == [2 / 4]
        assert scores["recall"] == [2 / 3]
        assert scores["ndcg"] == pytest.approx([(1 + 1 / log2(4)) / ideal])
        assert scores["map"] == pytest.approx([(1 + 2 / 3) / 3])
        assert scores["mrr"] == [1.0]
        assert scores["hit_rate"] == [1.0]

    def test_more_relevant_items_than_places(self):
        scores = scores_of([[9, 1]], [0, 1, 2, 3], k=2)
        assert scores["precision"] == [1 / 2]
        assert scores["recall"] == [1 / 4]
        assert scores["ndcg"] == pytest.approx([(1 / log2(3)) / (1 + 1 / log2(3))])
        assert scores["map"] == pytest.approx([(1 / 2) / 2])
        assert scores["mrr"] == [1 / 2]

    def test_a_perfect_list_is_1_and_a_useless_one_0(self):
        scores = scores_of([[0, 1, 2], [0, 1, 2]], [0, 1, 2], [7], k=3)
        for name in METRICS:
            assert scores[name] == [1.0, 0.0]

    def test_only_the_first_k_places_count(self):
        assert scores_of([[0, 1, 2]], [2], k=2)["hit_rate"] == [0.0]

    def test_a_short_list_counts_as_misses(self):
        scores = scores_of([[3, -1, -1, -1]], [3, 4], k=4)
        assert scores["precision"] == [1 / 4]
        assert scores["recall"] == [1 / 2]
        narrow = scores_of([[3]], [3, 4], k=4)
        assert narrow == scores

    def test_an_item_listed_twice_counts_once(self):
        scores = scores_of([[5, 3, 3]], [3], k=3)
        assert scores["recall"] == [1.0]
        assert scores["mrr"] == [1 / 2]

    def test_users_without_a_relevant_item_are_left_out_and_counted(self):
        report = measure_ranking(np.array([[0], [1], [2]]), relevant([0], [], [9]), k=1, resamples=10)
        assert (report.users, report.users_left_out) == (2, 1)
        assert report.metrics["precision"].value == 1 / 2
        assert report.coverage == 3 / 10

    def test_nobody_to_measure_is_0_not_nan(self):
        report = measure_ranking(np.full((2, 3), -1), relevant([], []), k=3)
        assert report.users == 0
        assert {(e.value, e.low, e.high) for e in report.metrics.values()} == {(0.0, 0.0, 0.0)}
        assert report.coverage == 0

    def test_a_zero_that_is_stored_is_not_relevant(self):
        stored = sparse.csr_array((np.array([0.0, 1.0]), np.array([0, 1]), np.array([0, 2])), shape=(1, 3))
        assert score_users(np.array([[0, 1]]), stored, k=2).metric("recall").tolist() == [1.0]
        assert score_users(np.array([[0]]), stored, k=1).metric("precision").tolist() == [0.0]


class TestAgainstScikitLearn:
    @pytest.mark.parametrize("seed", range(20))
    def test_ndcg_and_average_precision(self, seed):
        rng = np.random.default_rng(seed)
        n_users, n_items, k = 40, 30, int(rng.integers(1, 25))
        truth = rng.random((n_users, n_items)) < 0.2
        truth[np.arange(n_users), rng.integers(0, n_items, n_users)] = True
        ranking = rng.random((n_users, n_items)).argsort(axis=1)
        predicted = np.empty((n_users, n_items))
        np.put_along_axis(predicted, ranking, -np.arange(float(n_items)) * np.ones((n_users, 1)), axis=1)
        matrix = sparse.csr_array(truth)
        ours = score_users(ranking[:, :k], matrix, k=k).metric("ndcg")
        assert ours.mean() == pytest.approx(ndcg_score(truth, predicted, k=k), abs=1e-12)
        whole = score_users(ranking, matrix, k=n_items).metric("map")
        assert whole.mean() == pytest.approx(
            label_ranking_average_precision_score(truth, predicted), abs=1e-12
        )


@st.composite
def cases(draw):
    n_users, n_items, width = draw(st.integers(1, 6)), draw(st.integers(1, 8)), draw(st.integers(1, 8))
    lists = draw(
        st.lists(
            st.lists(st.integers(-1, n_items - 1), min_size=width, max_size=width),
            min_size=n_users,
            max_size=n_users,
        )
    )
    rows = draw(st.lists(st.sets(st.integers(0, n_items - 1)), min_size=n_users, max_size=n_users))
    return np.array(lists), relevant(*map(list, rows), n_items=n_items), draw(st.integers(1, 10))


@given(cases())
def test_every_figure_lies_between_0_and_1_and_inside_its_interval(case):
    report = measure_ranking(case[0], case[1], k=case[2], resamples=20)
    assert report.users + report.users_left_out == len(case[0])
    assert 0 <= report.coverage <= 1
    for estimate in report.metrics.values():
        assert 0 <= estimate.low <= estimate.high <= 1
        assert 0 <= estimate.value <= 1


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_users_and_the_names_of_items_do_not_matter(case, random):
    lists, matrix, k = case
    users, items = list(range(matrix.shape[0])), list(range(matrix.shape[1]))
    random.shuffle(users)
    random.shuffle(items)
    renamed = np.where(lists >= 0, np.array(items)[np.maximum(lists, 0)], -1)[users]
    dense = np.zeros(matrix.shape)
    dense[:, items] = matrix.toarray()
    shuffled = sparse.csr_array(dense[users])
    assert measure_ranking(renamed, shuffled, k=k, resamples=20) == measure_ranking(
        lists, matrix, k=k, resamples=20
    )


class TestBootstrap:
    def test_the_interval_is_about_two_standard_errors_each_way(self):
        values = np.random.default_rng(5).random((4_000, 1))
        (estimate,) = bootstrap_means(values, resamples=4_000)
        error = values.std() / np.sqrt(len(values))
        assert estimate.value == pytest.approx(values.mean())
        assert estimate.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
        assert estimate.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)

    def test_it_holds_the_truth_about_as_often_as_it_says(self):
        rng = np.random.default_rng(11)
        held = 0
        for seed in range(300):
            sample = (rng.random((200, 1)) < 0.3).astype(float)
            (estimate,) = bootstrap_means(sample, resamples=300, confidence=0.9, random_state=seed)
            held += estimate.low <= 0.3 <= estimate.high
        assert 0.85 <= held / 300 <= 0.95

    def test_equal_seeds_give_equal_intervals(self):
        values = np.random.default_rng(1).random((50, 2))
        assert bootstrap_means(values, random_state=3) == bootstrap_means(values, random_state=3)
        assert bootstrap_means(values, random_state=3) != bootstrap_means(values, random_state=4)

    @pytest.mark.parametrize("options", [{"resamples": 0}, {"confidence": 1.0}, {"confidence": 0.0}])
    def test_senseless_options_are_refused(self, options):
        with pytest.raises(BadInput, match=next(iter(options))):
            bootstrap_means(np.ones((2, 1)), **options)


class TestRefusals:
    def test_k_below_1(self):
        with pytest.raises(BadInput, match="k=0"):
            score_users(np.array([[0]]), relevant([0]), k=0)

    def test_another_number_of_users(self):
        with pytest.raises(BadInput, match="one row for each of 2 users"):
            score_users(np.array([[0]]), relevant([0], [1]))

    @pytest.mark.parametrize("item", [-2, 10])
    def test_an_item_that_does_not_exist(self, item):
        with pytest.raises(BadInput, match="from 0 to 9"):
            score_users(np.array([[item]]), relevant([0]))
