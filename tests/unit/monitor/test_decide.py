"""The steps of a run of monitoring that are its own: what it pins, what it decides, what it tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lake_support import add_part
from patronage.errors import BadInput
from patronage.logic.monitor.findings import findings_of
from patronage.logic.monitor.keys import decision_key
from patronage.logic.tables import ORDERS
from patronage.settings import Shop
from patronage.steps.generation import RunOutputs
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.decide import decide, retraining_of
from patronage.steps.monitor.facts import facts_of
from patronage.steps.monitor.pin import pin_monitoring
from patronage.steps.pin import pin
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json

SHOP = Shop(currency="GBP", timezone="Europe/London")
NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
QUIET = [{"measure": name} for name in ("drift", "effectiveness", "experiments")]


def column(name, verdict, severity, **measure):
    return {"column": name, "verdict": verdict, "severity": severity, "measures": [measure]}


MOVED = column("country", "drift", 3.6, value=0.4, threshold=0.25, says="PSI 0.4 reaches 0.25")
STILL = column("orders.kind", "ok", 1.1, value=0.01, threshold=0.1, says="PSI 0.01 is below 0.1")
UNKNOWN = column("events.device", "not enough data", 0.0, says="not enough data: 3 rows")


@pytest.fixture
def lake(tmp_path):
    return Lake(FolderStore(tmp_path))


def lines(lake, name, count, day="2025-12-20"):
    add_part(
        lake.store.root / "lake" / "orders",
        ORDERS,
        name,
        f"SELECT '{name}-' || i AS order_id, 'p' AS product_id, "
        f"TIMESTAMPTZ '{day} 10:00:00+00' AS ordered_at FROM range({count}) AS t(i)",
    )


def pinned(lake, run_id="mon-1", *, now=NOW, request=None, **more):
    return pin_monitoring(run_id, lake, SHOP, now=now, request=request or {}, **more)


def both_ran(lake, *, now):
    """Run segments and recommendations on what the lake has, and return them as live."""
    for family in ("segments", "recommendations"):
        pin(f"live-{family}", family, lake, SHOP, now=now)
    return {family: f"live-{family}" for family in ("segments", "recommendations")}


def decided(lake, run_id="mon-1", measured=QUIET):
    answer = decide(run_id, lake.store, measured=measured)
    return answer, read_json(lake.store, decision_key(run_id))


def test_the_first_orders_start_both_runs_under_names_of_their_own(lake):
    lines(lake, "a", 3)
    assert pinned(lake)["engine"] == "duckdb"
    answer, document = decided(lake)
    assert (answer["segments"], answer["recommendations"], answer["alert"]) == (True, True, False)
    assert document["started"] == {
        "segments": "mon-1-segments",
        "recommendations": "mon-1-recommendations",
    }
    assert {name: answer[f"{name}_run"] for name in document["started"]} == document["started"]
    assert document["families"]["segments"]["because"] == "no run has begun yet; nothing is live yet"


def test_a_run_that_spark_carries_is_pinned_and_decided_on_as_any_other(lake):
    lines(lake, "a", 3)
    lake.store.write_bytes("settings/engine.toml", b"max_lines = 2\n")
    answer = pinned(lake, has_spark=True)
    assert (answer["engine"], answer["reason_code"]) == ("spark", "beyond_one_function")
    assert decided(lake)[0]["segments"]


def test_where_nothing_carries_a_run_nothing_is_decided(lake):
    lines(lake, "a", 3)
    lake.store.write_bytes("settings/engine.toml", b"max_lines = 2\n")
    assert pinned(lake)["engine"] == "too_large"
    assert not lake.store.exists("runs/mon-1/monitor/pinned.json")


def test_a_name_fits_step_functions_and_is_the_same_each_time():
    long = "x" * 80
    names = {retraining_of(long, "recommendations") for _ in range(3)}
    assert len(names) == 1
    assert len(names.pop()) <= 80
    assert retraining_of("x" * 79 + "y", "segments") != retraining_of(long, "segments")


def test_the_next_morning_segments_are_due_and_recommendations_are_not(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(hours=23, minutes=50))
    lines(lake, "b", 50)
    pinned(lake, live_runs=live, last_runs=live)
    answer, document = decided(lake)
    assert (answer["segments"], answer["recommendations"]) == (True, False)
    schedule = document["families"]["recommendations"]["triggers"][0]
    assert (schedule["value"], schedule["threshold"], schedule["holds"]) == (1, 7, False)


def test_where_nothing_came_nothing_is_segmented_anew(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=3))
    pinned(lake, live_runs=live, last_runs=live)
    answer, document = decided(lake)
    assert not answer["segments"]
    said = document["families"]["segments"]["triggers"][0]["said"]
    assert said == "nothing has changed since the live run"
    lake.store.write_bytes("settings/segments.toml", b"session_minutes = 45\n")
    assert decided(lake)[0]["segments"]


def test_a_run_that_began_later_than_the_live_one_counts_and_its_failure_too(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=9))
    pin("second", "recommendations", lake, SHOP, now=NOW - timedelta(days=1, hours=1))
    pinned(lake, live_runs=live, last_runs={"recommendations": "second", "segments": "read-nothing"})
    facts = facts_of("mon-1", "recommendations", lake.store)
    assert (facts.days_since, facts.hours_since, facts.has_failed) == (1, 25.0, False)
    assert facts_of("mon-1", "segments", lake.store).days_since == 9
    write_json(lake.store, "monitor/runs/training/second.json", {"status": "FAILED"})
    assert facts_of("mon-1", "recommendations", lake.store).has_failed
    assert decided(lake)[0]["recommendations"]


def test_days_are_those_of_the_shop(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=datetime(2026, 6, 1, 22, 59, tzinfo=UTC))  # a minute before midnight in London
    pinned(lake, live_runs=live, now=datetime(2026, 6, 1, 23, 1, tzinfo=UTC))
    assert facts_of("mon-1", "segments", lake.store).days_since == 1


def test_new_data_that_are_too_few_for_any_rule_end_the_run_at_once(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=2))
    lines(lake, "b", 20)
    answer = pinned(lake, live_runs=live, request={"trigger": "new_data", "wait_seconds": 600})
    assert (answer["engine"], answer["reason"]) == ("none", "not enough new data for any rule")
    assert (answer["reason_code"], answer["reason_values"]) == ("few_new_data", {})
    lines(lake, "c", 200)
    answer = pinned(lake, "mon-2", live_runs=live, request={"trigger": "new_data"})
    assert answer["engine"] == "duckdb"


def test_an_empty_lake_has_nothing_to_watch(lake):
    answer = pinned(lake)
    assert (answer["engine"], answer["reason_code"]) == ("none", "no_order_lines")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"trigger": "moon"}, "trigger 'moon' is none of schedule, new_data, on_demand"),
        ({"retrain": ["analytics"]}, "must be a list of segments and recommendations"),
        ({"retrain": "segments"}, "must be a list of segments and recommendations"),
    ],
)
def test_a_wrong_request_is_told(lake, request_, said):
    lines(lake, "a", 1)
    with pytest.raises(BadInput, match=said):
        pinned(lake, request=request_)


def test_settings_are_pinned(lake):
    lines(lake, "a", 3)
    lake.store.write_bytes("settings/monitor.toml", b"[retrain.segments]\nschedule = 'alert'\n")
    pinned(lake)
    lake.store.write_bytes("settings/monitor.toml", b"")
    assert Manifest.load(lake.store, "mon-1").monitor["retrain"]["segments"]["schedule"] == "alert"
    lake.store.write_bytes("settings/monitor.toml", b"[retrain.segments]\nschedule = 'never'\n")
    with pytest.raises(
        BadInput, match=r"settings/monitor.toml, line 2, column 1 \[retrain.segments\]: schedule = 'never'"
    ):
        pinned(lake, "mon-2")


def test_what_is_asked_for_is_retrained_within_the_cool_down(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(hours=1))
    request = {"trigger": "on_demand", "retrain": ["recommendations"]}
    pinned(lake, live_runs=live, last_runs=live, request=request)
    answer, document = decided(lake)
    assert (answer["segments"], answer["recommendations"]) == (False, True)
    assert document["trigger"] == "on_demand"


def test_drift_of_segments_alerts_and_of_recommendations_retrains(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=2))
    lines(lake, "b", 10)
    lake.store.write_bytes("settings/monitor.toml", b"[retrain.segments]\nevery_days = 30\n")
    pinned(lake, live_runs=live, last_runs=live)
    report = {"features": [STILL], "raw": [MOVED, UNKNOWN]}
    write_json(lake.store, "runs/mon-1/monitor/drift.json", report)
    answer, document = decided(lake)
    assert (answer["segments"], answer["recommendations"], answer["alert"]) == (False, True, True)
    assert document["alerts"] == [
        {"alert": "segments:drift:country", "said": "segments: country: PSI 0.4 reaches 0.25"}
    ]
    assert answer["says"].startswith("segments: country: PSI 0.4 reaches 0.25\n\nDecided in run mon-1: ")


def test_what_lasts_is_told_once(lake):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=2))
    for run_id, before in (("mon-1", {}), ("mon-2", {"monitoring": "mon-1"})):
        pinned(lake, run_id, live_runs=live | before, last_runs=live)
        write_json(lake.store, f"runs/{run_id}/monitor/drift.json", {"raw": [MOVED]})
    assert decided(lake)[0]["alert"]
    answer, document = decided(lake, "mon-2")
    assert not answer["alert"]
    assert document["alerts"]
    failure = {"measure": "effectiveness", "failure": {"Error": "States.Timeout", "Cause": ""}}
    answer, _ = decided(lake, "mon-2", [failure])
    assert answer["says"].startswith("effectiveness could not be measured: States.Timeout\n\n")


GONE = column("orders.kind", "drift", 3.1, value=0.5, threshold=0.1, says="gone")


@pytest.mark.parametrize(
    ("days", "is_told"),
    [
        (([MOVED], [MOVED, GONE]), True),
        (([MOVED], [GONE]), True),
        (([MOVED, GONE], [GONE, MOVED]), False),
        (([MOVED, GONE], [GONE]), False),
    ],
)
def test_what_drifts_beside_what_drifted_before_is_told(lake, days, is_told):
    lines(lake, "a", 3)
    live = both_ran(lake, now=NOW - timedelta(days=2))
    for run_id, before, raw in zip(("mon-1", "mon-2"), ({}, {"monitoring": "mon-1"}), days, strict=True):
        pinned(lake, run_id, live_runs=live | before, last_runs=live)
        write_json(lake.store, f"runs/{run_id}/monitor/drift.json", {"raw": raw})
        answer, _ = decided(lake, run_id)
    assert answer["alert"] is is_told
    assert not is_told or "orders.kind" in answer["says"]


def test_another_rule_of_quality_that_is_broken_is_told(lake):
    lines(lake, "a", 3)
    lake.store.write_bytes("settings/monitor.toml", b"[retrain.segments]\nquality = 'alert'\n")
    for run_id, before, rules in (
        ("mon-1", {}, ["row-count"]),
        ("mon-2", {"monitoring": "mon-1"}, ["row-count"]),
        ("mon-3", {"monitoring": "mon-2"}, ["row-count", "refused-rows"]),
    ):
        upload = {
            "object": "o",
            "measured_at": "2026-01-04",
            "rows": 3,
            "breaches": [{"rule": rule, "severity": "alarm"} for rule in rules],
            "judged": rules,
        }
        write_json(lake.store, "lake/reports/quality/orders.json", {"uploads": [upload]})
        pinned(lake, run_id, live_runs=before)
        answer, document = decided(lake, run_id)
        assert answer["alert"] is (run_id != "mon-2")
    (alert,) = (each["alert"] for each in document["alerts"] if each["alert"].startswith("segments"))
    assert alert == "segments:quality:refused-rows,row-count"


def ran(lake, run_id, *, ago, status="SUCCEEDED", **more):
    """Run recommendations once more on what the lake has, without its going live."""
    pin(run_id, "recommendations", lake, SHOP, now=NOW - ago, **more)
    write_json(lake.store, f"monitor/runs/training/{run_id}.json", {"status": status})


def of_recommendations(lake, run_id="mon-1", report=None):
    """Decide where only recommendations drift or decay."""
    if report:
        write_json(lake.store, f"runs/{run_id}/monitor/drift.json", report)
    found = decided(lake, run_id)[1]["families"]["recommendations"]
    return found["decision"], found["because"]


DECAYED = {"raw": [MOVED], "decay": {"verdict": "drift", "severity": 3.3, "measures": [{"says": "fell"}]}}


def test_a_challenger_that_was_refused_is_not_trained_again_on_the_same_data(lake):
    lines(lake, "a", 3_000)
    live = both_ran(lake, now=NOW - timedelta(days=9))
    lines(lake, "b", 1_000)
    ran(lake, "refused", ago=timedelta(days=1))
    pinned(lake, live_runs=live, last_runs={"recommendations": "refused"})
    facts = facts_of("mon-1", "recommendations", lake.store)
    assert (facts.known_lines, facts.is_unchanged, facts.is_refused) == (4_000, True, True)
    decision, because = of_recommendations(lake, report=DECAYED)
    assert decision == "none"
    assert "nothing has changed since the last run, and what that made is not live" in because


def test_after_a_refusal_drift_and_decay_wait_for_new_data(lake):
    lines(lake, "a", 3_000)
    live = both_ran(lake, now=NOW - timedelta(days=9))
    ran(lake, "refused", ago=timedelta(days=1))
    lines(lake, "b", 100)
    pinned(lake, live_runs=live, last_runs={"recommendations": "refused"})
    decision, because = of_recommendations(lake, report=DECAYED)
    assert decision == "hold"
    assert "what the last run made is not live" in because
    lines(lake, "c", 100)
    pinned(lake, "mon-2", live_runs=live, last_runs={"recommendations": "refused"})
    assert of_recommendations(lake, "mon-2", DECAYED)[0] == "retrain"


def test_a_run_that_failed_knows_nothing(lake):
    lines(lake, "a", 3_000)
    live = both_ran(lake, now=NOW - timedelta(days=9))
    lines(lake, "b", 1_000)
    ran(lake, "failed", ago=timedelta(days=1), status="FAILED")
    pinned(lake, live_runs=live, last_runs={"recommendations": "failed"})
    facts = facts_of("mon-1", "recommendations", lake.store)
    assert (facts.known_lines, facts.is_unchanged, facts.is_refused) == (3_000, False, False)


def test_what_a_person_went_back_to_stays_until_there_are_new_data(lake):
    lines(lake, "a", 3_000)
    live = both_ran(lake, now=NOW - timedelta(days=14))
    lines(lake, "b", 1_000)
    ran(lake, "taken-off", ago=timedelta(days=8))
    lines(lake, "c", 150)
    more = {"last_runs": {"recommendations": "taken-off"}, "rolled_back": {"recommendations": "taken-off"}}
    pinned(lake, live_runs=live, **more)
    decision, because = of_recommendations(lake, report=DECAYED)
    assert decision == "hold"
    assert "held, because a person took run taken-off back to run live-recommendations" in because
    assert decided(lake)[0]["segments"], "the other family goes on"
    pinned(lake, "asked", live_runs=live, request={"retrain": ["recommendations"]}, **more)
    assert of_recommendations(lake, "asked")[0] == "retrain"
    lines(lake, "d", 50)
    pinned(lake, "mon-2", live_runs=live, **more)
    assert of_recommendations(lake, "mon-2")[0] == "retrain"


def test_what_a_person_promoted_stays_until_there_are_new_data(lake):
    lines(lake, "a", 3_000)
    live = both_ran(lake, now=NOW - timedelta(days=14))
    lines(lake, "b", 1_000)
    asked = {"model": "ease", "version": "live-recommendations", "reason": "it sold more", "by": "Zoë"}
    ran(lake, "promoted", ago=timedelta(days=8), promote=asked)
    lines(lake, "c", 150)
    live |= {"recommendations": "promoted"}
    pinned(lake, live_runs=live, last_runs=live)
    assert facts_of("mon-1", "recommendations", lake.store).known_lines == 4_000
    decision, because = of_recommendations(lake, report=DECAYED)
    assert decision == "hold"
    assert "held, because a person promoted ease@live-recommendations" in because
    assert decided(lake)[0]["segments"], "the other family goes on"
    lines(lake, "d", 50)
    pinned(lake, "mon-2", live_runs=live, last_runs=live)
    assert of_recommendations(lake, "mon-2")[0] == "retrain"


def test_a_measure_that_failed_is_in_the_decision(lake):
    lines(lake, "a", 3)
    pinned(lake)
    cause = '{"errorType": "BadInput", "errorMessage": "an experiment has no arm"}'
    measured = [{"measure": "experiments", "failure": {"Error": "BadInput", "Cause": cause}}, *QUIET[:2]]
    answer, document = decided(lake, measured=measured)
    assert document["failed"] == {"experiments": "BadInput: an experiment has no arm"}
    assert answer["alert"]
    assert answer["segments"]  # which does not depend on it


def test_the_orders_quality_holds_runs_back(lake):
    lines(lake, "a", 3)
    breach = {"rule": "row-count", "severity": "alarm"}
    upload = {
        "object": "o",
        "measured_at": "2026-01-04",
        "rows": 3,
        "breaches": [breach],
        "judged": ["row-count"],
    }
    write_json(lake.store, "lake/reports/quality/orders.json", {"uploads": [upload]})
    pinned(lake)
    answer, document = decided(lake)
    assert not answer["segments"]
    assert document["families"]["segments"]["because"].endswith("held, because the orders break row-count")


def test_the_same_run_decides_the_same_again(lake):
    lines(lake, "a", 3)
    pinned(lake)
    first = decided(lake)
    assert pinned(lake, now=NOW + timedelta(hours=1))["engine"] == "duckdb"
    assert decided(lake) == first


def test_a_run_publishes_the_documents_that_it_has(lake):
    lines(lake, "a", 3)
    pinned(lake)
    answer, _ = decided(lake)
    assert read_json(lake.store, answer["shards_key"]) == [{"shard": "documents"}]
    write_json(lake.store, "runs/mon-1/monitor/drift.json", {"raw": []})
    outputs = RunOutputs(lake.store, "mon-1", SHOP)
    keys = [item["pk"] for item in outputs.items("monitoring", "documents")]
    assert keys == ["analytics#mon-1#drift#0", "analytics#mon-1#decision#0"]


def section(verdict, severity, says):
    return {"verdict": verdict, "severity": severity, "measures": [{"says": says, "value": 1.0}]}


def test_what_of_a_report_concerns_whom():
    report = {
        "features": [MOVED],
        "raw": [STILL],
        "segments": section("ok", 1.2, "alike"),
        "catalogue": section("warn", 2.1, "many are new"),
        "diversity": section("drift", 3.2, "fewer products"),
        "decay": section("drift", 3.3, "NDCG fell"),
    }
    found = findings_of(report)
    assert found["segments"]["drift"].said == "country: PSI 0.4 reaches 0.25"
    assert found["segments"]["decay"].holds is None
    assert found["recommendations"]["drift"].said == "diversity: fewer products"
    assert found["recommendations"]["decay"].holds is True
    both = findings_of(report | {"raw": [column("orders.kind", "drift", 3.9, says="gone")]})
    assert both["segments"]["drift"].said == "orders.kind: gone, and 1 more: country"


def test_columns_count_for_the_family_whose_run_they_are_held_against():
    report = {
        "reference": {"run_id": "weeks-ago"},
        "features": [MOVED],
        "raw": [MOVED],
        "segments": section("ok", 1.2, "alike"),
    }
    live = {"segments": "today", "recommendations": "weeks-ago"}
    found = findings_of(report, live)
    assert found["recommendations"]["drift"].holds is True
    assert found["segments"]["drift"].holds is False
    other = "columns are held against run weeks-ago, which is not the live run of segments"
    assert found["segments"]["drift"].said == f"segments: alike; {other}"
    moved = findings_of(report | {"segments": section("drift", 3.2, "half moved")}, live)
    assert moved["segments"]["drift"].holds is True
    assert findings_of(report, {"segments": "weeks-ago"})["segments"]["drift"].holds is True
    without = {name: part for name, part in report.items() if name != "segments"}
    assert (findings_of(without, live)["segments"]["drift"].said) == other


def test_too_few_rows_are_no_drift_and_no_calm_either():
    found = findings_of({"raw": [UNKNOWN], "decay": section("not enough data", 0, "few")})["recommendations"]
    assert (found["drift"].holds, found["drift"].said) == (None, "not enough data")
    assert (found["decay"].holds, found["decay"].said) == (None, "not enough data")
    assert findings_of({})["segments"]["drift"].said == "not measured"
