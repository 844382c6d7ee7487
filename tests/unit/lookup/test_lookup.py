"""Lookups over the serving table: what is read, when, and in how many round trips."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

import serving_support as support
from lookup_support import stocked
from patronage.errors import TryAgain
from patronage.logic.collect.session import Session
from patronage.logic.serve.bought import pack_bought
from patronage.logic.serve.catalogue import pack_pages
from patronage.logic.serve.context import Context
from patronage.logic.serve.filters import Filters
from patronage.logic.serve.keys import item_key
from patronage.logic.serve.pointer import Entry, NoGenerationYet
from patronage.logic.serve.rights import Rights
from patronage.steps import lookup, rules
from patronage.steps.lookup import similar
from patronage.steps.run_reader import RunReader
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import POINTER_SECONDS, REMEMBERED_SECONDS, ServingReader
from tests_support import NOW

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def reader(published, table):
    return ServingReader(table)


@pytest.fixture
def calls(client, reader):
    """The calls to DynamoDB from here on, and the switch of an outage."""
    return support.Outage(client)


def of(user_id, *sessions):
    return Rights(user_id, is_personal=True, sessions=(("user", user_id), *sessions))


def recommend(reader, user_id, k=10, **options):
    return lookup.recommend(reader, of(user_id), k, **options)


def placed(answer):
    return [(item["product_id"], item["rung"]) for item in answer["items"]]


def put_session(table, key, at=NOW, **visits):
    """Store a session; `views="d"` means that the product d was viewed."""
    events = [
        Session.of_event(f"{kind} {each}", kind.removesuffix("s"), at, [each])
        for kind, products in visits.items()
        for each in products
    ]
    stored = Session().merged(*events)
    item = {"pk": item_key("session", *key), "packed": stored.pack(), "expires_at": stored.expires_at(at)}
    table.put_all([item])


def put_products(table, rows, as_of, version=1):
    """Publish the shop's own table of products."""
    generation = f"products-{version}"
    pages = list(pack_pages(rows))
    meta = {"pk": item_key("catalogue", generation, "meta"), "pages": len(pages), "products": len(rows)}
    table.put_all(
        [meta | {"as_of": as_of}]
        + [{"pk": item_key("catalogue", generation, n), "packed": page} for n, page in enumerate(pages)]
    )
    entry = Entry(
        run_id=generation,
        shards_key="",
        as_of=as_of,
        created_at=as_of,
        published_at=as_of,
        currency="GBP",
        version=version,
    )
    assert table.point("products", entry)


def test_a_known_user_gets_own_candidates_then_what_is_popular(reader):
    assert recommend(reader, "ann", 4, now=LATER) == {
        "user_id": "ann",
        "personal": True,
        "recommendation_id": "r1~item_to_item~run~~~~uupp~0d65657e",
        "k": 4,
        "rung": "user",
        "items": [
            {
                "product_id": "a#b",
                "name": "Hash mug",
                "price_minor": 250,
                "category": "",
                "in_stock": None,
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
                "price_minor": 800,
                "category": "",
                "in_stock": None,
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
                "price_minor": 99,
                "category": "",
                "in_stock": None,
                "score": 900.5,
                "rung": "popular",
                "reason": {"kind": "popular", "buyers": 1200, "text": "1,200 customers bought this"},
            },
            {
                "product_id": "d",
                "name": "Plate",
                "price_minor": 1000,
                "category": "",
                "in_stock": None,
                "score": 5.0,
                "rung": "popular",
                "reason": {"kind": "popular", "buyers": 10, "text": "10 customers bought this"},
            },
        ],
        "model": {"name": "item_to_item", "version": "run"},
        "generation": "run",
        "as_of": "2026-01-10T11:00:00+00:00",
        "age_seconds": 70 * 60,
        "currency": "GBP",
        "stock_as_of": None,
        "stock_age_seconds": None,
        "experiment": None,
    }


def test_an_unknown_user_gets_what_is_popular(reader):
    for user_id in ["nobody", "eve", "a#b", "日本", support.LONG, "日" * 1000, "'; --", "50%"]:
        answer = recommend(reader, user_id, 3, now=NOW)
        assert (answer["user_id"], answer["rung"]) == (user_id, "popular")
        assert placed(answer) == [("f", "popular"), ("a/b", "popular"), ("a#b", "popular")]


