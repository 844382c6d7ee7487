"""Whatever visitors do: what flows into a state flows out, and counts are those of a plain recomputation."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_support import CHANNEL, STAGE, expected_moves, furthest, load, moves_in, segment_of
from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.segments.journeys_funnel import sliced_funnel
from patronage.logic.segments.journeys_graph import graph
from patronage.logic.segments.journeys_moves import graph_of
from patronage.logic.segments.journeys_purchases import stage_graph, stages
from patronage.logic.segments.journeys_slices import MAX_CHANNELS
from patronage.logic.segments.quantiles import quantile
from patronage.settings import Shop
from patronage.steps.segment.journeys_slices import funnel_slices, session_slices
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


@settings(max_examples=examples(60), deadline=None)
@given(events=EVENTS)
def test_flow_is_conserved_and_counts_are_those_of_a_walk(engine, events):
    load(engine, events)
    slices, _ = session_slices(engine)
    found = graph_of(slices)
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
    assert expected_moves(events) == moves_in(found)
    for session in range(4):
        of_slice = {"segment_id": segment_of(session), "channel": CHANNEL[session] or "(none)"}
        like_it = [each for each in events if (segment_of(each[0]), CHANNEL[each[0]]) == slice_of(session)]
        assert moves_in(graph_of(slices, **of_slice)) == expected_moves(like_it)


def slice_of(session):
    return segment_of(session), CHANNEL[session]


@settings(max_examples=examples(60), deadline=None)
@given(events=EVENTS)
def test_a_funnel_falls_and_is_that_of_every_combination(engine, events):
    load(engine, events)
    slices, months = funnel_slices(engine)
    if not events:
        assert slices["recorded"] is None
        assert months["months"] == []
        return
    found = {f"{unit}s": sliced_funnel(slices, unit) for unit in ("session", "visitor")}
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
    check_that_slices_add_up(slices, found)


def check_that_slices_add_up(slices, whole):
    """Whatever is told apart, by segments, by channels or by both, is all of it, step by step."""
    segments = [each["segment_id"] for each in slices["segments"]]
    channels = [each["channel_id"] for each in slices["channels"]]
    parts = (
        [{"segment_id": each} for each in segments],
        [{"channel": each} for each in channels],
        [{"segment_id": segment, "channel": each} for segment in segments for each in channels],
    )
    for unit in ("session", "visitor"):
        for asked in parts:
            funnels = [sliced_funnel(slices, unit, **each) for each in asked]
            for place, step in enumerate(whole[f"{unit}s"]["steps"]):
                for how in ("reached", "in_order"):
                    counts = [each["steps"][place][how] for each in funnels]
                    assert step[how] == (None if None in counts else sum(counts))


def test_small_channels_share_one_funnel_and_none_is_lost(engine):
    """Channel n has 12 - n sessions, of which every other one looks at a product; four have no channel."""
    engine.run(
        "CREATE OR REPLACE TABLE journey_sessions AS SELECT 's' || place || '-' || n AS session_key, "
        "'v' || n AS visitor_id, CAST(NULL AS VARCHAR) AS customer_id, "
        "TIMESTAMPTZ '2026-01-01 10:00:00Z' AS started_at, "
        "CASE WHEN place < 12 THEN 'c' || place END AS channel "
        "FROM range(13) AS places(place), range(12) AS numbers(n) "
        "WHERE n < CASE WHEN place < 12 THEN 12 - place ELSE 4 END"
    )
    engine.run(
        "CREATE OR REPLACE TABLE journey_states AS SELECT session_key, visitor_id, session_key AS event_id, "
        "started_at AS occurred_at, 'product_view' AS state, 2 AS stage FROM journey_sessions "
        "WHERE CAST(visitor_id[2:] AS INTEGER) % 2 = 0"
    )
    engine.table("journey_segments", "SELECT 'v0' AS customer_id, 'champions' AS segment_id")
    slices, _ = funnel_slices(engine)
    found = sliced_funnel(slices, "session")
    assert [(each["channel_id"], each["channel"], each["is_folded"]) for each in found["by_channel"]] == [
        *((f"c{n}", f"c{n}", False) for n in range(MAX_CHANNELS)),
        ("(none)", None, False),
        ("(other)", None, True),
    ]
    sizes = [[step["in_order"] for step in each["steps"][:2]] for each in found["by_channel"]]
    assert sizes == [*([12 - n, (13 - n) // 2] for n in range(MAX_CHANNELS)), [4, 2], [4 + 3 + 2 + 1, 6]]
    for place, step in enumerate(found["steps"][:2]):
        assert step["in_order"] == sum(each["steps"][place]["in_order"] for each in found["by_channel"])
    rest = sliced_funnel(slices, "session", channel="(other)")
    assert rest["steps"] == found["by_channel"][-1]["steps"]
    assert [each["channel_id"] for each in rest["by_channel"]] == ["(other)"]


def test_categories_fold_what_is_small_and_keep_apart_what_is_called_the_same(engine):
    engine.run(
        "CREATE OR REPLACE TABLE journey_mains AS SELECT * FROM (VALUES ('a', 1, 'other'), ('a', 2, 'x'), "
        "('b', 1, 'other'), ('c', 1, 'x'), ('c', 2, NULL), ('d', 1, 'rare')) "
        "AS mains(customer_id, number, category)"
    )
    engine.table("transition_states", query("transition_category_states"), categories=2)
    engine.run(
        "CREATE OR REPLACE TABLE journey_slices AS SELECT DISTINCT customer_id AS unit, "
        "'lost' AS segment_id, 0 AS channel_place, CAST(NULL AS DATE) AS begins FROM journey_mains"
    )
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
