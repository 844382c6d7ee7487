"""Segment's calls and GA4's measurement protocol become the same events as Patronage's own shape."""

from __future__ import annotations

import json
import re

import pytest

from collect_support import SHOP, STRANGER, Storefront
from tests_support import REPOSITORY

PAGE = (REPOSITORY / "docs/events.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
OWN = {
    "event_type": "cart_add",
    "session_id": "s",
    "customer_id": "ann",
    "product_id": "mug",
    "occurred_at": "2026-01-10T11:00:00.500Z",
    "quantity": 2,
    "unit_price": "2.95",
    "currency": "GBP",
    "order_id": "7",
    "query": "tea",
    "category": "Lights",
    "device": "mobile",
    "country": "GB",
    "channel": "recommendation",
    "recommendation_id": "r1~als~g1~e~b~basket~us~0a1b2c3d",
    "placement": "basket",
    "position": 2,
}
SEGMENT = {
    "type": "track",
    "event": "Product Added",
    "userId": "ann",
    "anonymousId": "s",
    "timestamp": "2026-01-10T13:00:00.500+02:00",
    "properties": {
        "product_id": "mug",
        "price": 2.95,
        "quantity": 2,
        "currency": "GBP",
        "order_id": "7",
        "query": "tea",
        "category": "Lights",
        "channel": "recommendation",
        "recommendation_id": "r1~als~g1~e~b~basket~us~0a1b2c3d",
        "placement": "basket",
        "position": 2,
    },
    "context": {"device": {"type": "mobile"}, "location": {"country": "GB"}},
}
GA4 = {
    "client_id": "s",
    "user_id": "ann",
    "timestamp_micros": "1768042800500999",
    "device": {"category": "mobile"},
    "user_location": {"country_id": "GB"},
    "events": [
        {
            "name": "add_to_cart",
            "params": {
                "currency": "GBP",
                "transaction_id": "7",
                "search_term": "tea",
                "channel": "recommendation",
                "item_list_id": "r1~als~g1~e~b~basket~us~0a1b2c3d",
                "item_list_name": "basket",
                "items": [
                    {"item_id": "mug", "price": 2.95, "quantity": 2, "item_category": "Lights", "index": 1}
                ],
            },
        }
    ],
}


def rows_of(body):
    storefront = Storefront()
    assert storefront.post(body, SHOP).status == 202
    return storefront.stream.rows


@pytest.mark.parametrize("body", [SEGMENT, GA4, {"events": [SEGMENT]}], ids=["segment", "ga4", "batch"])
def test_a_tracker_s_event_is_that_of_our_own_shape(body):
    assert rows_of(body) == rows_of(OWN)
    assert all(rows_of(OWN)[0].values())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: next(iter(example)))
def test_the_examples_of_the_page_are_accepted(storefront, example):
    now = storefront.post(example, STRANGER)

    assert now.status == 202
    assert now.body["accepted"] == len(example.get("events", [1]))
    assert not any("ignored" in each for each in now.body["results"])


def test_the_page_has_examples_of_every_shape():
    assert len(EXAMPLES) == 5


def test_the_names_of_the_page_are_known(storefront):
    table = PAGE[PAGE.index("| event | Segment | GA4 |") :].split("\n\n")[0].splitlines()[2:]
    assert len(table) == 6
    for line in table:
        ours, segment, ga4 = (cell.strip() for cell in line.strip("|").split("|"))
        expected = re.findall(r"`(\w+)`", ours)
        for number, names in enumerate((segment, ga4)):
            for place, name in enumerate(names.split(", ")):
                word = name.strip("`")
                kind = expected[place] if len(expected) > 1 else expected[0]
                if number:
                    params = {"search_term": "x", "items": [{"item_id": "m"}]}
                    body = {"client_id": "s", "events": [{"name": word, "params": params}]}
                elif name.startswith("`"):
                    body = {"type": word, "anonymousId": "s"}
                else:
                    said = {"product_id": "m", "query": "x"}
                    body = {"type": "track", "event": word, "anonymousId": "s", "properties": said}
                assert [row["event_type"] for row in rows_of(body)] == [kind], name


