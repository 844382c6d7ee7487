"""The state of the system from what is known of it, and what it says to do next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from patronage.logic.serve.pointer import Entry, Superseded
from patronage.steps.monitor.ended import run_record
from patronage.steps.quality_index import quality_key
from patronage.steps.status import status
from patronage.stores.objects import write_json
from patronage.stores.operations import Alarm, Execution

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def entry(run_id="r2", *, published=None, superseded=None):
    return Entry(
        run_id=run_id,
        shards_key="k",
        as_of="2026-01-10T00:00:00+00:00",
        created_at=ago(hours=9).isoformat(),
        published_at=(published or ago(hours=8)).isoformat(),
        currency="GBP",
        model={"name": "als", "version": run_id},
        superseded=superseded,
    )


def before(run_id, keep_until):
    return Superseded(
        run_id=run_id,
        shards_key="k",
        as_of="a",
        created_at="c",
        currency="GBP",
        model={},
        keep_until=keep_until.isoformat(),
    )


LIVE = {"segments": entry(), "recommendations": entry(), "monitoring": entry("m")}
DECIDED = {"families": {}, "alerts": [], "decided_at": ago(hours=9).isoformat()}


@pytest.fixture
def decided(store):
    write_json(store, "runs/m/monitor/decision.json", DECIDED)
    return store


def found(store, **parts):
    given = {"executions": {}, "pointer": LIVE, "now": NOW, "dead_letters": 0, "stack": "Shop"}
    return status(store=store, **(given | parts))


def said(document):
    return " ".join(each["say"] for each in document["next"])


def commands(document):
    return [each["command"] for each in document["next"]]


def test_where_all_is_well_it_says_so_and_nothing_else(decided):
    document = found(decided)
    assert commands(document) == [""]
    assert said(document).startswith("Nothing needs you")


def test_what_is_live_how_old_it_is_and_what_can_be_gone_back_to(decided):
    kept, gone = before("r1", NOW + timedelta(days=2)), before("r0", ago(days=1))
    pointer = LIVE | {"segments": entry(superseded=kept), "recommendations": entry(superseded=gone)}
    live = {each["family"]: each for each in found(decided, pointer=pointer)["freshness"]}
    assert live["segments"]["age_hours"] == 12
    assert live["segments"]["published_hours_ago"] == 8
    assert live["segments"]["rollback_to"] == {"run_id": "r1", "until": kept.keep_until}
    assert live["recommendations"]["rollback_to"] is None, "it was kept until yesterday"


def test_a_failed_run_says_why_and_how_to_start_it_again(decided):
    runs = {
        "training": [
            Execution("t3", "RUNNING", ago(minutes=1), None),
            Execution("t2", "FAILED", ago(hours=2), ago(hours=1)),
        ],
        "segmentation": [Execution("s1", "SUCCEEDED", ago(hours=2), ago(hours=1))],
    }
    told = {"error": "BadInput", "cause": "no sale of a product", "published": None, "reason": ""}
    write_json(decided, "monitor/runs/training/t2.json", told)
    document = found(decided, executions=runs)
    going, failed = document["runs"]["training"]
    assert (going["seconds"], failed["seconds"]) == (60, 3_600)
    assert failed["cause"] == "BadInput: no sale of a product"
    assert commands(document) == ["patronage retrain recommendations --stack Shop"]
    assert "BadInput: no sale of a product" in said(document)


def test_a_failure_before_a_good_run_is_past(decided):
    runs = {
        "training": [
            Execution("t2", "SUCCEEDED", ago(hours=1), NOW),
            Execution("t1", "FAILED", ago(hours=3), ago(hours=2)),
        ]
    }
    assert said(found(decided, executions=runs)).startswith("Nothing needs you")


def test_uploads_that_were_given_up_come_first(decided):
    runs = {"training": [Execution("t", "FAILED", ago(hours=2), ago(hours=1))]}
    document = found(decided, dead_letters=2, executions=runs)
    first = document["next"][0]
    assert first["say"].startswith("2 uploads could not be ingested")
    assert (first["say_code"], first["say_values"]["count"]) == ("uploads_given_up", 2)
    assert commands(document)[0] == "patronage report --stack Shop"


def test_what_is_stale_or_was_never_published_is_asked_for(decided):
    pointer = {"segments": entry(published=ago(days=4)), "monitoring": LIVE["monitoring"]}
    document = found(decided, pointer=pointer)
    assert "The live segments were published 4 days ago" in said(document)
    assert "No recommendations have been published yet" in said(document)
    assert commands(document) == [
        "patronage retrain segments --stack Shop",
        "patronage retrain recommendations --stack Shop",
    ]


def test_a_lost_pointer_is_told_where_a_run_was_published(store):
    write_json(store, run_record("segmentation", "r1"), {"published": True})
    told = status(
        store=store,
        executions={"segmentation": [Execution("r1", "SUCCEEDED", ago(hours=2), ago(hours=1))]},
        pointer={},
        now=NOW,
        stack="Shop",
    )["next"]
    lost, never = told
    assert (lost["say_code"], lost["command"]) == ("pointer_lost", "patronage restore --stack Shop")
    assert (never["say_code"], never["command"]) == (
        "none_published",
        "patronage retrain recommendations --stack Shop",
    )


def test_while_the_first_run_is_going_no_other_is_asked_for(decided):
    runs = {"training": [Execution("t1", "RUNNING", ago(minutes=1), None)]}
    pointer = {name: each for name, each in LIVE.items() if name != "recommendations"}
    document = found(decided, pointer=pointer, executions=runs)
    assert commands(document) == [""]
    assert said(document) == "The first run of recommendations is going; look again when it has ended."


def test_while_something_looks_for_drift_the_first_time_nobody_is_asked_to_start_it(store):
    runs = {"monitoring": [Execution("m1", "RUNNING", ago(minutes=1), None)]}
    live = {name: each for name, each in LIVE.items() if name != "monitoring"}
    document = found(store, pointer=live, executions=runs)
    assert commands(document) == [""]
    assert said(document) == "The first run of monitoring is going; look again when it has ended."


def test_an_alarm_has_its_short_name_and_its_runbook(decided):
    alarms = [
        Alarm(
            "Shop-AlertsServerErrors3C675050-AbCd12",
            "ALARM",
            ago(hours=1),
            "The API answered 5xx. What to do: docs/runbooks.md#server-errors",
        ),
        Alarm("Shop-AlertsFallbacksC50CEE01-Zz9", "OK", ago(days=3), "x"),
    ]
    document = found(decided, alarms=alarms)
    first, second = document["alarms"]
    assert (first["alarm"], first["runbook"]) == ("ServerErrors", "docs/runbooks.md#server-errors")
    assert (second["alarm"], second["runbook"]) == ("Fallbacks", "")
    assert said(document).startswith("The alarm ServerErrors stands: The API answered 5xx.")


def test_where_there_are_alarms_they_say_what_is_stale(decided):
    pointer = LIVE | {"segments": entry(published=ago(days=4))}
    well = Alarm("Shop-AlertsStaleSegmentsAE0EFA2E-x", "OK", ago(days=4), "x")
    assert said(found(decided, pointer=pointer, alarms=[well])).startswith("Nothing needs you")
    stands = well._replace(state="ALARM", description="over 3 days old")
    document = found(decided, pointer=pointer, alarms=[stands])
    assert commands(document) == ["patronage retrain segments --stack Shop"]


def test_an_open_breach_of_a_grave_rule_is_told(decided):
    breach = {"rule": "few-rows", "table": "orders", "severity": "alarm", "value": 3}
    upload = {
        "object": "o1",
        "measured_at": ago(hours=1).isoformat(),
        "breaches": [breach, breach | {"rule": "old-orders", "severity": "warning"}],
        "judged": ["few-rows"],
    }
    write_json(decided, quality_key("orders"), {"uploads": [upload]})
    document = found(decided)
    assert {each["rule"] for each in document["breaches"]} == {"few-rows", "old-orders"}
    assert "orders: few-rows" in said(document)
    assert "old-orders" not in said(document)


def test_what_monitoring_tells_is_passed_on(store):
    alerts = [{"alert": "segments:drift", "said": "segments: recency_days drifted"}]
    write_json(store, "runs/m/monitor/decision.json", DECIDED | {"alerts": alerts})
    document = found(store)
    assert said(document) == "Monitoring tells: segments: recency_days drifted."


def test_a_lake_that_nobody_monitored_and_one_without_anything(store):
    local = {"stack": "", "dead_letters": None}
    without = {name: each for name, each in LIVE.items() if name != "monitoring"}
    assert commands(found(store, pointer=without, **local)) == ["patronage monitor"]
    nothing = found(store, pointer={}, **local)
    assert set(commands(nothing)) == {"patronage run --orders FILE"}
