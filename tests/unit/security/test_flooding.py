"""Whoever floods the shop with events fills their own session, and that to its bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collect_support import STRANGER, Storefront, visitor
from patronage.errors import BadField
from patronage.logic.collect.session import MOST_IDS, MOST_VISITS, Session
from tests_support import NOW

MOST_ITEM_BYTES = 10_000
"""Ten write units, where DynamoDB would take 400 KB."""


@pytest.fixture
def storefront():
    return Storefront()


def flood(storefront, caller=STRANGER, *, batches=12, session_id="flood", width=1_000):
    for batch in range(batches):
        events = [
            {
                "event_type": "view",
                "session_id": session_id,
                "event_id": f"{batch}-{number}",
                "product_id": f"{batch}-{number}-{'x' * width}",
            }
            for number in range(100)
        ]
        reply = storefront.post({"events": events}, caller, now=NOW + timedelta(seconds=batch))
        assert reply.status == 202


def session_of(storefront, key):
    return Session.unpack(storefront.table.items[key]["packed"])


@pytest.mark.parametrize("width", [1, 1_000])
def test_a_session_stays_small_however_much_is_posted_to_it(storefront, width):
    flood(storefront, width=width)
    (item,) = storefront.table.items.values()
    session = Session.unpack(item["packed"])
    assert len(session.visits) <= MOST_VISITS
    assert len(session.ids) == MOST_IDS
    assert len(item["packed"]) < MOST_ITEM_BYTES


def test_a_flood_of_one_visitor_leaves_the_sessions_of_others_as_they_were(storefront):
    ann = visitor("ann", "s-ann")
    storefront.one(ann, event_type="view", product_id="mug")
    before = storefront.table.items["session#user#ann"]
    flood(storefront, session_id="s-ann")
    flood(storefront, visitor("bob", "s-ann"), session_id="s-ann")
    assert storefront.table.items["session#user#ann"] == before


def test_a_flood_is_written_once_a_batch_not_once_an_event(storefront):
    flood(storefront, batches=5)
    assert len(storefront.table.writes) == 5


def test_what_is_posted_again_and_again_reaches_the_lake_once(storefront):
    for _ in range(50):
        storefront.one(event_type="view", session_id="s", event_id="e", product_id="mug")
    assert len(storefront.stream.lines) == 1


def test_a_batch_has_an_end(storefront):
    event = {"event_type": "view", "session_id": "s"}
    with pytest.raises(BadField, match="100"):
        storefront.post({"events": [event] * 101})
    items = [{"item_id": f"p{number}"} for number in range(101)]
    many = {"name": "view_item_list", "params": {"items": items}}
    assert storefront.post({"client_id": "s", "events": [many]}).status == 400
    assert storefront.stream.lines == []
