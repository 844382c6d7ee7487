"""Whatever visitors do: what flows into a state flows out, and counts are those of a plain recomputation."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_support import STAGE
from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.segments.journeys_funnel import STEPS, funnel
from patronage.logic.segments.journeys_graph import graph
from patronage.logic.segments.journeys_purchases import stage_graph, stages
from patronage.logic.segments.quantiles import quantile
from patronage.settings import Shop
from patronage.steps.segment.journeys import SESSION_DEPTH, funnels, session_graph
from tests_support import examples

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3),  # session
        st.sampled_from([*sorted(STAGE), "impression"]),
        st.integers(0, 3),  # minute, with ties
    ),
    max_size=24,
)


@pytest.fixture(scope="module")
def engine():
    with DuckEngine(Shop(), threads=1) as opened:
        yield opened


def load(engine, events):
    """Show events as `session_events`; session n is of visitor n % 2."""
    engine.run(
        "CREATE OR REPLACE TABLE session_events (session_key VARCHAR, visitor_id VARCHAR, event_id VARCHAR, "
        "event_type VARCHAR, product_id VARCHAR, occurred_at TIMESTAMPTZ, channel VARCHAR)"
    )
    rows = [
        (
            f"s{session}",
            f"v{session % 2}",
            f"e{(number * 7) % 41}",
            "view" if state == "product_view" else state,
            "p" if state in {"product_view", "cart_add"} else None,
            f"2026-01-01T10:{minute:02d}:00Z",
            None,
        )
        for number, (session, state, minute) in enumerate(events)
    ]
    if rows:
        engine.connection.executemany("INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    for name in ("journey_sessions", "journey_states"):
        engine.table(name, query(name))


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


@settings(max_examples=examples(60), deadline=None)
@given(events=EVENTS)
def test_flow_is_conserved_and_counts_are_those_of_a_walk(engine, events):
    load(engine, events)
    found = session_graph(engine)
    nodes = {node["id"]: node for node in found["nodes"]}
    into, out, shares = Counter(), Counter(), Counter()
    for link in found["links"]:
        source, target = nodes[link["source"]], nodes[link["target"]]
        assert target["step"] == source["step"] + 1  # so there is no circle
        out[link["source"]] += link["weight"]
        into[link["target"]] += link["weight"]
        shares[link["source"]] += link["share"]
    for number, node in nodes.items():
        assert node["weight"] == (out if node["kind"] == "start" else into)[number]
        assert node["kind"] in {"end", "tail"} or out[number] == node["weight"]
    assert all(share == pytest.approx(1) for share in shares.values())
    ended = sum(node["weight"] for node in nodes.values() if node["kind"] in {"end", "tail"})
    assert ended == found["journeys"] == len({session for session, *_ in events})
    assert expected_moves(events) == {
        (nodes[link["source"]]["step"], nodes[link["source"]]["state"], nodes[link["target"]]["state"]): link[
            "weight"
        ]
        for link in found["links"]
    }


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


@settings(max_examples=examples(60), deadline=None)
@given(events=EVENTS)
def test_a_funnel_falls_and_is_that_of_every_combination(engine, events):
    load(engine, events)
    found = funnels(engine)
    if not events:
        assert found["sessions"] is None
        return
    recorded = {state for _, state, _ in events}
    for name, unit_of in (("sessions", lambda session: session), ("visitors", lambda session: session % 2)):
        by_unit = defaultdict(list)
        for event in events:
            by_unit[unit_of(event[0])].append(event)
        first, *steps = found[name]["steps"]
        assert first["in_order"] == len(by_unit)
        before = first["in_order"]
        for step in steps:
            if step["step"] not in recorded:
                assert step["in_order"] is None
                continue
            done = [furthest(each, recorded)[step["step"]] for each in by_unit.values()]
            assert step["in_order"] == sum(done) <= before
            before = step["in_order"]


def test_small_channels_share_one_funnel_and_none_is_lost():
    rows = [
        {"channel": f"c{n}", "units": 9 - n}
        | {f"{how}_{step}": (9 - n) // 2 for how in ("reached", "ordered") for step in STEPS}
        for n in range(5)
    ]
    found = funnel(rows, dict.fromkeys(STEPS, True), unit="session", channels=3)
    assert [(each["channel"], each["is_folded"]) for each in found["by_channel"]] == [
        ("c0", False),
        ("c1", False),
        ("c2", False),
        (None, True),
    ]
    assert [step["in_order"] for step in found["by_channel"][-1]["steps"]] == [6 + 5, 3 + 2, 5, 5]
    for place, step in enumerate(found["steps"]):
        assert step["in_order"] == sum(each["steps"][place]["in_order"] for each in found["by_channel"])


def test_categories_fold_what_is_small_and_keep_apart_what_is_called_the_same(engine):
    engine.run(
        "CREATE OR REPLACE TABLE journey_mains AS SELECT * FROM (VALUES ('a', 1, 'other'), ('a', 2, 'x'), "
        "('b', 1, 'other'), ('c', 1, 'x'), ('c', 2, NULL), ('d', 1, 'rare')) "
        "AS mains(customer_id, number, category)"
    )
    engine.table("transition_states", query("transition_category_states"), categories=2)
    found = graph(engine.rows(query("transition_links"), depth=1), depth=1, end="gone")
    assert sorted((node["step"], node["kind"], node["state"], node["weight"]) for node in found["nodes"]) == [
        (1, "folded", "other", 1),
        (1, "state", "other", 2),
        (1, "state", "x", 1),
        (2, "end", "gone", 2),
        (2, "tail", "other", 2),
    ]
    assert (found["journeys"], found["cut"]) == (4, 2)


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([0.25, 0.5, 0.75]))
def test_quantiles_are_those_of_numpy(values, share):
    import numpy as np

    counts = sorted(Counter(values).items())
    assert quantile(counts, share) == pytest.approx(np.quantile(values, share))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=10))
def test_the_graph_of_purchases_conserves_customers(steps):
    """Each stage loses some customers; those that went on are the next stage."""
    gaps, customers = [], sum(lost for lost, _ in steps)
    for number, (lost, days) in enumerate(steps, start=1):
        if not customers:
            break
        back = customers - lost
        rows = [(days, back)] * bool(back) + [(None, lost)] * bool(lost)
        gaps += [
            {"number": number, "days_to_next": gap, "customers": count, "net_minor": count}
            for gap, count in rows
        ]
        customers = back
    found = stage_graph(stages(gaps, {}))
    into, out = Counter(), Counter()
    for link in found["links"]:
        out[link["source"]] += link["weight"]
        into[link["target"]] += link["weight"]
    for node in found["nodes"]:
        assert node["step"] == 1 or into[node["id"]] == node["weight"]
        assert node["kind"] in {"end", "tail"} or out[node["id"]] == node["weight"]
    assert found["journeys"] == sum(lost for lost, _ in steps)
