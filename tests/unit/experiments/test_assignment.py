"""Who belongs where, held against GrowthBook's published test cases (cases.json)."""

from __future__ import annotations

from collections import Counter

import pytest

from patronage.logic.experiments.assignment import arm_at, bucket_of, place_in


# "hash", version 2
@pytest.mark.parametrize(
    ("seed", "value", "bucket"),
    [
        ("seed", "a", 0.0505),
        ("seed", "b", 0.2696),
        ("foo", "ab", 0.2575),
        ("foo", "def", 0.2019),
        ("89123klj", "8952klfjas09ujkasdf", 0.124),
        ("90850943850283058242805", "123", 0.7516),
        ("()**(%$##$%#$#", '___)((*":&', 0.0128),
    ],
)
def test_buckets_are_those_of_growthbook(seed, value, bucket):
    assert bucket_of(seed, value) == bucket


# "inNamespace": id, namespace, and whether the first of [0, 0.4) and [0.4, 1) holds it
@pytest.mark.parametrize(
    ("value", "namespace", "in_first"),
    [
        ("1", "namespace1", False),
        ("1", "namespace2", False),
        ("2", "namespace1", False),
        ("2", "namespace2", False),
        ("3", "namespace1", False),
        ("3", "namespace2", True),
        ("4", "namespace1", False),
        ("4", "namespace2", True),
    ],
)
def test_namespaces_are_those_of_growthbook(value, namespace, in_first):
    place = place_in(namespace, value)
    assert (0 <= place < 0.4) == in_first
    assert (0.4 <= place < 1) != in_first


# "hash", version 1, with the seed that a namespace has there
@pytest.mark.parametrize(("value", "place"), [("1", 0.68), ("2", 0.669), ("3", 0.954), ("4", 0.471)])
def test_places_move_in_thousandths(value, place):
    assert place_in("namespace1", value) == place


def test_visitors_spread_as_the_weights_say():
    counted = Counter(arm_at(bucket_of("x", str(each)), [0.2, 0.8]) for each in range(20_000))
    assert counted[0] / 20_000 == pytest.approx(0.2, abs=0.01)
    assert counted[None] == 0


def test_the_place_in_a_namespace_says_nothing_of_the_arm():
    """Of a namespace's first half each arm has its share: the two hashes are independent."""
    inside = [str(each) for each in range(20_000) if place_in("pages", str(each)) < 0.5]
    counted = Counter(arm_at(bucket_of("x", each), [0.5, 0.5]) for each in inside)
    assert len(inside) / 20_000 == pytest.approx(0.5, abs=0.02)
    assert counted[0] / len(inside) == pytest.approx(0.5, abs=0.02)


def test_a_greater_coverage_moves_nobody_to_another_arm():
    for visitor in map(str, range(2_000)):
        bucket = bucket_of("x", visitor)
        narrow, wide = (arm_at(bucket, [0.5, 0.5], coverage=share) for share in (0.3, 0.9))
        assert narrow in {None, wide}
