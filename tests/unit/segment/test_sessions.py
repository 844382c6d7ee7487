"""Sessions: the inactivity rule by hand, and held against a plain loop and pandas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.settings import Shop
from tests_support import examples

LONDON = Shop(currency="GBP", timezone="Europe/London")
COLUMNS = (
    "event_id VARCHAR, event_type VARCHAR, customer_id VARCHAR, session_id VARCHAR, product_id VARCHAR, "
    "occurred_at TIMESTAMPTZ, unit_price DECIMAL(18,4), currency VARCHAR, category VARCHAR, channel VARCHAR, "
    "recommendation_id VARCHAR"
)


def event(number, at, *, customer=None, session=None, kind="view", channel=None):
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    when = when if when is None or when.tzinfo else when.replace(tzinfo=UTC)
    return (f"e{number:03d}", kind, customer, session, f"p{number}", when, None, None, None, channel, None)


def cut(events, *, gap_seconds=1800, then="FROM session_events ORDER BY session_key, position"):
    """Cut events into sessions and return the rows of a query over them."""
    with DuckEngine(LONDON, threads=1) as engine:
        engine.run(f"CREATE TABLE events ({COLUMNS})")
        if events:
            engine.connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * 11)})", events)
        engine.table("session_events", query("session_events"), gap_seconds=gap_seconds)
        engine.table("sessions", query("sessions"))
        return engine.rows(then)


def keys(events, **options):
    return {row["event_id"]: (row["session_key"], row["position"]) for row in cut(events, **options)}


@pytest.mark.parametrize(
    ("pause", "sessions"),
    [("00:29:59.999999", 1), ("00:30:00", 2), ("00:30:00.000001", 2)],
)
def test_a_session_ends_where_nothing_happens_for_exactly_30_minutes(pause, sessions):
    later = datetime(2026, 1, 5, 10) + pd.Timedelta(pause).to_pytimedelta()
    found = keys([event(1, "2026-01-05T10:00:00", customer="a"), event(2, later, customer="a")])
    assert len({key for key, _ in found.values()}) == sessions


def test_the_shop_sets_the_pause():
    events = [event(1, "2026-01-05T10:00", customer="a"), event(2, "2026-01-05T10:30", customer="a")]
    assert keys(events, gap_seconds=1801) == {"e001": ("e001", 1), "e002": ("e001", 2)}


def test_midnight_cuts_nothing_and_the_day_is_that_of_the_beginning_in_the_shop_s_zone():
    events = [event(1, "2026-06-30T22:50:00", customer="a"), event(2, "2026-06-30T23:10:00", customer="a")]
    (found,) = cut(events, then="FROM sessions")
    assert (str(found["day"]), found["weekday"], found["hour"], found["events"]) == ("2026-06-30", 2, 23, 2)


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        # 29 March 2026: 01:00 GMT becomes 02:00 BST. Ten minutes pass, no hour.
        (("2026-03-29T00:55", "2026-03-29T01:05"), [0]),
        (("2026-03-29T00:30", "2026-03-29T01:00"), [0, 2]),
        # 25 October 2026: 02:00 BST becomes 01:00 GMT: the wall says 01:55, then 01:05.
        (("2026-10-25T00:55", "2026-10-25T01:05"), [1]),
        (("2026-10-25T00:35", "2026-10-25T01:35"), [1, 1]),  # the same time on the wall, an hour apart
    ],
)
def test_a_change_of_the_clock_neither_cuts_nor_joins_sessions(times, hours):
    events = [event(number, at, customer="a") for number, at in enumerate(times)]
    found = cut(events, then="SELECT * FROM sessions ORDER BY started_at")
    assert [row["hour"] for row in found] == hours


def test_what_began_exactly_at_midnight_has_no_hour_also_in_summer():
    winter, summer = event(1, "2026-01-05T00:00", customer="a"), event(2, "2026-06-30T23:00", customer="b")
    assert [row["hour"] for row in cut([winter, summer], then="FROM sessions")] == [None, None]


@pytest.mark.slow
def test_equal_timestamps_go_by_event_id_whatever_the_order_of_the_rows():
    events = [event(number, "2026-01-05T10:00", customer="a") for number in range(4)]
    expected = {f"e{number:03d}": ("e000", number + 1) for number in range(4)}
    assert all(keys(order) == expected for order in permutations(events))


def test_the_source_s_own_sessions_part_events_and_are_cut_at_a_pause():
    events = [
        event(1, "2026-01-05T10:00", customer="a", session="s"),
        event(2, "2026-01-05T10:05", customer="a", session="t"),  # another device meanwhile
        event(3, "2026-01-05T10:10", customer="a", session="s"),
        event(4, "2026-01-05T12:00", customer="a", session="s"),  # a cookie that outlived the visit
    ]
    assert keys(events) == {
        "e001": ("e001", 1),
        "e002": ("e002", 1),
        "e003": ("e001", 2),
        "e004": ("e004", 1),
    }


def test_a_visitor_who_signs_in_is_the_customer_from_the_start():
    events = [
        event(1, "2026-01-05T10:00", session="s"),
        event(2, "2026-01-05T10:05", customer="a", session="s"),
        event(3, "2026-01-05T10:10", session="s"),
        event(4, "2026-01-05T10:00", session="t"),
    ]
    found = {row["event_id"]: (row["visitor_id"], row["customer_id"]) for row in cut(events)}
    assert found == {"e001": ("a", "a"), "e002": ("a", "a"), "e003": ("a", "a"), "e004": ("session:t", None)}
    assert len({key for key, _ in keys(events).values()}) == 2


def test_a_session_of_two_customers_is_parted_and_its_anonymous_events_are_nobody_s():
    events = [
        event(1, "2026-01-05T10:00", session="s"),
        event(2, "2026-01-05T10:01", customer="a", session="s"),
        event(3, "2026-01-05T10:02", customer="b", session="s"),
    ]
    found = cut(events, then="SELECT customer_id, events FROM sessions ORDER BY session_key")
    assert [(row["customer_id"], row["events"]) for row in found] == [(None, 1), ("a", 1), ("b", 1)]


def test_an_anonymous_session_and_a_customer_with_the_same_id_stay_two():
    events = [event(1, "2026-01-05T10:00", session="7"), event(2, "2026-01-05T10:01", customer="7")]
    found = cut(events, then="SELECT visitor_id, customer_id FROM sessions ORDER BY session_key")
    assert [row["customer_id"] for row in found] == [None, "7"]
    assert len({row["visitor_id"] for row in found}) == 2


def test_events_of_nobody_or_without_a_time_are_in_no_session():
    assert cut([event(1, "2026-01-05T10:00"), event(2, None, customer="a")]) == []
    assert cut([]) == []


def test_the_first_channel_that_is_known_is_the_session_s():
    events = [
        event(1, "2026-01-05T10:00", customer="a"),
        event(2, "2026-01-05T10:01", customer="a", channel="mail"),
        event(3, "2026-01-05T10:02", customer="a", channel="ads"),
    ]
    assert cut(events, then="SELECT channel FROM sessions") == [{"channel": "mail"}]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, "s", "t"]),
        st.integers(0, 12).map(lambda steps: steps * 600),
    ),
    max_size=25,
)


@settings(max_examples=examples(40), deadline=None)
@given(EVENTS)
def test_any_events_are_cut_as_a_plain_loop_cuts_them(given_events):
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)  # the night in which the clock goes back
    events = [
        event(number, start + timedelta(seconds=seconds), customer=customer, session=session)
        for number, (customer, session, seconds) in enumerate(given_events)
    ]
    assert keys(events) == by_loop(events)


def by_loop(events):
    named = {}
    for _, _, customer, session, *_ in events:
        if session is not None and customer is not None:
            named.setdefault(session, set()).add(customer)
    streams = {}
    for event_id, _, customer, session, _, when, *_ in events:
        if customer is None and session is not None and len(named.get(session, ())) == 1:
            (customer,) = named[session]
        if (customer, session) != (None, None):
            streams.setdefault((customer, session), []).append((when, event_id))
    found = {}
    for stream in streams.values():
        before, key, position = None, None, 0
        for when, event_id in sorted(stream):
            if before is None or when - before >= timedelta(minutes=30):
                key, position = event_id, 0
            position += 1
            found[event_id] = (key, position)
            before = when
    return found
