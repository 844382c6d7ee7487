"""Funnels and paths of a segment and a channel, by hand, and that the parts are the whole."""

from __future__ import annotations

from collections import Counter
from itertools import product
from statistics import median

import pytest
from analytics_support import MemoryTable
from journey_shop_support import EVENTS, Run, published

from journey_support import moves_in
from patronage.errors import BadField, NotFound
from patronage.logic.segments import SEGMENTS
from patronage.logic.segments.journeys_slices import SEGMENT_NAMES
from patronage.steps import analytics
from tests_support import NOW


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Run:
    return published(tmp_path_factory.mktemp("shop"))


@pytest.mark.parametrize(
    ("asked", "sessions", "visitors"),
    [
        ({}, [5, 4, 2, 1], [4, 3, 2, 1]),
        ({"segment_id": "champions"}, [2, 2, 1, 1], [1, 1, 1, 1]),
        ({"segment_id": "lost"}, [1, 1, 1, 0], [1, 1, 1, 0]),
        ({"segment_id": "anonymous"}, [1, 1, 0, 0], [1, 1, 0, 0]),
        ({"segment_id": "none"}, [1, 0, 0, 0], [1, 0, 0, 0]),
        ({"segment_id": "promising"}, [0, 0, 0, 0], [0, 0, 0, 0]),
        ({"channel": "mail"}, [2, 1, 1, 1], [2, 1, 1, 1]),
        ({"channel": "ads"}, [2, 2, 1, 0], [1, 1, 1, 0]),  # a came by mail first
        ({"channel": "(none)"}, [1, 1, 0, 0], [1, 1, 0, 0]),
        ({"segment_id": "champions", "channel": "mail"}, [1, 1, 1, 1], [1, 1, 1, 1]),
        ({"segment_id": "champions", "channel": "ads"}, [1, 1, 0, 0], [0, 0, 0, 0]),
    ],
)
def test_a_funnel_is_that_of_the_segment_and_the_channel(opened, asked, sessions, visitors):
    assert opened.funnel(**asked) == sessions
    assert opened.funnel("visitors", **asked) == visitors


def test_an_answer_says_what_was_asked_and_what_may_be(opened):
    reader = opened.table.reader()
    found = analytics.funnel(reader, segment_id="lost", channel="ads", now=NOW)
    assert (found["segment_id"], found["channel"]) == ("lost", "ads")
    assert found["segments"] == [
        {"segment_id": "champions", "name": "Champions"},
        {"segment_id": "lost", "name": "Lost"},
        {"segment_id": "anonymous", "name": "Anonymous"},
        {"segment_id": "none", "name": "In no segment"},
    ]
    assert [each["channel_id"] for each in found["channels"]] == ["ads", "mail", "(none)"]
    assert [each["channel_id"] for each in found["sessions"]["by_channel"]] == ["ads"]
    of_lost = analytics.funnel(reader, segment_id="lost", now=NOW)
    assert [each["channel_id"] for each in of_lost["sessions"]["by_channel"]] == ["ads"]
    assert analytics.funnel(reader, now=NOW)["segments"] == found["segments"]


def test_paths_of_visits_are_those_of_the_segment_and_the_channel(opened):
    assert moves_in(opened.paths(segment_id="champions")["graph"]) == {
        (0, "landing", "product_view"): 2,
        (1, "product_view", "cart_add"): 1,
        (1, "product_view", "exit"): 1,
        (2, "cart_add", "purchase"): 1,
        (3, "purchase", "exit"): 1,
    }
    assert moves_in(opened.paths(segment_id="champions", channel="ads")["graph"]) == {
        (0, "landing", "product_view"): 1,
        (1, "product_view", "exit"): 1,
    }
    nobody = opened.paths(segment_id="anonymous", channel="mail")["graph"]
    assert (nobody["journeys"], nobody["nodes"], nobody["links"]) == (0, [], [])


def test_paths_of_purchases_go_by_the_channel_of_the_first(opened):
    assert moves_in(opened.paths("purchases", channel="web")["graph"]) == {
        (1, "purchase 1", "purchase 2"): 2,
        (2, "purchase 2", "no further purchase"): 2,
    }
    for segment_id, channel, days in (
        (None, "web", median([10, 20])),
        ("champions", None, 10),
        ("lost", None, 20),
        ("lost", "web", 20),
    ):
        back, *_ = opened.paths("purchases", segment_id=segment_id, channel=channel)["graph"]["links"]
        assert back["median_days"] == days
    assert moves_in(opened.paths("categories", segment_id="champions")["graph"]) == {
        (1, "Kitchen", "Bedroom"): 1,
        (1, "Kitchen", "no further purchase"): 1,
        (2, "Bedroom", "no further purchase"): 1,
    }
    assert opened.paths("purchases", segment_id="none")["graph"]["journeys"] == 0


