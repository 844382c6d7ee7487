"""Only the ids that a file and the lake may share are compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patronage.steps.ingest.contested import shared_ranges

SIDES = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 99)), max_size=6).map(
    lambda pairs: [(f"{low:04}", f"{low + size:04}") for low, size in pairs]
)


@given(SIDES, SIDES)
def test_an_id_is_in_a_shared_range_where_both_sides_may_hold_it(ours, theirs):
    shared = shared_ranges(ours, theirs)

    for number in range(1, 1100, 7):
        each = f"{number:04}"
        is_shared = all(any(low <= each <= high for low, high in side) for side in (ours, theirs))
        assert is_shared == any(low <= each <= high for low, high in shared)


def test_a_side_without_bounds_may_hold_any_id():
    assert shared_ranges([("b", "d"), ("m", "p")], [(None, None)]) == [("b", "d"), ("m", "p")]
    assert shared_ranges([("b", "d")], [(None, "c"), ("d", None)]) == [("b", "c"), ("d", "d")]


def test_many_ranges_are_compared_as_one():
    many = [(f"{number:04}", f"{number:04}") for number in range(200)]

    assert shared_ranges(many, many) == [("0000", "0199")]
