from __future__ import annotations

import pytest

from lookup_support import candidates
from patronage.logic.serve.packing import Candidate
from patronage.logic.serve.session_rank import like_the_visit, merged, newest


def written(placed):
    return " ".join(f"{each.candidate.product_id}:{each.rung[0]}" for each in placed)


def test_the_newest_five_products_of_a_visit_count():
    assert newest("abcdefga") == ("a", "g", "f", "e", "d")
    assert newest("") == ()


def test_similarities_are_added_and_the_newest_count_most():
    first = [Candidate("x", 0.5, "new"), Candidate("y", 0.4, "new")]
    second = [Candidate("y", 0.9, "old"), Candidate("z", 0.1, "old")]
    found = like_the_visit([first, second])
    assert [(each.product_id, each.because) for each in found] == [("y", "old"), ("x", "new"), ("z", "old")]
    assert [each.score for each in found] == pytest.approx([0.4 + 0.7 * 0.9, 0.5, 0.07])


def test_two_lists_are_merged_by_their_ranks():
    # own a b c, visit x b: b has 1/7 + 1/7, x and a 1/6 each, and c 1/8
    assert written(merged(candidates("abc"), candidates("xb"))) == "b:u x:s a:u c:u"


def test_a_product_stands_on_the_rung_that_ranks_it_higher():
    assert written(merged(candidates("abc"), candidates("ca"))) == "a:u c:s b:u"
    # a: 1/6 + 1/7, c: 1/8 + 1/6, b: 1/7
    (first, *_) = merged([Candidate("a", 1.0), Candidate("b", 0.5, "own")], [Candidate("b", 0.1, "visit")])
    assert (first.rung, first.candidate.because) == ("session", "visit")


def test_one_list_alone_keeps_its_order():
    assert written(merged(candidates("abc"), [])) == "a:u b:u c:u"
    assert written(merged([], candidates("abc"))) == "a:s b:s c:s"
