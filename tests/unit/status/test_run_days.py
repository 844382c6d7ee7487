"""The runs of some days: their ends as the lake keeps them, and what goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from patronage.errors import BadField
from patronage.logic.spans import Span, beginning
from patronage.steps.monitor.ended import ended
from patronage.steps.monitor.run_days import runs_of_days
from patronage.steps.status import status
from patronage.stores.operations import Execution

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Paris")


def keep(store, machine, run_id, stopped, *, status="SUCCEEDED", minutes=30):
    described = {"startDate": stopped - timedelta(minutes=minutes), "stopDate": stopped, "status": status}
    ended(machine, run_id, described=described, history=[], cost={"usd": 0}, store=store)


@pytest.fixture
def kept(store):
    keep(store, "training", "t-jan", datetime(2026, 1, 31, 22, 59, tzinfo=UTC))
    keep(store, "training", "t-feb", datetime(2026, 1, 31, 23, 1, tzinfo=UTC))  # the 1st of February in Paris
    keep(store, "training", "t-late", datetime(2026, 2, 20, 10, tzinfo=UTC), status="FAILED")
    keep(store, "monitoring", "m-1-2", datetime(2026, 2, 1, 5, tzinfo=UTC))
    return store


def run_ids(store, start, end, executions=None):
    found = runs_of_days(store, executions or {}, Span(start, end), ZONE, now=NOW)
    assert found["runs_left_out"] == 0
    return {machine: [run["run_id"] for run in runs] for machine, runs in found["runs"].items()}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 2, 1), date(2026, 2, 1), {"monitoring": ["m-1-2"], "training": ["t-feb"]}),
        (date(2026, 1, 1), date(2026, 1, 31), {"training": ["t-jan"]}),
        (date(2026, 2, 2), None, {"training": ["t-late"]}),
        (None, date(2026, 2, 1), {"monitoring": ["m-1-2"], "training": ["t-feb", "t-jan"]}),
        (date(1990, 1, 1), None, {"monitoring": ["m-1-2"], "training": ["t-late", "t-feb", "t-jan"]}),
        (date(2027, 1, 1), None, {}),
    ],
)
def test_runs_stand_on_the_shop_s_day_on_which_they_ended(kept, start, end, expected):
    assert run_ids(kept, start, end) == expected


def test_a_run_is_told_as_it_ended(kept):
    found = runs_of_days(kept, {}, Span(date(2026, 2, 20), None), ZONE, now=NOW)
    (run,) = found["runs"]["training"]
    told = (run["run_id"], run["status"], run["began"], run["seconds"])
    assert told == ("t-late", "FAILED", "2026-02-20T09:30:00+00:00", 1800.0)


def test_what_goes_on_is_of_today_and_what_has_just_ended_is_told_once(kept):
    going = Execution("t-now", "RUNNING", NOW - timedelta(hours=1), None)
    known = Execution(
        "t-late", "FAILED", datetime(2026, 2, 20, 9, 30, tzinfo=UTC), datetime(2026, 2, 20, 10, tzinfo=UTC)
    )
    executions = {"training": [going, known], "upkeep": []}
    assert run_ids(kept, date(2026, 2, 15), None, executions) == {
        "training": ["t-now", "t-late"],
        "upkeep": [],
    }
    assert run_ids(kept, date(2026, 2, 15), date(2026, 3, 1), executions) == {
        "training": ["t-late"],
        "upkeep": [],
    }
    assert run_ids(kept, date(2026, 3, 2), date(2026, 3, 2), executions) == {
        "training": ["t-now"],
        "upkeep": [],
    }


def test_of_very_many_runs_the_newest_are_told_and_the_others_counted(store):
    for number in range(103):
        keep(store, "upkeep", f"u{number}", datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=number))
    found = runs_of_days(store, {}, Span(date(2026, 2, 1), date(2026, 2, 28)), ZONE, now=NOW)
    told = [run["run_id"] for run in found["runs"]["upkeep"]]
    assert (told[0], told[-1], len(told), found["runs_left_out"]) == ("u102", "u3", 100, 3)


def test_the_status_tells_the_runs_of_the_days_and_advises_by_the_newest(store):
    keep(store, "training", "old", datetime(2026, 1, 5, tzinfo=UTC), status="FAILED")
    fine = {"training": [Execution("new", "SUCCEEDED", NOW - timedelta(hours=1), NOW)]}
    span = Span(date(2026, 1, 1), date(2026, 1, 31))
    found = status(store=store, executions=fine, pointer={}, now=NOW, dead_letters=0, stack="Shop", span=span)
    plain = status(store=store, executions=fine, pointer={}, now=NOW, dead_letters=0, stack="Shop")
    assert [run["run_id"] for run in found["runs"]["training"]] == ["old"]
    assert [run["run_id"] for run in plain["runs"]["training"]] == ["new"]
    assert found["next"] == plain["next"]
    assert "runs_left_out" not in plain


def test_days_that_end_before_they_start_are_refused(store):
    span = Span(date(2026, 2, 2), date(2026, 2, 1))
    with pytest.raises(BadField, match="exchange the two"):
        status(store=store, executions={}, pointer={}, now=NOW, span=span)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_first_and_the_last_day_that_are_read_are_days_of_any_zone(zone):
    first, last = date(1971, 1, 1), date(9998, 12, 31)
    begins, ends = (beginning(day, ZoneInfo(zone)) for day in (first, last + timedelta(days=1)))
    span = Span(first, last)
    assert span.holds(begins, ZoneInfo(zone))
    assert not span.holds(begins - timedelta(seconds=1), ZoneInfo(zone))
    assert span.holds(ends - timedelta(seconds=1), ZoneInfo(zone))
    assert not span.holds(ends, ZoneInfo(zone))
