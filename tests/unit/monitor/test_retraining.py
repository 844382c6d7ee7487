"""When a family is retrained, when a run is held back, and what is then said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patronage.errors import BadInput
from patronage.logic.monitor.facts import Facts, Finding
from patronage.logic.monitor.retrain_options import RetrainOptions
from patronage.logic.monitor.retraining import decide, wants_data

QUIET = Facts(
    family="recommendations",
    is_live=True,
    lines=10_200,
    known_lines=10_000,
    hours_since=30.0,
    days_since=1,
    drift=Finding(holds=False, value=0.02, threshold=0.25, said="nothing drifts"),
    decay=Finding(holds=False, value=0.01, threshold=0.2, said="as good as when it was published"),
)
WEEKLY = RetrainOptions()
DRIFT = Finding(holds=True, value=0.4, threshold=0.25, said="PSI of country 0.4 reaches 0.25")
DECAY = Finding(holds=True, value=0.5, threshold=0.2, said="NDCG@10 fell by half")


def decided(options: RetrainOptions = WEEKLY, **facts):
    return decide(replace(QUIET, **facts), options)


def held(decision, name):
    (trigger,) = (each for each in decision.triggers if each.trigger == name)
    return trigger.holds


def test_where_nothing_has_changed_nothing_is_done():
    decision = decided()
    assert (decision.decision, decision.because) == ("none", "no rule asks for a run")
    assert decision.alerts == []
    assert [each.trigger for each in decision.triggers] == [
        *("schedule", "new_data", "drift", "decay", "on_demand", "quality"),
    ]


@pytest.mark.parametrize(
    ("facts", "trigger"),
    [
        ({"days_since": 7, "hours_since": 168.0}, "schedule"),
        ({"lines": 10_500}, "new_data"),
        ({"drift": DRIFT}, "drift"),
        ({"decay": DECAY}, "decay"),
        ({"is_asked": True}, "on_demand"),
    ],
)
def test_each_rule_starts_a_run_and_tells_why(facts, trigger):
    decision = decided(**facts)
    assert decision.decision == "retrain"
    assert held(decision, trigger)
    assert decision.because == next(each.said for each in decision.triggers if each.trigger == trigger)


@pytest.mark.parametrize("trigger", ["schedule", "new_data", "drift", "decay", "on_demand"])
@pytest.mark.parametrize("action", ["alert", "hold", "retrain"])
def test_a_rule_does_what_the_setting_says(trigger, action):
    facts = {"drift": DRIFT, "decay": DECAY, "lines": 20_000, "is_asked": True, "days_since": 9}
    others = dict.fromkeys(("schedule", "new_data", "drift", "decay", "on_demand"), "alert")
    decision = decided(replace(WEEKLY, **others | {trigger: action}), **facts)
    # A hold holds back only what is asked for, and here nothing is.
    assert decision.decision == {"alert": "alert", "hold": "alert", "retrain": "retrain"}[action]
    assert (trigger in [each.trigger for each in decision.alerts]) == (action == "alert")


def test_a_hold_wins_over_whatever_asks_and_says_so():
    decision = decided(days_since=8, breaches=("refused-rows", "row-count"), is_asked=True)
    assert decision.decision == "hold"
    assert decision.because == (
        "8 days since the last run began, due after 7; asked for; held, because the orders break "
        "refused-rows, row-count"
    )
    told = decided(replace(WEEKLY, quality="alert"), days_since=8, breaches=("refused-rows",))
    assert told.decision == "retrain"
    assert [each.trigger for each in told.alerts] == ["quality"]


def test_drift_may_hold_a_run_back():
    decision = decided(replace(WEEKLY, drift="hold"), days_since=7, drift=DRIFT)
    assert decision.decision == "hold"
    assert decision.because.endswith("held, because PSI of country 0.4 reaches 0.25")


def test_after_a_run_began_none_follows_for_twenty_hours_except_on_demand():
    decision = decided(lines=10_600, hours_since=19.9)
    assert decision.decision == "hold"
    assert decision.because.endswith("held, because the last run began 19.9 h ago, and 20 h must pass")
    assert decided(lines=10_600, hours_since=20.0).decision == "retrain"
    assert decided(lines=10_600, hours_since=19.9, is_asked=True).decision == "retrain"
    told = replace(WEEKLY, on_demand="alert")
    assert decided(told, lines=10_600, hours_since=19.9, is_asked=True).decision == "hold"


def test_who_knows_less_than_half_of_the_orders_does_not_wait():
    assert decided(lines=19_999, hours_since=1.0).decision == "hold"
    assert decided(lines=20_000, hours_since=1.0).decision == "retrain"


@pytest.mark.parametrize(
    ("lines", "holds"), [(10_499, False), (10_500, True), (9_000, False), (10_000, False)]
)
def test_new_data_are_enough_at_the_share_itself(lines, holds):
    assert held(decided(lines=lines), "new_data") is holds


def test_new_data_are_at_least_a_hundred_lines():
    assert not held(decided(lines=299, known_lines=200), "new_data")
    assert held(decided(lines=300, known_lines=200), "new_data")


def test_the_first_orders_start_a_run_at_once():
    first = {"is_live": False, "known_lines": None, "hours_since": None, "days_since": None}
    decision = decided(lines=3, **first)
    assert decision.decision == "retrain"
    assert decision.because == "no run has begun yet; nothing is live yet"
    assert wants_data(replace(QUIET, lines=3, **first), WEEKLY)


def test_a_first_run_of_which_nothing_came_is_repeated_with_more_data_or_the_next_day():
    """The gate may have refused it, or it failed: what it read is what is known."""
    tried = {"is_live": False, "known_lines": 1_000, "hours_since": 2.0, "days_since": 0}
    assert decided(lines=1_000, **tried).decision == "none"
    assert decided(lines=1_100, **tried).decision == "retrain"
    next_day = tried | {"hours_since": 22.0, "days_since": 1}
    assert decided(lines=1_000, **next_day).decision == "retrain"


def test_a_run_that_failed_is_repeated_the_next_day():
    assert decided(has_failed=True).decision == "retrain"
    assert decided(has_failed=True, days_since=0, hours_since=2.0).decision == "none"
    assert decided(has_failed=True, is_unchanged=True).decision == "retrain"


def test_the_schedule_rests_where_the_lake_has_not_changed():
    decision = decided(lines=10_000, days_since=30, is_unchanged=True)
    assert decision.decision == "none"
    assert decision.triggers[0].said == "nothing has changed since the live run"


def test_drift_starts_no_run_on_the_very_data_that_the_live_run_knows():
    decision = decided(lines=10_000, drift=DRIFT, is_unchanged=True)
    assert decision.decision == "none"
    assert decision.because.startswith("PSI of country 0.4 reaches 0.25; but nothing has changed since")
    assert decided(lines=10_000, drift=DRIFT, is_unchanged=True, is_asked=True).decision == "retrain"
    assert decided(lines=10_000, drift=DRIFT, is_unchanged=True, has_failed=True).decision == "retrain"


def test_a_run_a_day_is_due_each_day_though_it_began_some_minutes_late_yesterday():
    assert decided(replace(WEEKLY, every_days=1), days_since=1, hours_since=23.9).decision == "retrain"


def test_what_could_not_be_measured_trips_no_rule():
    decision = decided(drift=Finding(), decay=Finding())
    assert decision.decision == "none"
    assert held(decision, "drift") is None


def test_the_decision_is_written_with_each_rule_its_value_and_threshold():
    written = decided(lines=11_000).to_mapping()
    new_data = next(each for each in written["triggers"] if each["trigger"] == "new_data")
    assert new_data == {
        "trigger": "new_data",
        "holds": True,
        "action": "retrain",
        "said": "1,000 new order lines on 10,000 known (10.0%), enough at 5.0% and 100",
        "value": 0.1,
        "threshold": 0.05,
        "names": (),
    }


def test_whether_new_data_alone_may_do_something():
    assert not wants_data(QUIET, WEEKLY)
    enough = replace(QUIET, lines=10_600)
    assert wants_data(enough, WEEKLY)
    assert not wants_data(replace(enough, hours_since=3.0), WEEKLY)
    assert not wants_data(enough, replace(WEEKLY, new_data="hold"))
    assert wants_data(enough, replace(WEEKLY, new_data="alert"))


PLACE = "settings/monitor.toml [retrain.segments]"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"evry_days": 2}, "evry_days is no setting; near it: every_days"),
        ({"every_days": 0}, "every_days = 0 must be a whole number from 1 to 366"),
        ({"every_days": True}, "every_days = True must be a whole number"),
        ({"every_days": 1.5}, "every_days = 1.5 must be a whole number"),
        ({"new_share": float("nan")}, "new_share = nan must be a number from 0 to 10"),
        ({"cool_down_hours": "20"}, "cool_down_hours = '20' must be a number from 0 to 744"),
        ({"drift": "ignore"}, 'drift = \'ignore\' must be "alert" or "hold" or "retrain"'),
        ({"quality": "retrain"}, 'quality = \'retrain\' must be "alert" or "hold"'),
        ({"schedule": ["retrain"]}, "schedule = ['retrain'] must be"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place_and_rule(values, said):
    with pytest.raises(BadInput) as told:
        RetrainOptions.from_mapping(values, PLACE)
    assert str(told.value).startswith(f"{PLACE}: {said}")


def test_what_a_table_leaves_out_is_as_is_usual_for_the_family():
    usual = RetrainOptions(every_days=1)
    options = RetrainOptions.from_mapping({"cool_down_hours": 2, "decay": "hold"}, PLACE, usual=usual)
    assert options == RetrainOptions(every_days=1, cool_down_hours=2, decay="hold")
