"""What is computed from events that a program made up says so; what is not, does not."""

from __future__ import annotations

import pytest
from analytics_support import MemoryTable, summary_of

from patronage.logic.monitor.options import MonitorOptions
from patronage.steps.analytics.segments import performance, segments
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.effectiveness import REPORT, measured
from patronage.steps.pin import pin
from patronage.steps.segment.behaviour import behaviour
from patronage.stores.objects import read_json
from tests_support import NOW

ORDERS = """order_id,customer_id,product_id,quantity,unit_price,ordered_at
1,ann,mug,1,5.00,2025-12-01 10:00:00
2,bob,bowl,2,7.50,2025-12-02 10:00:00
3,ann,bowl,1,7.50,2025-12-20 10:00:00
"""
HEADER = "event_type,customer_id,session_id,product_id,occurred_at,is_simulated\n"
REAL = "view,ann,s1,mug,2025-12-01 09:00:00,\nview,bob,s2,bowl,2025-12-02 09:00:00,false\n"
MADE_UP = "view,ann,s3,bowl,2025-12-20 09:00:00,true\n"
TOO_LATE = "view,ann,s4,bowl,2025-12-21 09:00:00,true\n"
"""An event after the shop's day of the last order, at whose end every run stops reading."""


def pinned(lake, shop, ingest_text, events: str, run_id: str = "run") -> Manifest:
    ingest_text(ORDERS)
    report = ingest_text(events, key="raw/events/e.csv")
    assert (report["refused"], report["kept"]) == (0, events.count("\n") - 1)
    pin(run_id, "segments", lake, shop, now=NOW)
    return Manifest.load(lake.store, run_id)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (HEADER + REAL, False),
        (HEADER + REAL + MADE_UP, True),
        (HEADER + MADE_UP, True),
        (HEADER + REAL + TOO_LATE, False),
        ((HEADER + REAL).replace(",is_simulated", "").replace(",false", "").replace(",\n", "\n"), False),
    ],
    ids=["real ones", "one made up", "only made up", "made up after as_of", "without the column"],
)
def test_a_run_knows_whether_an_event_that_it_reads_was_made_up(lake, shop, ingest_text, events, expected):
    assert pinned(lake, shop, ingest_text, events).has_simulated_events is expected


def test_a_lake_without_events_has_none_that_were_made_up(lake, shop, ingest_text):
    ingest_text(ORDERS)
    pin("run", "segments", lake, shop, now=NOW)
    assert not Manifest.load(lake.store, "run").has_simulated_events


@pytest.mark.parametrize("made_up", [False, True])
def test_what_is_computed_from_events_says_so(lake, shop, ingest_text, made_up):
    manifest = pinned(lake, shop, ingest_text, HEADER + REAL + MADE_UP * made_up)
    behaviour("run", lake)
    assert read_json(lake.store, "runs/run/segments/behaviour.json")["is_simulated"] is made_up
    options = MonitorOptions().attribution
    assert measured(manifest, lake, options)[REPORT]["is_simulated"] is made_up


@pytest.mark.parametrize("method", ["rfm", "kmeans", "behaviour", "lifecycle"])
@pytest.mark.parametrize("made_up", [False, True])
def test_segments_say_so_where_visits_decide_them(method, made_up):
    table = MemoryTable()
    table.put(summary_of("r", segments=[], other_methods={}, has_simulated_events=made_up))
    table.flip("r")
    for route in (segments, performance):
        answer = route(table.reader(), method=method, now=NOW)
        assert answer["is_simulated"] is (made_up and method in {"behaviour", "lifecycle"})
        assert "has_simulated_events" not in answer
