from __future__ import annotations

import pytest

from patronage.logic.serve.kinds import (
    ALIKE,
    BOUGHT_AGAIN,
    BOUGHT_NEXT,
    BOUGHT_TOGETHER,
    NAMES,
    NEW,
    SAME_BASKET,
    TRENDING,
)
from patronage.logic.serve.packing import Candidate
from patronage.logic.serve.reasons import percent, reason_of
from patronage.logic.serve.shelf import Listed

PRODUCTS = {
    "mug": Listed("mug", "White mug", 250, 1312),
    "rare": Listed("rare", "Rare cup", 250, 1),
    "fresh": Listed("fresh", "Fresh cup", None, 0),
}


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
    products = {"tin": Listed("tin", "SNACK TIN  RED ", 250, 3)}
    reason = reason_of(Candidate("mug", 0.5, "tin", 0.38, BOUGHT_TOGETHER), products)
    assert reason["because_name"] == "SNACK TIN  RED "
    assert reason["text"] == "38% of the customers who bought SNACK TIN RED also bought this"


@pytest.mark.parametrize(
    ("product_id", "buyers", "text"),
    [
        ("mug", 1312, "1,312 customers bought this"),
        ("rare", 1, "1 customer bought this"),
        ("fresh", 0, "popular in this shop"),
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


@pytest.mark.parametrize(
    ("score", "times", "text"),
    [
        (3.4444, 3.4, "sells 3.4 times as much as before"),
        (12.6, 13.0, "sells 13 times as much as before"),
        (1.0, 1.0, "sells 1 times as much as before"),
    ],
)
def test_a_trend_says_how_many_times(score, times, text):
    reason = reason_of(Candidate("mug", score, kind=TRENDING), PRODUCTS)
    assert reason == {"kind": "trending", "times": times, "text": text}
