from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

import serving_support as support
from patronage.errors import BadInput, TryAgain
from patronage.logic.serve.context import Context
from patronage.logic.serve.pointer import NoGenerationYet
from patronage.steps.lookup import recommend, recommend_from_run, segments, similar, similar_from_run
from patronage.stores.serving_reader import POINTER_SECONDS, REMEMBERED_SECONDS, ServingReader
from tests_support import NOW

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def reader(store, table):
    support.make_recommendations(store, "run")
    support.make_segments(store, "seg")
    support.publish_all(store, table, "run", "recommendations")
    support.publish_all(store, table, "seg", "segments")
    return ServingReader(table)


@pytest.fixture
def calls(client, reader):
    """The calls to DynamoDB from here on, and the switch of an outage."""
    return support.Outage(client)


def placed(answer):
    return [(item["product_id"], item["rung"]) for item in answer["items"]]


def test_a_known_user_gets_own_candidates_then_what_is_popular(reader):
    assert recommend(reader, "ann", 4, now=LATER) == {
        "user_id": "ann",
        "k": 4,
        "rung": "user",
        "items": [
            {
                "product_id": "a#b",
                "name": "Hash mug",
                "score": 0.5,
                "rung": "user",
                "reason": {
                    "kind": "bought_together",
                    "because_product_id": "a/b",
                    "because_name": "Slash mug",
                    "share": 0.4,
                    "text": "40% of the customers who bought Slash mug also bought this",
                },
            },
            {
                "product_id": "日本",
                "name": "茶碗",
                "score": 0.25,
                "rung": "user",
                "reason": {
                    "kind": "bought_together",
                    "because_product_id": "a/b",
                    "because_name": "Slash mug",
                    "share": 0.0424,
                    "text": "4.2% of the customers who bought Slash mug also bought this",
                },
            },
            {
                "product_id": "f",
                "name": "Cup",
                "score": 900.5,
                "rung": "popular",
                "reason": {"kind": "popular", "buyers": 1200, "text": "1,200 customers bought this"},
            },
            {
                "product_id": "d",
                "name": "Plate",
                "score": 5.0,
                "rung": "popular",
                "reason": {"kind": "popular", "buyers": 10, "text": "10 customers bought this"},
            },
        ],
        "model": {"name": "item_to_item", "version": "run"},
        "generation": "run",
        "as_of": "2026-01-10T11:00:00+00:00",
        "age_seconds": 70 * 60,
        "experiment": None,
    }


def test_what_was_bought_fills_the_last_place_only(reader):
    assert placed(recommend(reader, "ann", 5, now=NOW))[-1] == ("a/b", "popular")


def test_an_unknown_user_gets_what_is_popular(reader):
    for user_id in ["nobody", "eve", "a#b", "日本", support.LONG, "日" * 1000, "'; --", "50%"]:
        answer = recommend(reader, user_id, 3, now=NOW)
        assert (answer["user_id"], answer["rung"]) == (user_id, "popular")
        assert placed(answer) == [("f", "popular"), ("a/b", "popular"), ("a#b", "popular")]


def test_who_is_unknown_gets_what_fits_the_visit_then_the_segment_then_the_country(reader, calls):
    visit = Context(session=("d", "a/b"), segment="champions", country="Japan", category="none such")
    answer = recommend(reader, "nobody", 6, now=NOW, context=visit)
    assert placed(answer) == [
        ("a#b", "session"),
        ("日本", "session"),
        ("e", "context"),
        ("f", "popular"),
    ]  # d, the segment's own, and a/b stand in the visit already
    assert answer["rung"] == "session"
    assert answer["items"][0]["reason"]["because_product_id"] == "a/b"
    recommend(reader, "nobody", now=NOW)
    calls.calls.clear()
    recommend(reader, "nobody", 6, now=NOW, context=visit)
    assert calls.calls == ["BatchGetItem"]


def test_the_newest_product_of_a_visit_counts_most(reader):
    # a#b leads to a/b with 0.9, 日本 to a/b with 0.1; a/b leads to a#b with 0.9 and to 日本 with 0.1
    answer = recommend(reader, "nobody", 1, now=NOW, context=Context(session=("a#b", "日本")))
    assert placed(answer) == [("a/b", "session")]
    assert answer["items"][0]["score"] == pytest.approx(0.1 + 0.7 * 0.9, rel=1e-3)
    assert answer["items"][0]["reason"]["because_product_id"] == "a#b"


def test_a_known_user_keeps_the_own_list_before_the_visit(reader):
    answer = recommend(reader, "ann", 3, now=NOW, context=Context(session=("a/b",), country="Japan"))
    assert placed(answer)[:2] == [("a#b", "user"), ("日本", "user")]


def test_what_stands_in_the_same_baskets(reader):
    answer = similar(reader, "a#b", 2, now=NOW, kind="together")
    assert placed(answer) == [("日本", "together"), ("f", "together")]


def test_similar_products_name_the_product_and_never_hold_it(reader):
    answer = similar(reader, "a/b", 4, now=NOW)
    assert (answer["product_id"], answer["rung"]) == ("a/b", "similar")
    assert placed(answer) == [("a#b", "similar"), ("日本", "similar"), ("f", "popular"), ("d", "popular")]
    assert (
        answer["items"][0]["reason"]["text"] == "40% of the customers who bought Slash mug also bought this"
    )


