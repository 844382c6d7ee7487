from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.segments.clusters import cluster_names
from patronage.logic.segments.clusters._naming import NOTABLE_Z, PHRASES

FEATURES = ["recency_days", "occasions", "net_per_occasion_minor", "shelf"]


def named(*z: list[float]) -> list[str]:
    return [name.text for name in cluster_names(FEATURES[: len(z[0])], np.array(z), np.array(z) * 10)]


def test_a_name_says_the_two_features_that_set_a_cluster_apart_most():
    assert named([0.3, -1.0, 2.0, 0], [-1.5, 0.4, 0, 1.0], [0.2, -0.1, 0, 0]) == [
        "Few purchases, high spend",
        "Bought recently, high shelf",
        "Near the average",
    ]


def test_one_feature_is_enough_where_no_other_is_notable():
    assert named([1.0, 0.1, 0], [-1.0, 0, 0]) == ["Long absent", "Bought recently"]


def test_equal_names_get_the_next_feature():
    assert named([2.0, 1.0, 0.5], [1.0, 2.0, -0.5]) == [
        "Long absent, many purchases, high spend",
        "Long absent, many purchases, low spend",
    ]


def test_clusters_that_lie_on_the_same_sides_are_told_apart_by_the_median():
    assert named([2.0, 1.0], [1.0, 0.9]) == [
        "Long absent, many purchases (recency_days 20)",
        "Long absent, many purchases (recency_days 10)",
    ]


def test_even_clusters_of_equal_medians_have_names_of_their_own():
    names = cluster_names(["occasions"], np.array([[1.0], [2.0]]), np.array([[3.0], [3.0]]))
    assert [name.text for name in names] == [
        "Many purchases (occasions 3), 1",
        "Many purchases (occasions 3), 2",
    ]
    assert names[1].as_dict() == {
        "traits": [{"feature": "occasions", "is_high": True}],
        "apart": {"feature": "occasions", "median": 3.0},
        "number": 2,
    }


@given(st.data())
def test_names_differ_and_say_what_the_profile_says(data):
    k, width = data.draw(st.integers(1, 10)), data.draw(st.integers(1, 5))
    features = list(PHRASES)[:width]
    some = st.sampled_from([-2.0, -1.0, -0.3, 0.0, 0.1, 0.3, 1.0, 2.0])
    z = np.array([data.draw(st.lists(some, min_size=width, max_size=width)) for _ in range(k)])
    names = [name.text for name in cluster_names(features, z, z)]
    assert len(set(names)) == k
    for name, row in zip(names, z, strict=True):
        for feature, value in zip(features, row, strict=True):
            low, high = PHRASES[feature]
            assert low not in name.lower() or value <= -NOTABLE_Z
            assert high not in name.lower() or value >= NOTABLE_Z
        strongest = np.abs(row).argmax()
        if abs(row[strongest]) >= NOTABLE_Z:
            assert PHRASES[features[strongest]][int(row[strongest] > 0)] in name.lower()
