"""What is counted, and how seldom it is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from patronage import metrics
from patronage.logic.monitor.ages import generation_ages
from patronage.logic.monitor.metrics import DEGRADED, FALLBACK_SHARE, MOST_METRICS, metrics_count
from patronage.logic.serve.pointer import Entry

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_environment(monkeypatch):
    monkeypatch.setenv("PATRONAGE_STACK", "Shop")
    metrics._tally.cache_clear()


@pytest.fixture
def written(capsys):
    def lines():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return lines


def fields(line):
    return {name: value for name, value in line.items() if name != "_aws"}


def answer(rung="user", **more):
    return {"rung": rung, **more}


def test_the_metrics_fit_into_the_free_ten():
    assert metrics_count() <= MOST_METRICS


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_values_are_written_at_most_once_a_minute():
    lines, clock = [], Clock()
    tally = metrics.Tally(lines.append, clock=clock)
    tally.add({FALLBACK_SHARE: [0]})
    for second in range(1, 60):
        clock.seconds = second
        tally.add({FALLBACK_SHARE: [100]})
    assert lines == [{FALLBACK_SHARE: [0]}], "the first at once, and no other within the minute"
    clock.seconds = 60
    tally.add({FALLBACK_SHARE: [0]})
    assert lines[1] == {FALLBACK_SHARE: [100] * 59 + [0]}


def test_a_hundred_values_are_written_before_the_minute_is_over_and_no_value_twice_or_never():
    lines = []
    tally = metrics.Tally(lines.append, clock=Clock())
    tally.add({DEGRADED: [0]})
    tally.add({DEGRADED: list(range(1, 251))})
    tally.add({DEGRADED: list(range(251, 301))})
    assert [len(each[DEGRADED]) for each in lines] == [1, 100, 100, 100]
    assert [value for each in lines for value in each[DEGRADED]] == list(range(301))


def test_a_lookup_that_falls_below_user_and_visit_is_a_fallback(written):
    for rung in ("user", "session", "segment=vip", "popular"):
        metrics.count_lookup(answer(rung), is_known=True)
        metrics._tally.cache_clear()
    assert [each["FallbackShare"] for each in written()] == [0, 0, 100, 100]


def test_a_control_arm_does_not_count_and_a_stranger_has_nothing_to_fall_from(written):
    metrics.count_lookup(answer("popular", control=True), is_known=True)
    assert written() == []
    metrics.count_lookup(answer("popular", degraded=True), is_known=False)
    assert [fields(each) for each in written()] == [{"stack": "Shop", "Degraded": 1}]


def test_events_are_counted_one_by_one(written):
    metrics.count_events({"refused": 2, "results": [{}] * 5})
    assert [fields(each) for each in written()] == [{"stack": "Shop", "EventsRefused": [1, 1, 0, 0, 0]}]


def test_a_run_tells_whether_it_ended_well_and_what_it_cost(written):
    metrics.count_run(machine="training", run_id="r", succeeded=False, seconds=61.04, cost_usd=0.02)
    metrics.count_run(machine="training", run_id="s", succeeded=True, seconds=1, cost_usd=None)
    failed, well = map(fields, written())
    assert failed == {
        "machine": "training",
        "run_id": "r",
        "seconds": 61.0,
        "stack": "Shop",
        "RunsFailed": 1,
        "RunCost": 0.02,
    }
    assert well["RunsFailed"] == 0
    assert "RunCost" not in well


def test_ages_are_told_by_family(written):
    entry = Entry(
        run_id="r",
        shards_key="k",
        as_of="2026-01-09T00:00:00+00:00",
        created_at="2026-01-10T00:00:00+00:00",
        published_at="2026-01-10T01:30:00+00:00",
        currency="GBP",
    )
    ages = generation_ages({"segments": entry, "monitoring": entry}, NOW)
    assert ages == {"segments": 10.5}
    metrics.count_ages(ages)
    (line,) = written()
    assert fields(line) == {"stack": "Shop", "family": "segments", "GenerationAgeHours": 10.5}
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stack", "family"]]
