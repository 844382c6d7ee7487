from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookup_support import candidates, letters, shelf_of
from patronage.logic.serve.ladder import (
    Placed,
    boosted,
    climb_down,
    on_rung,
    reach,
    whole_catalogue,
)


def filled(k: int, user: str, popular: str, *, never: str = "", buried: str = "") -> str:
    rungs = [*on_rung("user", candidates(user)), *on_rung("popular", candidates(popular))]
    placed = climb_down(k, rungs, is_eligible=lambda each: each not in never, buried=set(buried))
    return " ".join(f"{each.rung[0]}:{each.candidate.product_id}" for each in placed)


@pytest.mark.parametrize(
    ("k", "user", "popular", "expected"),
    [
        (2, "abc", "xyz", "u:a u:b"),
        (4, "ab", "bxyz", "u:a u:b p:x p:y"),
        (3, "", "xyz", "p:x p:y p:z"),
        (5, "aab", "abx", "u:a u:b p:x"),  # no more products than these three
    ],
)
def test_places_are_filled_from_the_best_rung_down(k, user, popular, expected):
    assert filled(k, user, popular) == expected


def test_what_is_not_eligible_is_never_placed():
    assert filled(4, "ab", "cxd", never="ca") == "u:b p:x p:d"


def test_what_is_buried_stands_behind_all_others():
    assert filled(4, "ab", "cx", buried="ac") == "u:b p:x u:a p:c"
    assert filled(2, "ab", "cx", buried="ac") == "u:b p:x"


def test_no_more_is_taken_of_the_rungs_than_is_needed():
    taken = []

    def rungs():
        for each in on_rung("user", candidates("abcdef")):
            taken.append(each.candidate.product_id)
            yield each

    climb_down(2, rungs(), is_eligible=lambda each: each != "a")
    assert taken[:3] == ["a", "b", "c"]
    assert len(taken) <= 4


@given(st.integers(1, 50), st.text("abcdefgh"), st.text("efghijkl"))
def test_k_distinct_products_or_all_there_are(k, user, popular):
    found = filled(k, user, popular).split()
    assert len(found) == len({each[2:] for each in found}) == min(k, len(set(user + popular)))


def test_the_last_rung_is_the_catalogue_by_buyers():
    shelf = shelf_of(letters("abc")[::-1])
    assert [
        (each.rung, each.candidate.product_id, each.candidate.score) for each in whole_catalogue(shelf)
    ] == [
        ("catalogue", "a", 3.0),
        ("catalogue", "b", 2.0),
        ("catalogue", "c", 1.0),
    ]


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ({}, "abcdef"),
        ({"f": 2.0}, "abfcde"),  # place 6 counts as place 3, before what stands there
        ({"b": 2.0}, "bacdef"),  # as place 1
        ({"f": 10.0, "e": 2.5}, "faebcd"),  # f as 0.6; e as 2, before b
        ({"f": 3.0, "b": 1.5}, "abfcde"),  # f as 2; b as 1.33
    ],
)
def test_a_factor_multiplies_the_rank(factors, expected):
    placed = [Placed("user", each) for each in candidates("abcdef")]
    assert "".join(each.candidate.product_id for each in boosted(placed, factors)) == expected


@given(
    st.integers(1, 10),
    st.dictionaries(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), st.floats(1.01, 4.0), max_size=8),
)
def test_no_product_from_beyond_the_reach_gets_among_the_first(k, factors):
    everything = [Placed("user", each) for each in candidates("abcdefghijklmnopqrstuvwxyz")]
    within = everything[: reach(k, factors)]
    assert boosted(within, factors)[:k] == boosted(everything, factors)[:k]
