from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.logic.serve.catalogue import Product
from patronage.logic.serve.kinds import (
    ALIKE,
    BOUGHT_AGAIN,
    BOUGHT_NEXT,
    BOUGHT_TOGETHER,
    NAMES,
    NEW,
    SAME_BASKET,
)
from patronage.logic.serve.ladder import climb_down
from patronage.logic.serve.packing import Candidate
from patronage.logic.serve.reasons import percent, reason_of

PRODUCTS = {
    "mug": Product("mug", "White mug", 250, 1312),
    "rare": Product("rare", "Rare cup", 250, 1),
}


def candidates(text: str) -> list[Candidate]:
    return [Candidate(letter, 1.0) for letter in text]


def filled(k: int, user: str, popular: str, **options: object) -> str:
    placed = climb_down(k, [("user", candidates(user)), ("popular", candidates(popular))], **options)
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


def test_what_was_asked_about_is_never_placed():
    assert filled(4, "ab", "cxd", never={"c", "a"}) == "u:b p:x p:d"


@given(st.integers(1, 50), st.text("abcdefgh"), st.text("efghijkl"))
def test_k_distinct_products_or_all_there_are(k, user, popular):
    placed = climb_down(k, [("user", candidates(user)), ("popular", candidates(popular))])
    found = [each.candidate.product_id for each in placed]
    assert len(found) == len(set(found)) == min(k, len(set(user + popular)))


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (1, "100%"),
        (0.376, "38%"),
        (0.0996, "10%"),
        (0.0994, "9.9%"),
        (0.04, "4%"),
        (0.001, "0.1%"),
        (0.0009, "under 0.1%"),
    ],
)
def test_a_share_is_written_for_people(share, written):
    assert percent(share) == written


def test_a_reason_names_what_the_product_was_bought_with():
    assert reason_of(Candidate("rare", 0.5, "mug", 0.38, BOUGHT_TOGETHER), PRODUCTS) == {
        "kind": "bought_together",
        "because_product_id": "mug",
        "because_name": "White mug",
        "share": 0.38,
        "text": "38% of the customers who bought White mug also bought this",
    }
    assert (
        reason_of(Candidate("rare", 0.5, "gone", 0.38, BOUGHT_TOGETHER), PRODUCTS)["because_name"] == "gone"
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (BOUGHT_NEXT, "38% of the customers who bought White mug bought this afterwards"),
        (ALIKE, "38% alike to White mug by what the shop says of both"),
        (SAME_BASKET, "in 38% of the baskets that hold White mug"),
        (BOUGHT_AGAIN, "bought on 38% of this customer's days with a purchase"),
    ],
)
def test_each_kind_of_reason_says_what_its_share_is_of(kind, text):
    reason = reason_of(Candidate("rare", 0.5, "mug", 0.38, kind), PRODUCTS)
    assert (reason["kind"], reason["share"], reason["text"]) == (NAMES[kind], 0.38, text)


def test_a_new_product_says_so():
    assert reason_of(Candidate("rare", 0.0, kind=NEW), PRODUCTS) == {
        "kind": "new",
        "text": "new in this shop",
    }


def test_a_text_has_no_stray_blanks_of_a_name():
    products = {"tin": Product("tin", "SNACK TIN  RED ", 250, 3)}
    reason = reason_of(Candidate("mug", 0.5, "tin", 0.38, BOUGHT_TOGETHER), products)
    assert reason["because_name"] == "SNACK TIN  RED "
    assert reason["text"] == "38% of the customers who bought SNACK TIN RED also bought this"


@pytest.mark.parametrize(
    ("product_id", "buyers", "text"),
    [
        ("mug", 1312, "1,312 customers bought this"),
        ("rare", 1, "1 customer bought this"),
        ("gone", 0, "popular in this shop"),
    ],
)
def test_without_such_a_product_the_reason_counts_buyers(product_id, buyers, text):
    assert reason_of(Candidate(product_id, 5.0), PRODUCTS) == {
        "kind": "popular",
        "buyers": buyers,
        "text": text,
    }


def test_a_share_of_nothing_is_no_reason():
    assert reason_of(Candidate("mug", 5.0, "rare", 0.0, BOUGHT_TOGETHER), PRODUCTS)["kind"] == "popular"