def test_what_was_bought_is_read_from_the_users_item(reader, table):
    (item,) = table.get_all(["user#run#ann"]).values()
    table.put_all([item | {"bought": pack_bought([2, 3])}])  # d and e
    answer = recommend(reader, "ann", 6, now=NOW)
    assert placed(answer) == [
        ("a#b", "user"),
        ("日本", "user"),
        ("f", "popular"),
        ("a/b", "popular"),
    ]
    assert answer["eligible"] == 4
    bought = recommend(reader, "ann", 6, now=NOW, recommend_bought=True)
    assert len(bought["items"]) == 6


def test_a_visit_gets_what_goes_with_it_then_the_segment_then_the_country(reader, calls):
    visit = Context(session=("d", "a/b"), segment="champions", country="Japan", category="none such")
    answer = recommend(reader, "nobody", 4, now=NOW, context=visit)
    assert placed(answer) == [
        ("a#b", "session"),
        ("日本", "session"),
        ("e", "context"),
        ("f", "popular"),
    ]  # d, the segment's own, and a/b stand in the visit already
    assert answer["items"][0]["reason"]["because_product_id"] == "a/b"


def test_the_newest_product_of_a_visit_counts_most(reader):
    # a#b leads to a/b with 0.9, 日本 to a/b with 0.1; a/b leads to a#b with 0.9 and to 日本 with 0.1
    answer = recommend(reader, "nobody", 1, now=NOW, context=Context(session=("a#b", "日本")))
    assert placed(answer) == [("a/b", "session")]
    assert answer["items"][0]["score"] == pytest.approx(0.1 + 0.7 * 0.9, rel=1e-3)
    assert answer["items"][0]["reason"]["because_product_id"] == "a#b"


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


# Round trips


def test_a_lookup_costs_one_round_trip_beyond_the_caches(reader, calls):
    recommend(reader, "ann", now=NOW)
    # the pointer with the rules; the catalogue's size with what is popular; its pages; the user
    assert calls.calls == ["BatchGetItem"] * 4
    calls.calls.clear()
    for second in range(POINTER_SECONDS):
        recommend(reader, "ann", now=NOW + timedelta(seconds=second))
        similar(reader, f"product {second}", now=NOW + timedelta(seconds=second))
    assert calls.calls == ["BatchGetItem"] * 2 * POINTER_SECONDS


def test_a_session_takes_a_second_round_trip(reader, calls, table):
    put_session(table, ("user", "ann"), views=["d", "a/b"])
    recommend(reader, "ann", now=NOW)
    calls.calls.clear()
    answer = recommend(reader, "ann", 2, now=NOW)
    assert placed(answer) == [("a#b", "user"), ("日本", "user")]
    assert calls.calls == ["BatchGetItem"] * 2


def test_the_next_lookup_knows_what_the_visitor_just_did(reader, table):
    assert recommend(reader, "bob/1", 1, now=NOW)["items"][0]["product_id"] == "d"
    put_session(table, ("user", "bob/1"), views=["日本"])
    assert placed(recommend(reader, "bob/1", 2, now=NOW)) == [("a/b", "session"), ("d", "user")]
    put_session(table, ("user", "bob/1"), purchases=["d"])
    assert "d" not in [each for each, _ in placed(recommend(reader, "bob/1", 6, now=NOW))]


def test_a_session_that_has_ended_does_not_count(reader, table):
    put_session(table, ("user", "bob/1"), at=NOW - timedelta(hours=48, seconds=1), purchases=["d"])
    assert placed(recommend(reader, "bob/1", 1, now=NOW)) == [("d", "user")]


def test_an_anonymous_visit_reads_its_session(reader, table):
    put_session(table, ("open", "s#1"), views=["日本"])
    visit = Rights(sessions=(("open", "s#1"),))
    assert placed(lookup.recommend(reader, visit, 1, now=NOW)) == [("a/b", "session")]
    assert lookup.recommend(reader, Rights(sessions=(("proved", "s#1"),)), 1, now=NOW)["rung"] == "popular"


def test_what_is_popular_in_a_group_is_read_once_a_generation(reader, calls, store, table):
    visit = Context(country="Japan", device="none such")
    assert lookup.recommend(reader, k=1, now=NOW, context=visit)["items"][0]["product_id"] == "日本"
    calls.calls.clear()
    assert lookup.recommend(reader, k=1, now=NOW, context=visit)["items"][0]["product_id"] == "日本"
    assert calls.calls == []
    support.make_recommendations(store, "next", created_at=NOW + timedelta(hours=1))
    support.publish_all(store, table, "next", "recommendations")
    table.delete_all(["popular#next#country=Japan"])
    assert lookup.recommend(reader, k=1, now=LATER, context=visit)["rung"] == "popular"


