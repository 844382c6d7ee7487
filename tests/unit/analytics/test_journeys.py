"""Journeys as the routes answer them: the figures of the run, and a reason where there are none."""

from __future__ import annotations

import json

import pytest
from analytics_support import AS_OF, MemoryTable, document_items

from patronage.errors import BadField, TryAgain
from patronage.logic.said import SENTENCES
from patronage.steps import analytics
from tests_support import NOW

HEAD = {"generation": "run", "as_of": AS_OF, "age_seconds": 3600, "currency": "GBP"}
WHOLE = {"start": None, "end": None}
UNFILTERED = {
    "segment_id": None,
    "channel": None,
    "segments": [],
    "channels": [],
    "is_simulated": False,
    "covers": WHOLE,
}
"""What a generation says that was published before there were filters."""
NO_REASON = {"reason": None, "reason_code": None, "reason_values": {}}
NO_CATEGORIES = SENTENCES["no_categories"]
WHY = {"first_categories": NO_CATEGORIES}
OF_RUN = {"as_of": "another form of the instant", "run_id": "run"}
STEPS = [{"step": "session", "reached": 4, "in_order": 4}, {"step": "purchase", "reached": 1, "in_order": 1}]
FUNNEL = {"steps": STEPS, "by_channel": [{"channel": "ads", "is_folded": False, "steps": STEPS}]}
GRAPH = {"nodes": [{"id": 0}, {"id": 1}], "links": [{"source": 0, "target": 1, "weight": 4}]}


def published_by_hand() -> MemoryTable:
    table = MemoryTable()
    funnels = {"sessions": FUNNEL, "visitors": None, "reason": None, "session_minutes": 30, **OF_RUN}
    transitions = {
        "sessions": GRAPH,
        "purchases": {"nodes": [], "links": []},
        "categories": None,
        "reasons": {"sessions": None, "categories": NO_CATEGORIES},
        "session_minutes": 30,
        **OF_RUN,
    }
    repeats = {
        "stages": [{"purchase": 1}],
        "first_products": {"items": [], "next": []},
        "reasons": WHY,
        **OF_RUN,
    }
    for name, found in (("funnels", funnels), ("transitions", transitions), ("purchases", repeats)):
        table.put(*document_items("run", name, found))
    table.flip("run")
    return table


def test_the_funnel_has_its_channels():
    assert analytics.funnel(published_by_hand().reader(), now=NOW) == {
        **HEAD,
        "sessions": FUNNEL,
        "visitors": None,
        **NO_REASON,
        "session_minutes": 30,
        **UNFILTERED,
    }


@pytest.mark.parametrize(
    ("of", "graph", "reason"),
    [
        ("sessions", GRAPH, NO_REASON),
        ("purchases", {"nodes": [], "links": []}, NO_REASON),
        ("categories", None, {**NO_REASON, "reason": NO_CATEGORIES, "reason_code": "no_categories"}),
    ],
)
def test_one_graph_comes_at_a_time(of, graph, reason):
    found = analytics.paths(published_by_hand().reader(), of=of, now=NOW)
    assert found == {
        **HEAD,
        **UNFILTERED,
        "session_minutes": 30,
        "of": of,
        "graph": graph,
        **reason,
    }


def test_an_unknown_graph_names_the_known():
    with pytest.raises(BadField, match="of is 'days'; it must be one of sessions, purchases, categories"):
        analytics.paths(published_by_hand().reader(), of="days", now=NOW)


def test_repeat_purchases_are_those_of_the_run():
    assert analytics.purchases(published_by_hand().reader(), now=NOW) == {
        **HEAD,
        "stages": [{"purchase": 1}],
        "first_products": {"items": [], "next": []},
        "reasons": WHY,
        "reason_codes": {"first_categories": "no_categories"},
    }


@pytest.mark.parametrize("ask", [analytics.funnel, analytics.paths, analytics.purchases])
def test_before_the_first_run_the_answer_is_to_come_again(ask):
    with pytest.raises(TryAgain, match="no run has published segments yet"):
        ask(MemoryTable().reader(), now=NOW)


def test_a_run_of_orders_alone_says_why_it_has_no_visits(published):
    reader = published.table.reader()
    funnel = analytics.funnel(reader, now=NOW)
    assert funnel["sessions"] is funnel["visitors"] is None
    visits = analytics.paths(reader, of="sessions", now=NOW)
    assert visits["graph"] is None
    assert visits["reason"] == funnel["reason"]
    assert "no event of a known time" in funnel["reason"]


def test_purchases_of_a_run_are_counted_and_named(published):
    """Of each customer `_orders` gives, number % 5 + 1 orders, each on a day drawn by chance."""
    reader = published.table.reader()
    stages = analytics.purchases(reader, now=NOW)
    graph = analytics.paths(reader, of="purchases", now=NOW)["graph"]
    first = stages["stages"][0]
    assert graph["journeys"] == first["customers"] == 70
    (back,) = [
        link["weight"] for link in graph["links"] if link["source"] == 0 and link["median_days"] is not None
    ]
    assert back == first["returned"] == stages["stages"][1]["customers"]
    items = stages["first_products"]["items"]
    assert sum(row["customers"] for row in items) == 70
    assert all(row["name"] == row["item"] for row in items)  # the orders say no names
    assert all({"name", "next_name"} <= row.keys() for row in stages["first_products"]["next"])
    json.dumps(stages)
