from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.vq import kmeans2
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from patronage.errors import BadInput
from patronage.logic.segments.clusters import (
    Clusters,
    _choice,
    _clusters,
    candidates,
    nearest,
    partition,
    silhouettes,
)
from patronage.logic.segments.clusters._kmeans import refined
from tests_support import examples, some

SEED = 20_260_101


@pytest.fixture
def small_sample(monkeypatch):
    """Let 1,000 rows stand for all, where a test needs more rows than the sample holds."""
    for module in (_choice, _clusters):
        monkeypatch.setattr(module, "SAMPLE_ROWS", 1000)


def blobs(k: int, *, n: int = 3000, features: int = 5, spread: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Groups on the corners of a cube, so far apart that there is no doubt how many they are."""
    corners = np.array(np.meshgrid(*[[-2.0, 2.0]] * features)).reshape(features, -1).T[::3][:k]
    return make_blobs(n, centers=corners, cluster_std=spread, random_state=k)


def shop(n: int = 2000, seed: int = 5) -> dict[str, np.ndarray]:
    """Skewed features without groups, some values not known."""
    rng = np.random.default_rng(seed)
    occasions = 1 + rng.poisson(rng.gamma(0.7, 3, n))
    gaps = np.where(occasions > 1, rng.exponential(40, n), np.nan)
    return {
        "recency_days": rng.exponential(90, n).round(),
        "occasions": occasions.astype(float),
        "net_per_occasion_minor": rng.lognormal(8, 1.2, n).round() - 500,
        "returned_share": np.where(rng.random(n) < 0.8, 0, rng.beta(1, 5, n)),
        "days_between_occasions": gaps,
    }


@pytest.mark.parametrize("k", some([2, 3, 5, 8, 10], every=2))
def test_the_number_of_well_parted_groups_is_found(k):
    rows, truth = blobs(k)
    found = partition(rows, random_state=SEED)
    assert len(found.centres) == k
    assert adjusted_rand_score(found.labels, truth) == 1
    assert found.chosen.stability == pytest.approx(1, abs=0.25)  # a start of k-means++ may end badly
    assert [candidate.k for candidate in found.candidates] == list(range(2, 11))


@pytest.mark.parametrize("k", [2, 4, 7])
def test_inertia_from_the_same_centres_equals_other_implementations(k):
    rows, _ = blobs(6, spread=1.5)
    start = rows[:: len(rows) // k][:k]
    centres = refined(rows, start)
    _, inertia = nearest(rows, centres)
    theirs = KMeans(k, init=start, n_init=1).fit(rows)
    assert inertia == pytest.approx(theirs.inertia_, rel=1e-6)
    scipy_centres, scipy_labels = kmeans2(rows, start.copy(), iter=300, minit="matrix")
    by_scipy = ((rows - scipy_centres[scipy_labels]) ** 2).sum()
    assert inertia == pytest.approx(by_scipy, rel=1e-3)  # scikit-learn may stop a hair before


@pytest.mark.parametrize(("k", "spread"), [(4, 0.5), (6, 1.5)])
def test_the_inertia_of_all_rows_is_within_a_percent_of_scikit_learn_s_best(k, spread, small_sample):
    """More rows than the sample holds: the sample chooses, all rows are fitted."""
    rows, _ = blobs(k, n=10_000, spread=spread)
    found = partition(rows, random_state=SEED, largest_k=7)
    best = KMeans(len(found.centres), n_init=5, random_state=1).fit(rows)
    assert found.inertia == pytest.approx(best.inertia_, rel=0.01)


def test_silhouettes_equal_scikit_learn_s():
    rows, truth = blobs(4, n=1300, spread=1.5)  # more than a block, not a multiple
    alone = np.where(np.arange(1300) == 7, 4, truth)  # a row alone in its cluster counts 0
    halves = (rows[:, 0] > 0).astype(int)
    found = silhouettes(rows, [truth, alone, halves])
    assert found == pytest.approx([silhouette_score(rows, each) for each in (truth, alone, halves)], abs=1e-9)


def test_silhouettes_of_repeated_rows_equal_scikit_learn_s():
    rows = np.repeat([[0.0, 0.1], [3.0, 0.2], [3.0, 0.3]], [5, 4, 2], axis=0)
    labels = np.repeat([0, 1, 2], [5, 4, 2])
    assert silhouettes(rows, [labels]) == pytest.approx([silhouette_score(rows, labels)], abs=1e-6)


def test_stability_is_the_mean_agreement_of_the_starts():
    """Recomputed with our seeds: five starts, ten pairs."""
    rows, _ = blobs(6, n=400, spread=2.5)
    seeds = np.random.SeedSequence(SEED).generate_state(5)
    labels = [KMeans(5, n_init=1, random_state=int(seed)).fit(rows).labels_ for seed in seeds]
    pairs = [adjusted_rand_score(labels[a], labels[b]) for a in range(5) for b in range(a)]
    of_five = next(each for each in candidates(rows, random_state=SEED) if each.k == 5)
    assert of_five.stability == pytest.approx(np.mean(pairs), abs=0.02)
    assert of_five.stability < 0.95  # groups that overlap so much are not the same for every seed


def test_the_same_seed_gives_the_same_answer_whatever_the_threads(small_sample):
    features = shop(5000)
    answers = []
    for threads in (1, 2, 4):
        with threadpool_limits(limits=threads):
            answers.append(Clusters(random_state=SEED, pca_share=0.9, largest_k=4).fit(features))
    for other in answers[1:]:
        assert np.array_equal(other.partition_.centres, answers[0].partition_.centres)
        assert np.array_equal(other.partition_.labels, answers[0].partition_.labels)
        assert other.profiles_ == answers[0].profiles_


COLD = """
import hashlib, numpy as np
from patronage.logic.segments.clusters import partition
found = partition(np.random.default_rng(1).normal(size=(4000, 4)), random_state=1, largest_k=3)
print(hashlib.sha256(found.centres.tobytes() + found.labels.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_a_cold_process_is_held_to_one_answer_too():
    """Where scikit-learn is not yet loaded its threads are not there to be limited."""
    answers = set()
    for threads in ("1", "4"):
        surroundings = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        done = subprocess.run(
            [sys.executable, "-c", COLD], capture_output=True, text=True, check=True, env=surroundings
        )
        answers.add(done.stdout)
    assert len(answers) == 1


def test_a_cluster_without_rows_does_not_change_the_silhouette():
    rows, truth = blobs(3, n=200)
    gap = np.array([0, 2, 3])[truth]  # nobody is in 1
    assert silhouettes(rows, [gap]) == pytest.approx([silhouette_score(rows, truth)])


@pytest.mark.parametrize("n", [1000, 5000])
def test_the_order_of_the_customers_does_not_matter(n, small_sample):
    features = shop(n)
    order = np.random.default_rng(1).permutation(n)
    straight = Clusters(random_state=SEED, largest_k=4).fit(features).partition_
    shuffled = (
        Clusters(random_state=SEED, largest_k=4)
        .fit({name: values[order] for name, values in features.items()})
        .partition_
    )
    assert np.mean(shuffled.labels == straight.labels[order]) > 0.9999
    assert shuffled.chosen.k == straight.chosen.k


def test_the_unit_of_money_does_not_matter():
    features = shop()
    pounds = features | {"net_per_occasion_minor": features["net_per_occasion_minor"] / 100}
    first, second = (Clusters(random_state=SEED).fit(each).partition_ for each in (features, pounds))
    assert adjusted_rand_score(first.labels, second.labels) > 0.999


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(st.data())
def test_equal_customers_share_a_cluster_and_there_are_fewer_clusters_than_customers(data):
    n = data.draw(st.integers(3, 25))
    few = st.lists(st.sampled_from([0.0, 1.0, 2.5, np.nan]), min_size=n, max_size=n)
    features = {name: np.array(data.draw(few)) for name in ("a", "b")}
    found = Clusters(random_state=SEED).fit(features).partition_
    assert len(found.centres) < n
    assert sorted(set(found.labels)) == list(range(len(found.centres)))
    clusters = {}
    for row, label in zip(np.array([features["a"], features["b"]]).T, found.labels, strict=True):
        assert clusters.setdefault(row.tobytes(), label) == label
    sizes = np.bincount(found.labels)
    assert (np.diff(sizes) <= 0).all()
    assert (found.chosen is None) == (len(sizes) == 1) == bool(found.reason)


def test_equal_customers_far_apart_in_the_array_share_a_cluster():
    features = {name: np.tile(values, 3) for name, values in shop(1499).items()}
    labels = Clusters(random_state=SEED, pca_share=0.8).fit(features).partition_.labels.reshape(3, -1)
    assert (labels == labels[0]).all()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([3.0], "1 customers"),
        ([3.0, 9.0], "2 customers"),
        ([3.0] * 10, "do not differ"),
        ([np.nan] * 10, "do not differ"),
    ],
)
def test_where_there_is_one_cluster_no_silhouette_is_made_up(values, reason):
    found = Clusters(random_state=SEED).fit({"occasions": values})
    assert found.partition_.labels.tolist() == [0] * len(values)
    assert found.partition_.chosen is None
    assert found.partition_.reason is not None
    assert reason in found.partition_.reason.text
    (only,) = found.profiles_
    assert only.customers == len(values)
    assert only.name == "Near the average"


def test_three_customers_make_two_clusters():
    found = Clusters(random_state=SEED).fit({"occasions": [1.0, 1.0, 9.0]})
    assert found.partition_.labels.tolist() == [0, 0, 1]
    assert found.partition_.chosen.silhouette == pytest.approx(2 / 3)  # 1, 1 and, alone, 0


def test_a_profile_is_the_customers_own_numbers():
    features = shop()
    found = Clusters(random_state=SEED).fit(features)
    assert sum(each.customers for each in found.profiles_) == 2000
    for each in found.profiles_:
        rows = found.partition_.labels == each.cluster_id
        for name, values in features.items():
            known = values[rows][~np.isnan(values[rows])]
            assert each.profile[name]["mean"] == pytest.approx(known.mean())
            assert each.profile[name]["median"] == pytest.approx(np.median(known))
    for name in features:  # the mean of all customers is 0
        total = sum(each.customers * each.profile[name]["z"] for each in found.profiles_)
        assert total == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("features", "settings_", "words"),
    [
        ({"a": [1.0, np.inf]}, {}, "a is infinite"),
        ({"a": [1.0], "b": [1.0, 2.0]}, {}, "shapes"),
        ({}, {}, "shapes"),
        ({"a": []}, {}, "no customer"),
        ({"a": [1.0]}, {"random_state": -1}, "random_state=-1"),
        ({"a": [1.0]}, {"pca_share": 1.5}, "pca_share=1.5"),
        ({"a": [1.0]}, {"largest_k": 1}, "largest_k=1"),
    ],
)
def test_what_cannot_be_clustered_is_refused_with_the_value(features, settings_, words):
    with pytest.raises(BadInput, match=words):
        Clusters(**({"random_state": SEED} | settings_)).fit(features)