def test_unknown_groups_do_not_fill_the_memory(reader, monkeypatch):
    monkeypatch.setattr("patronage.stores.serving_reader.GROUPS_KEPT", 3)
    for number in range(10):
        lookup.recommend(reader, now=NOW, context=Context(country=f"{number}"))
    assert len(reader._groups) <= 3


def test_who_has_no_list_is_looked_up_in_the_segments(reader, calls):
    answer = recommend(reader, "eve", 1, now=NOW)
    assert answer["rung"] == "popular"  # nothing is popular in her segment, no_purchase
    calls.calls.clear()
    recommend(reader, "eve", 1, now=NOW)
    assert calls.calls == ["BatchGetItem"] * 2  # her own list and session; her segment, kept from before


def test_many_users_take_one_round_trip_a_hundred_keys(reader, calls):
    recommend(reader, "ann", now=NOW)
    calls.calls.clear()
    answer = lookup.recommend_many(reader, ["ann", "bob/1"] * 50, 1, now=NOW)
    assert [each["items"][0]["product_id"] for each in answer["answers"]] == ["a#b", "d"] * 50
    assert calls.calls == ["BatchGetItem"]


# What is kept in memory


def test_the_pointer_is_read_again_after_a_minute_the_catalogue_once_a_generation(reader, calls):
    recommend(reader, "ann", now=NOW)
    calls.calls.clear()
    recommend(reader, "ann", now=NOW + timedelta(seconds=POINTER_SECONDS))
    assert calls.calls == ["BatchGetItem"] * 2


def test_a_new_generation_is_seen_whole_after_a_minute(reader, store, table):
    assert recommend(reader, "ann", now=NOW)["generation"] == "run"
    support.make_recommendations(store, "next", created_at=NOW + timedelta(hours=1))
    support.publish_all(store, table, "next", "recommendations")
    assert recommend(reader, "ann", now=NOW + timedelta(seconds=59))["generation"] == "run"
    answer = recommend(reader, "ann", now=NOW + timedelta(seconds=60))
    assert (answer["generation"], answer["model"]["version"]) == ("next", "next")


def test_an_upload_of_products_changes_stock_prices_and_their_age(reader, table):
    recommend(reader, "ann", now=NOW)
    rows = [stocked("a#b", 0), stocked("日本", 2, price_minor=5), stocked("n", 1, name="Novelty")]
    put_products(table, rows, NOW.isoformat())
    assert recommend(reader, "ann", 1, now=NOW + timedelta(seconds=59))["stock_as_of"] is None
    answer = recommend(reader, "ann", 6, now=LATER)
    assert placed(answer) == [
        ("日本", "user"),
        ("f", "popular"),
        ("d", "popular"),
        ("a/b", "popular"),
        ("e", "catalogue"),
        ("n", "catalogue"),
    ]
    assert (answer["items"][0]["price_minor"], answer["items"][0]["in_stock"]) == (5, True)
    assert (answer["stock_as_of"], answer["stock_age_seconds"]) == (NOW.isoformat(), 600)
    put_products(table, [stocked("a#b", 1)], LATER.isoformat(), version=2)
    answer = recommend(reader, "ann", 6, now=LATER + timedelta(minutes=1))
    assert answer["items"][0]["product_id"] == "a#b"
    assert answer["stock_age_seconds"] == 60


def test_new_rules_hold_within_a_minute(reader, table, store, calls):
    recommend(reader, "ann", now=NOW)
    document = {"never": {"product_ids": ["a#b"]}, "pin": [{"product_id": "e", "position": 2}]}
    rules.replace(document, table=table, store=store, now=NOW, by="admin")
    assert placed(recommend(reader, "ann", 1, now=NOW + timedelta(seconds=59))) == [("a#b", "user")]
    calls.calls.clear()
    answer = recommend(reader, "ann", 2, now=NOW + timedelta(seconds=60))
    assert placed(answer) == [("日本", "user"), ("e", "catalogue")]
    assert calls.calls == ["BatchGetItem"] * 2
    rules.replace({}, table=table, store=store, now=NOW, by="admin")
    assert placed(recommend(reader, "ann", 1, now=LATER)) == [("a#b", "user")]


