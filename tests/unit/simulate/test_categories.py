from __future__ import annotations

import pytest

from patronage.logic.simulated.categories import category_names, category_of
from patronage.logic.simulated.words import search_words


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "Candles & holders"),
        ("FAIRY LIGHTS, 20 PINK", "Lights"),
        ("JUMBO BAG RED RETROSPOT", "Bags"),
        ("CHRISTMAS GIFT BAG", "Christmas"),
        ("SCOTTIE DOG HOT WATER BOTTLE", "Warmers"),
        ("PACK OF 72 RETRO SPOT CAKE CASES", "Kitchen & dining"),
        ("VINTAGE SNAP CARDS", "Toys & games"),
        ("PACK OF 6 BIRDY GIFT TAGS", "Cards & wrap"),
        ("ALARM CLOCK BAKELIKE", "Clocks"),
        ("GIN + TONIC DIET METAL SIGN", "Frames & signs"),
        ("SEAGLASS", None),  # glass is no word of it
        ("ÜBER-BAG", "Bags"),
        ("85123A", None),
        ("", None),
        (None, None),
    ],
)
def test_the_first_word_of_the_table_that_the_title_has_tells(title, category):
    assert category_of(title) == category


def test_the_table_names_each_category_once():
    names = category_names()
    assert len(names) == len(set(names)) > 12


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("72 SWEETHEART FAIRY CAKE CASES", "sweetheart fairy"),
        ("T-LIGHT", "light"),
        ("A1 B2", None),
        (None, None),
    ],
)
def test_a_search_is_for_the_first_words(title, words):
    assert search_words(title) == words