def test_an_event_of_several_products_is_one_event_a_product(storefront):
    products = [{"product_id": "mug", "price": 1}, {"product_id": "bowl", "quantity": 3}]
    call = {
        "type": "track",
        "event": "Order Completed",
        "messageId": "m1",
        "anonymousId": "s",
        "userId": "ann",
    }

    first = storefront.post({**call, "properties": {"order_id": "7", "products": products}}, SHOP)
    again = storefront.post({**call, "properties": {"order_id": "7", "products": products}}, SHOP)

    assert [each.body["results"][0]["status"] for each in (first, again)] == ["accepted", "repeated"]
    assert first.body["accepted"] == 1
    rows = storefront.stream.rows
    said = [(row["product_id"], row["unit_price"], row["quantity"], row["order_id"]) for row in rows]
    assert said == [("mug", "1.0000", None, "7"), ("bowl", None, "3.0000", "7")]
    assert rows[0]["event_id"] == "m1"
    assert (
        rows_of({**call, "properties": {"order_id": "7", "products": products}})[1]["event_id"]
        == rows[1]["event_id"]
    )
    assert storefront.session("user", "ann").bought() == {"mug", "bowl"}


def test_one_bad_product_refuses_its_event_alone(storefront):
    good = {"name": "view_item", "params": {"items": [{"item_id": "mug"}]}}
    bad = {"name": "view_item_list", "params": {"items": [{"item_id": "mug"}, {"item_id": 1.5}]}}

    reply = storefront.post({"client_id": "s", "events": [bad, good]})

    assert [each["status"] for each in reply.body["results"]] == ["refused", "accepted"]
    assert len(storefront.stream.rows) == 1


@pytest.mark.parametrize(
    ("items", "rule"), [("mug", "list"), ([1], "list"), ({}, "list"), ([{"item_id": "m"}] * 101, "count")]
)
def test_products_that_are_no_list_of_them_are_refused(storefront, items, rule):
    reply = storefront.post({"client_id": "s", "events": [{"name": "view_item", "params": {"items": items}}]})

    problem = reply.body["results"][0]["problem"]
    assert (problem["field"], problem["rule"]) == ("items", rule)


def test_a_long_list_of_products_does_not_push_ids_out_of_memory(storefront):
    items = [{"item_id": str(n)} for n in range(100)]
    for number in range(5):
        params = {"event_id": str(number), "items": items}
        storefront.post({"client_id": "s", "events": [{"name": "view_item_list", "params": params}]})

    assert len(storefront.session("open", "s").ids) == 5
    assert len({row["event_id"] for row in storefront.stream.rows}) == 500


@pytest.mark.parametrize(
    "event", [{"name": "login"}, {"name": ["view_item"]}, {"type": "identify", "anonymousId": "s"}]
)
def test_events_of_other_kinds_are_refused_by_themselves(storefront, event):
    reply = storefront.post({"client_id": "s", "events": [event, {"name": "page_view"}]})

    assert reply.status == 207
    assert reply.body["results"][0]["problem"]["rule"] == "one-of"


@pytest.mark.parametrize("broken", ["properties", "context"])
def test_a_segment_call_without_its_objects_is_read_as_far_as_it_goes(storefront, broken):
    reply = storefront.post({"type": "page", "anonymousId": "s", broken: ["x"]})

    assert reply.status == 202


def test_a_time_of_an_event_goes_before_that_of_all(storefront):
    later = {"name": "page_view", "timestamp_micros": 1_768_042_801_000_000}

    storefront.post({"client_id": "s", "timestamp_micros": 1_768_042_800_000_000, "events": [later]})

    assert storefront.stream.rows[0]["occurred_at"] == "2026-01-10T11:00:01.000Z"


@pytest.mark.parametrize("list_id", ["related_products", None, 7])
def test_another_list_of_a_tracker_is_no_answer_of_recommendations(list_id):
    item = {"item_id": "mug", "index": 0, "item_list_id": list_id}
    body = {"client_id": "s", "events": [{"name": "select_item", "params": {"items": [item]}}]}

    (row,) = rows_of(body)

    assert [row[name] for name in ("recommendation_id", "placement", "position")] == [None, None, None]


@pytest.mark.parametrize("position", [0, -1, 1.5, "first", True, [1], 10**6, float("inf")])
def test_a_place_is_a_whole_number_from_1(storefront, position):
    event = {"event_type": "click", "session_id": "s", "product_id": "mug", "position": position}

    (told,) = storefront.post({"events": [event]}, STRANGER).body["results"]

    assert (told["status"], told["problem"]["field"]) == ("refused", "position")


def test_an_id_made_of_the_content_is_the_one_from_before_recommendations_had_ids(storefront):
    storefront.one(SHOP, event_type="view", session_id="s", product_id="mug")
    storefront.one(SHOP, event_type="view", session_id="s", product_id="mug", position=1)

    first, second = (row["event_id"] for row in storefront.stream.rows)

    assert first == "127fe26f4975359556e272c5e7222ff3"  # by the release before
    assert second != first