def test_rules_that_cannot_be_read_leave_those_before(reader, table, store, caplog):
    rules.replace({"never": {"product_ids": ["f"]}}, table=table, store=store, now=NOW, by="admin")
    recommend(reader, "ann", now=NOW)
    packed = rules.pack_document({"rules": {"of a later release": 1}})[0]
    for number, damaged in enumerate((packed, b"damaged", rules.pack_document([])[0])):
        table.put_all([{"pk": "rules", "packed": damaged}])
        answer = recommend(reader, "ann", 4, now=LATER + timedelta(minutes=number))
        assert (answer["rung"], "degraded" in answer) == ("user", False)
        assert "f" not in [each for each, _ in placed(answer)]
    assert [each.message for each in caplog.records] == [
        "the stored rules cannot be read; put them again"
    ] * 3
    assert recommend(ServingReader(table), "ann", 4, now=LATER)["rung"] == "user"  # without any


@pytest.mark.parametrize(
    "experiments",
    [
        {"a": "document"},
        [{"experiment_id": "x", "state": "running", "coverage": "1"}],
        [
            {
                "experiment_id": "x",
                "state": "running",
                "coverage": "1",
                "arms": [{"arm": "a", "weight": "1"}],
            }
        ],
    ],
)
def test_experiments_that_cannot_be_read_stop_no_answer(reader, table, caplog, experiments):
    packed = rules.pack_document(experiments)[0]
    table.put_all([{"pk": "experiments", "packed": packed}])
    answer = recommend(reader, "ann", 4, now=NOW)
    assert (answer["rung"], answer["experiment"], "degraded" in answer) == ("user", None, False)
    assert "the stored experiments cannot be read" in caplog.text


# Failures


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
        answer = recommend(reader, "ann", 6, now=NOW + timedelta(seconds=age), filters=Filters(max_price=400))
        assert answer["degraded"]
        assert placed(answer) == [("f", "popular"), ("a/b", "popular"), ("a#b", "popular")]
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


def test_a_throttled_batch_is_sent_again_a_few_times(reader, client):
    waits = []
    sent = []

    def throttle(**_):
        sent.append(1)
        return {"Responses": {}, "UnprocessedKeys": {support.TABLE: {"Keys": [{"pk": {"S": "x"}}]}}}

    recommend(reader, "ann", now=NOW)
    reader._table = ServingTable(support.TABLE, client=client, sleep=waits.append, attempts=3)
    client.batch_get_item = throttle
    assert recommend(reader, "ann", now=NOW)["degraded"]
    assert len(sent) == 3
    assert sum(waits) < 1


def test_a_generation_that_cannot_be_loaded_leaves_the_one_before(reader, store, table, client):
    recommend(reader, "ann", now=NOW)
    support.make_recommendations(store, "torn", created_at=NOW + timedelta(hours=1))
    support.publish_all(store, table, "torn", "recommendations")
    client.delete_item(TableName=support.TABLE, Key={"pk": {"S": "catalogue#torn#0"}})
    answer = recommend(reader, "ann", now=LATER)
    assert (answer["generation"], answer["degraded"]) == ("run", True)


# A run, without a table


def test_a_run_answers_as_the_table_does(reader, store):
    run = RunReader(store, "run")
    for user_id, k in product(["ann", "bob/1", "eve", "nobody", "日本"], [1, 4, 50]):
        assert recommend(run, user_id, k, now=LATER) == recommend(reader, user_id, k, now=LATER)
    visit = Context(session=("d", "a/b"), segment="champions", country="Japan")
    from_table = recommend(reader, "nobody", 6, now=LATER, context=visit)
    assert recommend(run, "nobody", 6, now=LATER, context=visit) == from_table


def test_a_run_keeps_the_rules_too(reader, store, table):
    rules.replace({"never": {"product_ids": ["a#b"]}}, table=table, store=store, now=NOW, by="admin")
    assert isinstance(store, FolderStore)
    run = RunReader(store, "run")
    assert recommend(run, "ann", 4, now=LATER) == recommend(reader, "ann", 4, now=LATER)
    assert recommend(run, "ann", 1, now=LATER)["items"][0]["product_id"] == "日本"


def test_a_run_lists_products_as_the_table_does(reader, store):
    run = RunReader(store, "run")
    for product_id in ["a/b", "d", "日本", "nothing"]:
        assert similar(run, product_id, 4, now=LATER) == similar(reader, product_id, 4, now=LATER)
    for board in (lookup.trending, lookup.new):
        assert board(run, 4, now=LATER) == board(reader, 4, now=LATER)
