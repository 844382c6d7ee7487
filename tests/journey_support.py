"""What tests of journeys share."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from patronage.logic.queries import query
from patronage.steps.segment.journeys_slices import SESSION_DEPTH

STAGE = {
    "search": 1,
    "view": 2,
    "product_view": 2,
    "click": 3,
    "cart_add": 4,
    "cart_remove": 5,
    "purchase": 6,
}
"""How far an event is on the way to a purchase: of what happens at one instant, the first comes first."""


TEN = datetime(2026, 1, 1, 10, tzinfo=UTC)
CHANNEL = (None, "ads", "mail", "ads")
CUSTOMER = ("v0", None)
SEGMENT_OF = {"v0": "champions"}


def load(engine, events, starts=(TEN,) * 4):
    """Show events as `session_events`; session n is of visitor n % 2, of whom the second is not known.

    An event is a session, a state, and a minute after the session's start.
    """
    engine.run(
        "CREATE OR REPLACE TABLE session_events (session_key VARCHAR, visitor_id VARCHAR, "
        "customer_id VARCHAR, event_id VARCHAR, event_type VARCHAR, product_id VARCHAR, "
        "occurred_at TIMESTAMPTZ, channel VARCHAR)"
    )
    rows = [
        (
            f"s{session}",
            f"v{session % 2}",
            CUSTOMER[session % 2],
            f"e{(number * 7) % 41}",
            "view" if state == "product_view" else state,
            "p" if state in {"product_view", "cart_add"} else None,
            (starts[session] + timedelta(minutes=minute)).isoformat(),
            CHANNEL[session],
        )
        for number, (session, state, minute) in enumerate(events)
    ]
    if rows:
        engine.connection.executemany("INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    engine.table("journey_segments", "SELECT 'v0' AS customer_id, 'champions' AS segment_id")
    for name in ("journey_sessions", "journey_states"):
        engine.table(name, query(name))


def segment_of(session):
    return SEGMENT_OF.get(CUSTOMER[session % 2], "anonymous")


def moves_in(graph):
    """Return the links as {(step, state, next state): weight}."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    return {
        (nodes[link["source"]]["step"], nodes[link["source"]]["state"], nodes[link["target"]]["state"]): link[
            "weight"
        ]
        for link in graph["links"]
    }


def expected_moves(events):
    """Walk each session in plain Python."""
    by_session = defaultdict(list)
    for session, state, minute in events:
        by_session[session]
        if state != "impression":
            by_session[session].append((minute, STAGE[state], state))
    counted = Counter()
    for each in by_session.values():
        path = ["landing", *(state for state, _ in groupby(state for *_, state in sorted(each)))]
        shown = path[: SESSION_DEPTH + 1]
        ending = "exit" if len(path) == len(shown) else "other"
        counted.update((step, *pair) for step, pair in enumerate(pairwise([*shown, ending])))
    return counted


def furthest(events, recorded):
    """Say which steps a unit did in order, by trying every combination of its events."""
    minutes = defaultdict(list)
    for _, state, minute in events:
        minutes[state].append(minute)
    done, reachable = {}, [0]
    for step in ("product_view", "cart_add", "purchase"):
        if step in recorded:
            reachable = [minute for minute in minutes[step] for before in reachable if before <= minute]
            done[step] = bool(reachable)
    return done
