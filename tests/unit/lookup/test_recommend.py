"""What stands in an answer, by hand: each letter is a product, `a` with the most buyers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lookup_support import MemoryReader, candidates, ids, letters, placed, session, shelf_of, stocked
from patronage.errors import BadField
from patronage.logic.serve.context import Context
from patronage.logic.serve.filters import Filters
from patronage.logic.serve.rights import Rights
from patronage.steps.lookup import new, recommend, recommend_many, similar, trending
from tests_support import NOW

ANN = Rights("ann", is_personal=True, sessions=(("user", "ann"),))
STRANGER = Rights("ann", is_personal=False)
TEA = letters("abcd", category="Tea") + letters("efgh", category="Coffee > Beans")


def reader_of(rules=None, *, products=None, popular="abcd", table=(), segments=""):
    shelf = shelf_of(products or letters("abcdefgh"), popular, rules=rules, stocked=table, segments=segments)
    reader = MemoryReader(shelf)
    reader.give("ann", "hg", filling="f", bought="e")
    return reader


def test_the_rungs_in_their_order():
    reader = reader_of()
    reader.lists["popular", "country=Japan"] = candidates("e")
    answer = recommend(reader, Rights("new", True), 8, now=NOW, context=Context(country="Japan"))
    assert placed(answer) == "e:c a:p b:p c:p d:p f:c g:c h:c"
    assert [each["rung"] for each in answer["items"]][-1] == "catalogue"
    answer = recommend(reader, ANN, 8, now=NOW, context=Context(country="Japan"))
    assert placed(answer) == "h:u g:u f:p a:p b:p c:p d:p"  # e was bought


def test_an_answer_says_what_it_stands_on():
    answer = recommend(reader_of(table=[stocked("h", 0)]), ANN, 2, now=NOW)
    items = answer.pop("items")
    assert answer == {
        "user_id": "ann",
        "personal": True,
        "recommendation_id": "r1~ease~run~~~~up~f755ba15",
        "k": 2,
        "rung": "user",
        "model": {"name": "ease", "version": "run"},
        "generation": "run",
        "as_of": "2026-01-10T11:00:00+00:00",
        "age_seconds": 3600,
        "currency": "GBP",
        "stock_as_of": "2026-01-10T11:50:00+00:00",
        "stock_age_seconds": 600,
        "experiment": None,
    }
    assert items[0] == {
        "product_id": "g",
        "name": "G",
        "price_minor": 600,
        "category": "",
        "in_stock": None,
        "score": 0.5,
        "rung": "user",
        "reason": {"kind": "popular", "buyers": 2, "text": "2 customers bought this"},
    }


def test_without_a_table_of_products_the_age_of_stock_is_unknown():
    answer = recommend(reader_of(), now=NOW)
    assert (answer["user_id"], answer["personal"]) == (None, False)
    assert answer["stock_as_of"] is answer["stock_age_seconds"] is None


def test_where_fewer_are_eligible_the_answer_says_how_many():
    answer = recommend(reader_of(), ANN, 50, now=NOW)
    assert (len(answer["items"]), answer["k"], answer["eligible"]) == (7, 50, 7)
    assert "eligible" not in recommend(reader_of(), ANN, 7, now=NOW)


def test_nothing_eligible_is_an_empty_list_that_says_so():
    answer = recommend(reader_of(), ANN, 3, now=NOW, filters=Filters(category="None such"))
    assert (answer["items"], answer["eligible"], answer["rung"]) == ([], 0, "popular")


def test_what_is_not_proved_is_not_personal():
    reader = reader_of(segments="seg")
    answer = recommend(reader, STRANGER, 8, now=NOW)
    assert placed(answer) == "a:p b:p c:p d:p e:c f:c g:c h:c"  # and what ann bought is not missing
    assert (answer["user_id"], answer["personal"]) == ("ann", False)
    assert reader.trips == []


# Sessions


def visiting(reader, viewed="", bought="", key=("user", "ann"), at=NOW):
    reader.sessions[key] = session(viewed, bought, at)
    reader.beside("a", "bc")
    reader.beside("b", "cd")
    return reader


def test_a_session_ranks_the_own_list_again():
    answer = recommend(visiting(reader_of(), "a"), ANN, 5, now=NOW)
    assert placed(answer) == "b:s h:u c:s g:u f:p"  # a is being viewed
    assert answer["rung"] == "session"


def test_a_session_takes_two_round_trips_and_none_takes_one():
    reader = visiting(reader_of(), "ab")
    recommend(reader, ANN, now=NOW)
    first, second = reader.trips
    assert (list(first.users), list(first.sessions)) == (["ann"], [("user", "ann")])
    assert list(second.lists) == [("similar", "b"), ("similar", "a")]
    reader.trips.clear()
    del reader.sessions["user", "ann"]
    recommend(reader, ANN, now=NOW)
    assert len(reader.trips) == 1


def test_a_session_of_yesterday_does_not_count_but_what_it_bought_does():
    reader = visiting(reader_of(), "a", "h", at=NOW - timedelta(hours=25))
    assert placed(recommend(reader, ANN, 2, now=NOW)) == "g:u f:p"


def test_an_anonymous_visit_has_its_session():
    reader = visiting(reader_of(), "ab", key=("open", "s1"))
    answer = recommend(reader, Rights(sessions=(("open", "s1"),)), 4, now=NOW)
    # b leads to c with 1 and d with 1/2; a, seen before, to b and, with 0.7 / 2, to c
    assert placed(answer) == "c:s d:s e:c f:c"


def test_the_products_of_a_visit_may_be_named():
    reader = visiting(reader_of())
    answer = recommend(reader, ANN, 3, now=NOW, context=Context(session=("a",)))
    assert placed(answer) == "b:s h:u c:s"


# The segment


def test_who_has_no_own_list_gets_what_is_popular_in_the_segment():
    reader = reader_of(segments="seg")
    reader.segments["eve"] = "champions"
    reader.lists["popular", "segment=champions"] = candidates("dc")
    eve = Rights("eve", True, (("user", "eve"),))
    assert placed(recommend(reader, eve, 3, now=NOW)) == "d:s c:s a:p"
    assert recommend(reader, eve, 3, now=NOW)["rung"] == "segment"
    assert placed(recommend(reader, Rights("eve", False), 3, now=NOW)) == "a:p b:p c:p"


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(exclude=frozenset("hab")), "g:u f:p c:p d:p"),
        (Filters(min_price=300, max_price=500), "f:p d:p"),  # e is bought
        (Filters(max_price=0), "a:p"),
    ],
)
def test_filters_hold_on_every_rung(filters, expected):
    assert placed(recommend(reader_of(), ANN, 8, now=NOW, filters=filters)) == expected


def test_a_category_is_filled_from_what_is_popular_in_it():
    reader = reader_of(products=TEA)
    reader.lists["popular", "category=Coffee > Beans"] = candidates("g")
    answer = recommend(reader, now=NOW, filters=Filters(category="Coffee > Beans"))
    assert placed(answer) == "g:c e:c f:c h:c"
    assert [each["rung"] for each in answer["items"]][:2] == ["context", "catalogue"]
    assert ids(recommend(reader, now=NOW, filters=Filters(category="Coffee"))) == "efgh"


def test_stock_is_what_the_shop_says():
    table = [stocked("h", 0), stocked("g", 5), stocked("a", 9, is_active=False), stocked("n")]
    reader = reader_of(table=table)
    answer = recommend(reader, ANN, 8, now=NOW)
    assert placed(answer) == "g:u f:p b:p c:p d:p n:c"
    assert [each["in_stock"] for each in answer["items"]] == [True, None, None, None, None, None]
    answer = recommend(reader, ANN, 8, now=NOW, filters=Filters(in_stock=False))
    assert placed(answer) == "h:u g:u f:p b:p c:p d:p n:c"
    assert answer["items"][0]["in_stock"] is False


# What was bought


@pytest.mark.parametrize(
    ("rules", "recommend_bought", "comes"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"hide_bought": True}, True, False),
        ({"hide_bought": False}, False, True),
        ({"consumable": {"product_ids": ["e"]}}, False, True),
        ({"consumable": {"categories": ["Coffee"]}}, False, True),
        ({"consumable": {"categories": ["Tea"]}}, False, False),
    ],
)
def test_what_was_bought_comes_back_where_that_makes_sense(rules, recommend_bought, comes):
    reader = reader_of(rules, products=TEA)
    answer = recommend(reader, ANN, 8, now=NOW, recommend_bought=recommend_bought)
    assert ("e" in ids(answer)) == comes


@pytest.mark.parametrize(
    ("rules", "recommend_bought", "expected"),
    [
        ({}, False, "gf"),
        ({}, True, "hg"),
        ({"hide_bought": True}, True, "gf"),
        ({"hide_bought": False}, False, "hg"),
        ({"consumable": {"product_ids": ["h"]}}, False, "hg"),
    ],
)
def test_what_the_session_bought_comes_back_where_other_purchases_do(rules, recommend_bought, expected):
    reader = reader_of(rules)
    reader.sessions["user", "ann"] = session(bought="h")
    assert ids(recommend(reader, ANN, 2, now=NOW, recommend_bought=recommend_bought)) == expected


# Rules


def test_never_goes_before_all():
    rules = {
        "never": {"product_ids": ["h"], "categories": ["Tea"]},
        "pin": [{"product_id": "h", "position": 1}],
        "promoted": [{"position": 1, "product_ids": ["a"]}],
    }
    answer = recommend(reader_of(rules, products=TEA), ANN, 8, now=NOW)
    assert placed(answer) == "g:u f:p"


def test_a_pin_holds_its_place():
    rules = {"pin": [{"product_id": "d", "position": 2}, {"product_id": "h", "position": 3}]}
    answer = recommend(reader_of(rules), ANN, 4, now=NOW)
    assert placed(answer) == "g:u d:c h:c f:p"
    assert [each.get("pinned") for each in answer["items"]] == [None, True, True, None]
    assert answer["rung"] == "user"


def test_the_rung_of_an_answer_is_that_of_the_first_product_that_no_rule_put_there():
    rules = {"pin": [{"product_id": "d", "position": 1}]}
    answer = recommend(reader_of(rules), ANN, 2, now=NOW)
    assert (answer["items"][0]["rung"], answer["rung"]) == ("catalogue", "user")


@pytest.mark.parametrize(
    ("condition", "context", "is_pinned"),
    [
        ({"countries": ["Japan"]}, Context(country="Japan"), True),
        ({"countries": ["Japan"]}, Context(country="France"), False),
        ({"countries": ["Japan"]}, Context(), False),
        ({"categories": ["Tea"]}, Context(category="Tea > Green"), True),
        ({"categories": ["Tea > Green"]}, Context(category="Tea"), False),
        ({"segments": ["champions"]}, Context(), True),
        ({"segments": ["asleep"]}, Context(), False),
        ({"segments": ["champions"], "countries": ["Japan"]}, Context(country="France"), False),
    ],
)
def test_a_pin_holds_for_visits_that_keep_its_conditions(condition, context, is_pinned):
    reader = reader_of({"pin": [{"product_id": "d", "position": 1} | condition]}, segments="seg")
    reader.segments["ann"] = "champions"
    answer = recommend(reader, ANN, 2, now=NOW, context=context)
    assert ("pinned" in answer["items"][0]) == is_pinned


def test_a_pin_needs_no_second_trip_for_the_segment():
    reader = reader_of({"pin": [{"product_id": "d", "position": 1, "segments": ["x"]}]}, segments="seg")
    reader.segments["ann"] = "champions"
    recommend(reader, ANN, 2, now=NOW)
    assert [list(trip.customers) for trip in reader.trips] == [["ann"]]


def test_of_two_pins_the_first_that_may_stand_there_holds_the_place():
    rules = {
        "pin": [
            {"product_id": "e", "position": 1},  # bought
            {"product_id": "c", "position": 1},
            {"product_id": "d", "position": 1},
            {"product_id": "c", "position": 2},
        ]
    }
    assert placed(recommend(reader_of(rules), ANN, 3, now=NOW)) == "c:c h:u g:u"


def test_a_slot_goes_to_the_first_promoted_product_that_may_be_shown():
    rules = {"promoted": [{"position": 2, "product_ids": ["a", "e", "c", "d"]}]}
    answer = recommend(reader_of(rules, table=[stocked("a", 0)]), ANN, 3, now=NOW)
    assert placed(answer) == "h:u c:c g:u"
    assert [each.get("promoted") for each in answer["items"]] == [None, True, None]


def test_a_slot_gives_way_to_a_pin():
    rules = {
        "pin": [{"product_id": "d", "position": 2}],
        "promoted": [{"position": 2, "product_ids": ["d", "c"]}, {"position": 4, "product_ids": ["b"]}],
    }
    assert placed(recommend(reader_of(rules), ANN, 3, now=NOW)) == "h:u d:c c:c"
    assert placed(recommend(reader_of(rules), ANN, 4, now=NOW)) == "h:u d:c c:c b:c"
    assert placed(recommend(reader_of(rules), ANN, 2, now=NOW)) == "h:u d:c"


def test_where_places_before_stay_empty_a_pin_moves_up():
    rules = {"pin": [{"product_id": "b", "position": 4}]}
    answer = recommend(reader_of(rules), ANN, 4, now=NOW, filters=Filters(max_price=100))
    assert placed(answer) == "a:p b:c"


def test_a_boost_multiplies_the_rank_and_bury_puts_behind_all():
    rules = {"boost": [{"factor": 2, "product_ids": ["f"]}, {"factor": 1.2, "product_ids": ["f"]}]}
    assert ids(recommend(reader_of(rules), ANN, 3, now=NOW)) == "hfg"  # place 3 counts as 1.5
    rules = {"boost": [{"factor": 4, "categories": ["Tea"]}]}
    # h g f a b c d: a at 4 counts as 1, b at 5 as 1.25, c as 1.5, d as 1.75
    assert ids(recommend(reader_of(rules, products=TEA), ANN, 3, now=NOW)) == "ahb"
    rules = {"bury": {"product_ids": ["h", "a"]}, "boost": [{"factor": 9, "product_ids": ["h"]}]}
    assert placed(recommend(reader_of(rules), ANN, 8, now=NOW)) == "g:u f:p b:p c:p d:p h:u a:p"


# Many


def test_many_customers_in_the_order_in_which_they_are_named():
    reader = visiting(reader_of(), "a")
    reader.give("bob", "dc")
    answer = recommend_many(reader, ["bob", "ann", "nobody", "bob"], 3, now=NOW)
    assert [each["user_id"] for each in answer["answers"]] == ["bob", "ann", "nobody", "bob"]
    ids_ = [each.pop("recommendation_id") for each in answer["answers"]]
    assert len(set(ids_)) == 4
    alone = [recommend(reader, Rights(each, True, (("user", each),)), 3, now=NOW) for each in ("bob", "ann")]
    assert alone[0].pop("recommendation_id") == ids_[0]
    assert alone[1].pop("recommendation_id")
    assert answer["answers"][:2] == alone
    assert answer["answers"][3] == alone[0]
    assert answer["k"] == 3


def test_many_customers_take_as_many_round_trips_as_one():
    reader = visiting(reader_of(), "a")
    recommend_many(reader, [f"c{number}" for number in range(99)] + ["ann"], now=NOW)
    assert len(reader.trips) == 2


@pytest.mark.parametrize("many", [0, 101])
def test_a_batch_has_limits(many):
    with pytest.raises(BadField, match="name 1 to 100") as refused:
        recommend_many(reader_of(), ["x"] * many, now=NOW)
    assert refused.value.field == "user_ids"


# Lists about no person


@pytest.mark.parametrize("kind", ["similar", "together"])
def test_a_list_beside_a_product_is_filled_and_keeps_stock_rules_and_filters(kind):
    rules = {"never": {"product_ids": ["b"]}, "pin": [{"product_id": "h", "position": 1}]}
    reader = reader_of(rules, table=[stocked("c", 0)])
    reader.lists[kind, "a"] = candidates("abcde")
    answer = similar(reader, "a", 4, now=NOW, kind=kind)
    assert placed(answer) == f"d:{kind[0]} e:{kind[0]} f:c g:c"
    assert (answer["product_id"], answer["rung"]) == ("a", kind)
    assert ids(similar(reader, "a", 4, now=NOW, kind=kind, filters=Filters(max_price=300))) == "d"


def test_what_sells_more_and_what_is_new():
    reader = reader_of({"never": {"product_ids": ["g"]}})
    reader.lists["popular", "trending"] = [each._replace(kind=7, score=3.0) for each in candidates("hg")]
    reader.lists["popular", "new"] = [each._replace(kind=5) for each in candidates("f")]
    answer = trending(reader, 3, now=NOW)
    assert placed(answer) == "h:t a:p b:p"
    assert answer["items"][0]["reason"]["text"] == "sells 3 times as much as before"
    answer = new(reader, 2, now=NOW, filters=Filters(exclude=frozenset("a")))
    assert placed(answer) == "f:n b:p"
    assert answer["items"][0]["reason"]["kind"] == "new"


# Failures


def test_a_failing_table_is_answered_from_memory_under_rules_and_filters():
    rules = {"never": {"product_ids": ["a"]}, "pin": [{"product_id": "h", "position": 1}]}
    reader = reader_of(rules, table=[stocked("b", 0)])
    reader.is_down = True
    filters = Filters(exclude=frozenset("c"))
    for answer in (
        recommend(reader, ANN, 3, now=NOW, filters=filters),
        recommend_many(reader, ["ann"], 3, now=NOW, filters=filters)["answers"][0],
    ):
        assert answer["degraded"] is True
        assert ids(answer) == "hde"
    assert ids(similar(reader, "d", 2, now=NOW, filters=filters)) == "ef"


def test_what_was_read_before_the_table_failed_is_used():
    reader = visiting(reader_of(), "a")
    reader.trips_until_down = 1
    answer = recommend(reader, ANN, 3, now=NOW)
    assert answer["degraded"] is True
    assert placed(answer) == "h:u g:u f:p"


def test_k_has_limits():
    for k in (0, 51):
        for ask in (
            lambda k: recommend(reader_of(), ANN, k, now=NOW),
            lambda k: new(reader_of(), k, now=NOW),
        ):
            with pytest.raises(BadField, match="between 1 and 50"):
                ask(k)
