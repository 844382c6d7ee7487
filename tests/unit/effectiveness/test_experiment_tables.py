"""Who was exposed to which arm, when, and what they did from then on: worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import numpy as np
import pytest

from effectiveness_support import AS_OF, START, at, event, fill, line, rid
from patronage.logic.experiments.assignment import bucket_of
from patronage.logic.experiments.confirmed import OTHERS
from patronage.logic.experiments.statistics.units import Units
from patronage.logic.serve.recommendation_id import NO_VISITOR
from patronage.steps.learn_arrays import load_arrays
from patronage.steps.monitor.experiment_reports import experiment_reports
from patronage.steps.monitor.experiment_tables import experiment_tables
from patronage.stores.objects import read_json, write_json

ARMS = [
    {"arm": "plain", "kind": "none", "weight": 0.5},
    {"arm": "als", "kind": "model", "weight": 0.5, "model": "als"},
]
TRIAL = {
    "experiment_id": "trial",
    "name": "Trial",
    "state": "running",
    "started_at": at(0),
    "coverage": 1.0,
    "segments": [],
    "arms": ARMS,
}


def ids(arm, count, prefix="c"):
    """Return ids that the hash puts into an arm."""
    wanted = [arm == "plain", arm == "als"]
    every = (f"{prefix}{number}" for number in range(1000))
    return [each for each in every if (bucket_of("trial", each) < 0.5) == wanted[0]][:count]


PLAIN, ALS = ids("plain", 4), ids("als", 4)
(VISIT,) = ids("als", 1, prefix="s")


def answer(arm, nonce=1, **parts):
    shown = {"model": "als", "rungs": "uu"} if arm == "als" else {"model": "", "rungs": ""}
    return rid(nonce, **{**shown, "experiment_id": "trial", "arm": arm, **parts})


def shown(arm, hours, nonce=1, product="mug", **columns):
    return event(
        "impression", hours, of=answer(arm, nonce), product=None if arm == "plain" else product, **columns
    )


def units_of(lake, name="experiment-trial"):
    arrays = load_arrays(lake.store, f"runs/run/monitor/{name}.npz")
    return Units.from_arrays(arrays), read_json(lake.store, f"runs/run/monitor/{name}.json")


def analysed(lake, events, orders, *, document=None, **pinned):
    fill(lake, events, orders, **pinned)
    write_json(lake.store, "settings/experiments.json", document or {"experiments": [TRIAL], "holdout": None})
    experiment_tables("run", lake)
    return units_of(lake)


def rows(units):
    return [
        tuple(int(getattr(units, name)[place]) for name in units.to_arrays()) for place in range(len(units))
    ]


EVENTS = [
    shown("plain", 1, who=PLAIN[0]),
    shown("plain", 2, nonce=2, who=PLAIN[0]),  # the second exposure of the same customer
    shown("als", 3, who=ALS[0], visit="v"),
    event("click", 4, of=answer("als"), product="mug", who=ALS[0]),
    event("click", 4.5, of=answer("als"), product="mug", who=ALS[0]),  # the same answer and product
    event("click", 2, of=answer("als", 9), product="mug", who=ALS[0]),  # before the exposure
    event("cart_add", 5, product="fork", who=ALS[0]),
    shown("als", 6, visit=VISIT),
    event("purchase", 8, visit=VISIT, order_id="o-guest"),
    event("view", 1, who=ALS[3]),  # never exposed
]
ORDERS = [
    line("o-1", 30, "mug", 1000, who=ALS[0]),
    line("o-1", 30, "post", 200, who=ALS[0], kind="fee"),
    line("r-1", 60, "mug", -300, who=ALS[0], kind="refund", refers_to="o-1"),
    line("o-2", 40, "jug", 500, who=ALS[0]),
    line("o-guest", 8, "mug", 800),
    line("o-before", -48, "mug", 700, who=PLAIN[0]),
    line("o-long-ago", -24 * 29, "mug", 9000, who=PLAIN[0]),
    line("o-3", 1000, "mug", 1, who=PLAIN[0]),  # after as_of
]


def test_units_are_exposed_once_and_what_they_do_counts_from_then_on(lake):
    units, told = analysed(lake, EVENTS, ORDERS)
    day = (START.date() - START.date().replace(year=1970, month=1, day=1)).days
    # arm, exposed_day, impressions, clicks, carts, orders, revenue, prior revenue, has_prior
    assert rows(units) == [
        (0, day, 0, 0, 0, 0, 0, 700, 1),
        (1, day, 1, 1, 1, 2, 1000 + 200 - 300 + 500, 0, 1),
        (1, day, 1, 0, 0, 1, 800, 0, 0),
    ]
    assert (told["crossovers"], told["unexpected"], told["fell_back"], told["units"]) == (0, 0, 0, 3)


def test_who_saw_two_arms_is_in_neither(lake):
    events = [shown("als", 1, who=ALS[0]), shown("plain", 2, who=ALS[0]), shown("als", 1, who=ALS[1])]
    units, told = analysed(lake, events, ORDERS)
    assert (len(units), told["crossovers"]) == (1, 1)


@pytest.mark.parametrize("arm", ["plain", "other"])
def test_an_arm_that_the_assignment_does_not_give_is_counted_apart(lake, arm):
    units, told = analysed(lake, [shown(arm, 1, who=ALS[0]), shown("als", 1, who=ALS[1])], ORDERS)
    assert (len(units), told["unexpected"]) == (1, 1)


def test_an_answer_that_fell_back_on_other_lists_exposes_nobody(lake):
    fallback = answer("als", 5, model="ease")
    events = [
        event("impression", 1, of=fallback, product="mug", who=ALS[0]),
        event("impression", 1, of=fallback, product="mug", who=ALS[1]),
        shown("als", 5, who=ALS[1]),
    ]
    units, told = analysed(lake, events, [line("o", 3, "mug", 500, who=ALS[1])])
    assert (len(units), told["fell_back"], told["fallback_impressions"]) == (1, 1, 2)
    assert units.revenue_minor.tolist() == [0], "the order came before the exposure"


def test_an_order_counts_once_for_the_unit_that_was_exposed_last(lake):
    """Somebody comes as a session, signs in within it, and is then exposed as a customer."""
    customer = ALS[0]
    events = [
        shown("als", 1, visit=VISIT),
        event("view", 2, visit=VISIT, who=customer),
        shown("als", 10, who=customer),
    ]
    orders = [line("o-1", 5, "mug", 100, who=customer), line("o-2", 20, "mug", 10, who=customer)]
    units, _ = analysed(lake, events, orders)
    assert units.revenue_minor.tolist() == [100, 10]
    assert units.has_prior.tolist() == [False, True], "that a session is a customer's is only known later"


def test_nothing_counts_after_the_stop(lake):
    document = {"experiments": [{**TRIAL, "state": "stopped", "stopped_at": at(35)}], "holdout": None}
    units, told = analysed(lake, [*EVENTS, shown("als", 36, who=ALS[2])], ORDERS, document=document)
    assert len(units) == 3
    assert units.revenue_minor.tolist() == [0, 900, 800], "a refund of before counts whenever it came"
    assert told["experiment"]["ends"] == at(35)


def test_drafts_and_archived_experiments_are_not_analysed(lake):
    drafts = [
        {**TRIAL, "state": "draft", "started_at": None},
        {**TRIAL, "experiment_id": "b", "state": "archived"},
    ]
    fill(lake, EVENTS, ORDERS)
    write_json(lake.store, "settings/experiments.json", {"experiments": drafts, "holdout": None})
    assert experiment_tables("run", lake) == {"experiments": 0, "audiences": 0}
    assert experiment_reports("run", lake.store) == {"experiments": 0, "segments": 0}


def test_the_holdout_is_held_against_everybody_else(lake):
    held = next(f"h{n}" for n in range(1000) if bucket_of("holdout", f"h{n}") < 0.1)
    others = [f"c{n}" for n in range(100) if bucket_of("holdout", f"c{n}") >= 0.1][:3]
    events = [
        event(
            "impression", 1, of=rid(1, experiment_id="holdout", arm="holdout", model="", rungs=""), who=held
        ),
        event("impression", 1, of=rid(2), product="mug", who=others[0]),
        shown("als", 1, who=others[1]),  # in an experiment: part of what everybody else gets
        event("impression", 1, of=rid(2), product="mug", who=held),  # forged, or before it was held out
        event("impression", 0.1, of=rid(2), product="mug", who=others[2]),  # before the share was set
    ]
    since = {"share": 0.1, "since": at(-100), "changed_at": at(0.5)}
    fill(lake, events[:3] + events[4:], ORDERS)
    write_json(lake.store, "settings/experiments.json", {"experiments": [], "holdout": since})
    experiment_tables("run", lake)
    units, told = units_of(lake, "experiment-holdout")
    assert sorted(units.arm.tolist()) == [0, 1, 1]
    assert [each["arm"] for each in told["experiment"]["arms"]] == ["holdout", OTHERS]


def test_a_held_out_visitor_who_was_shown_something_is_a_crossover(lake):
    held = next(f"h{n}" for n in range(1000) if bucket_of("holdout", f"h{n}") < 0.1)
    events = [
        event(
            "impression", 1, of=rid(1, experiment_id="holdout", arm="holdout", model="", rungs=""), who=held
        ),
        event("impression", 2, of=rid(2), product="mug", who=held),
    ]
    document = {"experiments": [], "holdout": {"share": 0.1, "since": at(0)}}
    fill(lake, events, ORDERS)
    write_json(lake.store, "settings/experiments.json", document)
    experiment_tables("run", lake)
    assert units_of(lake, "experiment-holdout")[1]["crossovers"] == 1


@pytest.mark.parametrize("list_hours", [0.5, 2])
def test_lists_that_everybody_sees_put_nobody_on_a_side_of_the_holdout(lake, list_hours):
    held = next(f"h{n}" for n in range(1000) if bucket_of("holdout", f"h{n}") < 0.1)
    other, only_lists = [f"c{n}" for n in range(100) if bucket_of("holdout", f"c{n}") >= 0.1][:2]
    of_list, of_holdout = rid(3, experiment_id=NO_VISITOR, rungs="tp"), {"model": "", "rungs": ""}
    held_out = rid(1, experiment_id="holdout", arm="holdout", **of_holdout)
    events = [
        event("impression", 1, of=held_out, who=held),
        event("impression", list_hours, of=of_list, product="mug", who=held),
        event("impression", 1, of=rid(2), product="mug", who=other),
        event("impression", list_hours, of=of_list, product="mug", who=other),
        event("impression", list_hours, of=of_list, product="mug", who=only_lists),
    ]
    fill(lake, events, ORDERS)
    document = {"experiments": [], "holdout": {"share": 0.1, "since": at(0)}}
    write_json(lake.store, "settings/experiments.json", document)
    experiment_tables("run", lake)
    units, told = units_of(lake, "experiment-holdout")
    assert sorted(units.arm.tolist()) == [0, 1]
    assert (told["crossovers"], told["unexpected"]) == (0, 0)


def test_the_report_of_an_experiment_has_what_was_left_out(lake):
    analysed(lake, [*EVENTS, shown("plain", 1, who=ALS[1])], ORDERS)
    assert experiment_reports("run", lake.store) == {"experiments": 1, "segments": 0}
    document = read_json(lake.store, "runs/run/monitor/experiments.json")
    report = document["experiments"]["trial"]
    assert (report["units"], report["unexpected"], report["fell_back"]) == (3, 1, 0)
    assert [each["revenue_minor"] for each in report["arms"]] == [0, 2200]
    assert "1 visitors were shown an arm that is not theirs" in " ".join(report["notes"])
    assert not [name for name in (*PLAIN, *ALS, VISIT) if f'"{name}"' in str(document)]


def test_an_experiment_is_reported_with_its_own_control_and_metric(lake):
    own = {**TRIAL, "control": "als", "primary_metric": "conversion"}
    analysed(lake, EVENTS, ORDERS, document={"experiments": [own], "holdout": None})
    experiment_reports("run", lake.store)
    report = read_json(lake.store, "runs/run/monitor/experiments.json")["experiments"]["trial"]
    assert (report["control"], report["primary_metric"]) == ("als", "conversion")


def audience(lake, name, groups, *, hours, share=0.5):
    root = lake.store.root / "lake/audiences"
    root.mkdir(parents=True, exist_ok=True)
    values = ", ".join(f"('{customer}', '{group}')" for customer, group in groups.items())
    duckdb.sql(
        f"COPY (SELECT * FROM (VALUES {values}) AS t(customer_id, \"group\")) TO '{root / name}.parquet'"
    )
    record = {
        "export": name,
        "run_id": "r",
        "exported_at": (START + timedelta(hours=hours)).isoformat(),
        "held_out_share": share,
        "segment_id": "at_risk",
        "channel": "klaviyo",
        "by": "rfm",
        "exported": 1,
        "held_out": 1,
    }
    write_json(lake.store, f"lake/audiences/{name}.json", record)


def test_what_contacting_a_segment_brought_is_told_of_both_groups(lake):
    orders = [
        line("before", -1, "mug", 7, who="a"),
        line("o-a", 24, "mug", 100, who="a"),
        line("o-b", 24, "mug", 10, who="b"),
        line("late", 24 * 40, "mug", 5000, who="a"),
    ]
    fill(lake, EVENTS, orders, as_of=AS_OF + timedelta(days=60))
    audience(lake, "x", {"a": "exported", "b": "held_out", "c": "exported", "d": "held_out"}, hours=0)
    audience(lake, "y", {"c": "held_out"}, hours=5)  # c is contacted in one, and held out in the other
    assert experiment_tables("run", lake) == {"experiments": 0, "audiences": 2}
    units, told = units_of(lake, "audience-0")
    assert (told["crossovers"], told["days"]) == (1, 30)
    assert units.arm.tolist() == [0, 1, 1]
    assert units.revenue_minor.tolist() == [100, 10, 0]
    assert units.prior_revenue_minor.tolist() == [7, 0, 0]
    experiment_reports("run", lake.store)
    segments = read_json(lake.store, "runs/run/monitor/experiments.json")["segments"]
    assert [each["export"] for each in segments] == ["y", "x"]
    assert segments[1]["units"] == 3


def test_without_held_out_customers_there_is_nothing_to_compare(lake):
    fill(lake, EVENTS, ORDERS)
    audience(lake, "x", {"a": "exported"}, hours=0, share=0)
    experiment_tables("run", lake)
    experiment_reports("run", lake.store)
    (segment,) = read_json(lake.store, "runs/run/monitor/experiments.json")["segments"]
    assert segment["stopped"] == "nobody_held_out"


def test_arrays_hold_numbers_alone(lake):
    analysed(lake, EVENTS, ORDERS)
    arrays = load_arrays(lake.store, "runs/run/monitor/experiment-trial.npz")
    assert {values.dtype for values in arrays.values()} == {np.dtype("int32"), np.dtype("int64")}
