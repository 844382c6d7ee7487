"""Attribution over any events and orders, held against a plain loop, and what must always add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from effectiveness_strategies import EVENT, LINE, RULE, SINCE, attributed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effectiveness_support import SHOP, START, event, line, rid, sql_of
from patronage.engines.duckdb import DuckEngine
from patronage.logic.effectiveness.ranged import VALUED
from patronage.logic.queries import query
from patronage.logic.tables import EVENTS, ORDERS
from patronage.steps.monitor.effectiveness import attribute
from tests_support import examples

SUMS = (
    "impressions",
    "clicks",
    "carts",
    "purchases",
    "revenue_minor",
    "viewed_purchases",
    "viewed_revenue_minor",
)


@pytest.fixture(scope="module")
def engine():
    with DuckEngine(SHOP, threads=1) as opened:
        opened.show_none("live_segments", {"customer_id": "VARCHAR", "segment": "VARCHAR"})
        yield opened


def added_up(engine, by, *, most=100):
    rows = engine.rows(query("effectiveness_by"), by=by, most=most)
    return {name: sum(row[name] for row in rows) for name in SUMS}


def naive(rows, sales, buyers):
    """Give each sale to its last click, else to the last time that it was seen, one by one; by placement."""
    found: Counter = Counter()
    for sale in sales:
        for kind in ("click", "impression"):
            touches = [
                (row["occurred_at"], row["visitor_id"], row["recommendation_id"])
                for row in rows
                if row["event_type"] == kind
                and row["product_id"] == sale["product_id"]
                and (sale["order_id"], row["visitor_id"]) in buyers
                and timedelta(0) <= sale["placed_at"] - row["occurred_at"] <= timedelta(days=1)
            ]
            if touches:
                found[max(touches)[2].split("~")[5], kind] += 1
                break
    return found


def clicked_again(*hours):
    """Click on mug at the first answer, the second, and the first again."""
    made = zip(hours, (0, 1, 0), strict=True)
    return [
        event("click", at, product="mug", who="ann", of=rid(nonce, placement=f"p{nonce}"), position=1)
        for at, nonce in made
    ]


@given(st.lists(EVENT, min_size=1, max_size=12), st.lists(LINE, min_size=1, max_size=6))
@settings(max_examples=examples(15))
def test_no_more_counts_than_was_sold_and_every_dimension_adds_up(engine, events, orders):
    attributed(engine, events, orders)

    total = added_up(engine, "total")
    sold = engine.row("SELECT COUNT(*) AS n, SUM(net_minor) AS net FROM sales")
    assert total["purchases"] + total["viewed_purchases"] <= sold["n"]
    assert 0 <= total["revenue_minor"] + total["viewed_revenue_minor"] <= sold["net"]
    assert sold["net"] == sum(row["net_minor"] for row in orders)
    for dimension in VALUED:
        assert added_up(engine, dimension, most=1) == total


@given(st.lists(EVENT, min_size=1, max_size=12), st.lists(LINE, min_size=1, max_size=6))
@example(clicked_again(0, 10, 30), [line("o1", 32, "mug", 1, who="ann")])
@example(clicked_again(0, 1, 30), [line("o1", 32, "mug", 1, who="ann")])
@settings(max_examples=examples(15))
def test_a_plain_loop_gives_the_same_purchases(engine, events, orders):
    attributed(engine, events, orders)

    buyers = {(row["order_id"], row["visitor_id"]) for row in engine.rows("FROM buyers")}
    expected = naive(engine.rows("FROM judged_events"), engine.rows("FROM sales"), buyers)
    found: Counter = Counter()
    for row in engine.rows(query("effectiveness_by"), by="placement", most=100):
        found[row["by_value"], "click"] += row["purchases"]
        found[row["by_value"], "impression"] += row["viewed_purchases"]
    assert +found == expected


@given(st.lists(EVENT, min_size=1, max_size=15))
@settings(max_examples=examples(12))
def test_visitors_are_those_of_journeys(engine, events):
    attributed(engine, events, [line("o", 1, "mug", 1)])
    engine.table("session_events", query("session_events"), gap_seconds=1800)

    ours = {row["event_id"]: row["visitor_id"] for row in engine.rows("FROM judged_events")}
    theirs = {row["event_id"]: row["visitor_id"] for row in engine.rows("FROM session_events")}
    assert ours == {key: theirs[key] for key in ours}


def test_rows_of_the_support_are_typed(engine):
    engine.table("events", sql_of(EVENTS, [event("click", 1, product="mug", position=2)]))
    (row,) = engine.rows("SELECT occurred_at, position FROM events")
    assert row == {"occurred_at": START + timedelta(hours=1), "position": 2}
    assert isinstance(row["occurred_at"], datetime)


def test_a_visitor_s_many_clicks_and_baskets_do_not_multiply(engine):
    """Pairs of them would be 10 ** 10."""
    template = sql_of(EVENTS, [event("cart_add", 0, product="mug", who="bot", of=rid(1)[:-8], position=1)])
    many = (
        "'e' || i AS event_id, occurred_at + INTERVAL (i) SECOND AS occurred_at, "
        "recommendation_id || lpad(lower(to_hex(i)), 8, '0') AS recommendation_id"
    )
    engine.table("events", f"SELECT * REPLACE ({many}) FROM ({template}), range(100000) AS numbers(i)")
    engine.table("orders", sql_of(ORDERS, [line("o", 1, "mug", 1)]))
    attribute(engine, replace(RULE, view_days=0), since=SINCE)
    total = added_up(engine, "total")
    assert (total["clicks"], total["carts"]) == (100_000, 100_000)
