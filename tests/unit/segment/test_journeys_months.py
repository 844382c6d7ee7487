"""Visits by month: whatever visitors do, months are those of the shop's calendar and add up to the whole."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import combinations_with_replacement
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from journey_support import CHANNEL, expected_moves, furthest, load, moves_in, segment_of
from patronage.engines.duckdb import DuckEngine
from patronage.logic.segments.journeys_funnel import STEPS, sliced_funnel
from patronage.logic.segments.journeys_months import in_span
from patronage.logic.segments.journeys_moves import graph_of
from patronage.logic.spans import Span
from patronage.settings import Shop
from patronage.steps.segment.journeys_slices import funnel_slices, session_slices
from tests_support import examples

ZONE = "Europe/Berlin"
STARTS = (
    datetime(2026, 2, 28, 22, 58, tzinfo=UTC),  # in Berlin 23:58 of the last of February
    datetime(2026, 2, 28, 23, 0, tzinfo=UTC),  # the first instant of March there
    datetime(2026, 3, 31, 21, 58, tzinfo=UTC),  # in summer time two minutes before April
    datetime(2026, 3, 31, 23, 59, tzinfo=UTC),  # April there, March in UTC
    datetime(2026, 6, 15, 12, 0, tzinfo=UTC),  # after a month without visits
)
MONTHS = [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))]
MONTHS += [(date(2026, 4, 1), date(2026, 4, 30)), (date(2026, 5, 1), date(2026, 5, 31))]
MONTHS += [(date(2026, 6, 1), date(2026, 6, 30))]
SPANS = [
    Span(None, None),
    Span(None, MONTHS[1][1]),
    Span(MONTHS[2][0], None),
    *(Span(first[0], last[1]) for first, last in combinations_with_replacement(MONTHS, 2)),
]
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["product_view", "cart_add", "purchase", "search", "impression"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=24,
)
ALIKE = {
    "events": [(1, "product_view", 0), (3, "product_view", 0), (3, "purchase", 1)],
    "starts": (STARTS[0], STARTS[1], STARTS[0], STARTS[2]),
}
"""Two visits of one segment and channel, of which each begins in March and goes the same way at first."""


@pytest.fixture(scope="module")
def engine():
    with DuckEngine(Shop(timezone=ZONE), threads=1) as opened:
        yield opened


def months_of(events, starts):
    """Say in which month of the shop each session began: that of its first event, of whatever kind."""
    first = {session: min(minute for of, _, minute in events if of == session) for session, *_ in events}
    local = {
        session: datetime.fromtimestamp(starts[session].timestamp() + 60 * minute, ZoneInfo(ZONE))
        for session, minute in first.items()
    }
    return {session: at.date().replace(day=1) for session, at in local.items()}


def within(events, months, span):
    begin, end = span.start or date.min, span.end or date.max
    return [each for each in events if begin <= months[each[0]] <= end]


@settings(max_examples=examples(60), deadline=None)
@given(events=EVENTS, starts=st.tuples(*[st.sampled_from(STARTS)] * 4))
@example(**ALIKE)
def test_a_range_of_months_is_what_its_visits_alone_come_to(engine, events, starts):
    load(engine, events, starts)
    (whole, months), (moves, moves_by_month) = funnel_slices(engine), session_slices(engine)
    recorded = {state for _, state, _ in events}
    began = months_of(events, starts)
    assert [each["begins"] for each in months["months"]] == sorted({str(each) for each in began.values()})
    for span in SPANS:
        shown = within(events, began, span)
        by_session = defaultdict(list)
        for event in shown:
            by_session[event[0]].append(event)
        first, *steps = sliced_funnel(in_span(months, "sessions", span), "session")["steps"]
        assert first["in_order"] == len(by_session)
        done = [furthest(each, recorded) for each in by_session.values()]
        assert [step["in_order"] for step in steps] == [
            sum(each[name] for each in done) if name in recorded else None for name in STEPS
        ]
        assert [step["reached"] for step in steps] == [
            len({session for session, state, _ in shown if state == name}) if name in recorded else None
            for name in STEPS
        ]
        graph = graph_of(in_span(moves_by_month, "slices", span))
        assert moves_in(graph) == expected_moves(shown)
    everything = Span(None, None)
    assert sliced_funnel(in_span(months, "sessions", everything), "session") == sliced_funnel(
        whole, "session"
    )
    assert graph_of(in_span(moves_by_month, "slices", everything)) == graph_of(moves)


@settings(max_examples=examples(40), deadline=None)
@given(events=EVENTS, starts=st.tuples(*[st.sampled_from(STARTS)] * 4))
@example(**ALIKE)
def test_months_go_with_segments_and_channels_at_once(engine, events, starts):
    load(engine, events, starts)
    (_, months), (_, moves) = funnel_slices(engine), session_slices(engine)
    began = months_of(events, starts)
    for session, span in ((each, Span(*month)) for each in range(4) for month in MONTHS):
        asked = {"segment_id": segment_of(session), "channel": CHANNEL[session] or "(none)"}
        alike = [
            each
            for each in within(events, began, span)
            if (segment_of(each[0]), CHANNEL[each[0]]) == (asked["segment_id"], CHANNEL[session])
        ]
        found = sliced_funnel(in_span(months, "sessions", span), "session", **asked)
        assert found["steps"][0]["in_order"] == len({each[0] for each in alike})
        assert moves_in(graph_of(in_span(moves, "slices", span), **asked)) == expected_moves(alike)