@pytest.mark.parametrize("of", ["sessions", "purchases", "categories"])
def test_the_paths_of_all_parts_are_those_of_the_whole(opened, of):
    whole = opened.paths(of)
    segments = [each["segment_id"] for each in whole["segments"] if each["segment_id"] != "anonymous"]
    channels = [each["channel_id"] for each in whole["channels"]]
    if of == "sessions":
        segments.append("anonymous")
    for parts in (
        [{"segment_id": each} for each in segments],
        [{"channel": each} for each in channels],
        [{"segment_id": segment, "channel": each} for segment, each in product(segments, channels)],
    ):
        summed = Counter()
        for asked in parts:
            summed.update(moves_in(opened.paths(of, **asked)["graph"]))
        assert summed == moves_in(whole["graph"]), parts


def test_unknown_segments_and_channels_are_told_the_known(opened):
    for ask in (opened.funnel, opened.paths):
        with pytest.raises(
            BadField, match=r"segment_id is 'gone'; it must be one of champions, .*none"
        ) as told:
            ask(segment_id="gone")
        assert told.value.field == "segment_id"
        with pytest.raises(BadField, match=r"channel is 'web'; it must be one of ads, mail, \(none\)"):
            ask(channel="web")  # a channel of orders
    with pytest.raises(BadField, match=r"channel is 'ads'; it must be one of web, store, \(none\)"):
        opened.paths("purchases", channel="ads")


def test_orders_without_channels_cannot_be_told_apart_by_them(tmp_path):
    opened = published(tmp_path, orders="o1,a,p1,1,10,2026-01-09T10:00:00Z,\n")
    with pytest.raises(BadField, match="no order names a channel; leave the parameter out"):
        opened.paths("purchases", channel="(none)")


def test_purchases_of_visitors_who_are_not_known_are_absent_with_a_reason(opened):
    for of in ("purchases", "categories"):
        found = opened.paths(of, segment_id="anonymous")
        assert found["graph"] is None
        assert "an anonymous visitor's do not" in found["reason"]


def test_a_shop_without_events_or_categories_says_so_whatever_is_asked(tmp_path):
    opened = published(tmp_path, events="", products="")
    found = analytics.funnel(opened.table.reader(), segment_id="lost", channel="mail", now=NOW)
    assert found["sessions"] is found["visitors"] is None
    assert "no event" in found["reason"]
    for of, why in (("sessions", "no event"), ("categories", "has a category")):
        answer = opened.paths(of, segment_id="lost", channel="mail")
        assert answer["graph"] is None
        assert why in answer["reason"]


def test_before_the_segments_of_a_run_are_told_everybody_known_is_in_none(tmp_path):
    opened = published(tmp_path, standing={})
    assert opened.funnel(segment_id="none") == [4, 3, 2, 1]
    assert opened.funnel(segment_id="champions") == [0, 0, 0, 0]


def test_a_channel_that_is_called_as_what_has_none_is_told_apart_from_it(tmp_path):
    events = "1,view,a,s1,p1,2026-01-01T10:00:00Z,(none)\n2,view,b,s2,p1,2026-01-01T10:00:00Z,\n"
    opened = published(tmp_path, events=EVENTS + events + "3,cart_add,b,s2,p1,2026-01-01T10:00:00Z,\n")
    assert opened.funnel(channel="(none)") == [1, 1, 0, None]
    assert opened.funnel(channel="((none))") == [1, 1, 1, None]


def test_a_generation_without_slices_says_how_to_get_them(opened):
    table = MemoryTable()
    table.items = {key: item for key, item in opened.table.items.items() if "-slices#" not in key}
    assert analytics.funnel(table.reader(), now=NOW)["sessions"]["steps"][0]["in_order"] == 5
    with pytest.raises(NotFound, match="published without funnel-slices; it comes with the next run"):
        analytics.funnel(table.reader(), segment_id="lost", now=NOW)
    with pytest.raises(NotFound, match="published without session-slices"):
        analytics.paths(table.reader(), segment_id="lost", now=NOW)


@pytest.mark.parametrize("is_simulated", [False, True])
def test_what_is_made_of_simulated_events_says_so(tmp_path, is_simulated):
    made_up = f"1,view,a,s1,p1,2026-01-01T10:00:00Z,mail,{str(is_simulated).lower()}\n"
    opened = published(tmp_path, events=EVENTS.replace("channel", "channel,is_simulated") + made_up)
    reader = opened.table.reader()
    assert analytics.funnel(reader, now=NOW)["is_simulated"] is is_simulated
    for of, expected in (("sessions", is_simulated), ("purchases", False), ("categories", False)):
        assert opened.paths(of)["is_simulated"] is expected
        assert opened.paths(of, segment_id="lost")["is_simulated"] is expected
    assert analytics.journey(reader, "a", now=NOW)["is_simulated"] is is_simulated


def test_every_segment_of_rfm_may_be_asked_for():
    assert [each for each in SEGMENT_NAMES if each not in SEGMENTS] == ["anonymous", "none"]