def test_an_unknown_product_gets_what_is_popular(reader):
    assert similar(reader, "no such", 1, now=NOW)["rung"] == "popular"


def test_k_has_limits(reader):
    for k in (0, 51):
        with pytest.raises(BadInput, match="between 1 and 50"):
            recommend(reader, "ann", k, now=NOW)


def test_a_lookup_costs_one_round_trip_beyond_the_caches(reader, calls):
    recommend(reader, "ann", now=NOW)
    assert calls.calls == ["GetItem", "BatchGetItem", "BatchGetItem", "GetItem"]
    calls.calls.clear()
    for second in range(POINTER_SECONDS):
        recommend(reader, f"user {second}", now=NOW + timedelta(seconds=second))
        similar(reader, f"product {second}", now=NOW + timedelta(seconds=second))
    assert calls.calls == ["GetItem"] * 2 * POINTER_SECONDS


def test_the_pointer_is_read_again_after_a_minute_the_catalogue_once_a_generation(reader, calls):
    recommend(reader, "ann", now=NOW)
    calls.calls.clear()
    recommend(reader, "ann", now=NOW + timedelta(seconds=POINTER_SECONDS))
    assert calls.calls == ["GetItem", "GetItem"]


def test_a_new_generation_is_seen_whole_after_a_minute(reader, store, table):
    assert recommend(reader, "ann", now=NOW)["generation"] == "run"
    support.make_recommendations(store, "next", created_at=NOW + timedelta(hours=1))
    support.publish_all(store, table, "next", "recommendations")
    assert recommend(reader, "ann", now=NOW + timedelta(seconds=59))["generation"] == "run"
    answer = recommend(reader, "ann", now=NOW + timedelta(seconds=60))
    assert (answer["generation"], answer["model"]["version"]) == ("next", "next")


def test_before_the_first_run_there_is_nothing_and_then_at_once(store, table):
    reader = ServingReader(table)
    with pytest.raises(NoGenerationYet, match="no run has published recommendations yet"):
        recommend(reader, "ann", now=NOW)
    support.make_recommendations(store, "run")
    support.publish_all(store, table, "run", "recommendations")
    assert recommend(reader, "ann", now=NOW)["rung"] == "user"


def test_an_outage_degrades_to_what_is_popular_from_memory(reader, calls):
    recommend(reader, "ann", now=NOW)
    calls.is_on = True
    for age in (1, POINTER_SECONDS, REMEMBERED_SECONDS):
        answer = recommend(reader, "ann", 2, now=NOW + timedelta(seconds=age))
        assert answer["degraded"]
        assert placed(answer) == [("f", "popular"), ("a/b", "popular")]
    calls.is_on = False
    assert "degraded" not in recommend(reader, "ann", now=LATER)


def test_an_outage_without_memory_or_with_an_old_one_is_an_error(reader, calls, table):
    calls.is_on = True
    with pytest.raises(TryAgain):
        recommend(reader, "ann", now=NOW)
    calls.is_on = False
    recommend(reader, "ann", now=NOW)
    calls.is_on = True
    with pytest.raises(TryAgain):
        recommend(reader, "ann", now=NOW + timedelta(seconds=REMEMBERED_SECONDS + 1))


def test_a_generation_that_cannot_be_loaded_leaves_the_one_before(reader, store, table, client):
    recommend(reader, "ann", now=NOW)
    support.make_recommendations(store, "torn", created_at=NOW + timedelta(hours=1))
    support.publish_all(store, table, "torn", "recommendations")
    client.delete_item(TableName=support.TABLE, Key={"pk": {"S": "catalogue#torn#0"}})
    answer = recommend(reader, "ann", now=LATER)
    assert (answer["generation"], answer["degraded"]) == ("run", True)


def test_segments_are_the_summary_with_generation_and_age(reader, calls):
    assert segments(reader, now=LATER) == {
        "as_of": NOW.isoformat(),
        "currency": "GBP",
        "customers": 3,
        "segments": [{"name": "Zoë"}],
        "generation": "seg",
        "age_seconds": 70 * 60,
    }
    calls.calls.clear()
    segments(reader, now=LATER)
    assert calls.calls == []


def test_a_run_answers_as_the_table_does(reader, store):
    for user_id, k in product(["ann", "bob/1", "eve", "nobody", "日本"], [1, 4, 50]):
        from_table = recommend(reader, user_id, k, now=LATER)
        assert recommend_from_run(store, "run", user_id, k, now=LATER) == from_table
    visit = Context(session=("d", "a/b"), segment="champions", country="Japan")
    from_table = recommend(reader, "nobody", 6, now=LATER, context=visit)
    assert recommend_from_run(store, "run", "nobody", 6, now=LATER, context=visit) == from_table


def test_a_run_finds_similar_products_as_the_table_does(reader, store):
    for product_id in ["a/b", "d", "日本", "nothing"]:
        from_table = similar(reader, product_id, 4, now=LATER)
        assert similar_from_run(store, "run", product_id, 4, now=LATER) == from_table
