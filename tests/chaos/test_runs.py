"""Every state of every machine is killed, refused, left without answer, time, memory or disk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from chaos_support import READS, Fault
from patronage.logic.monitor.machines import WHAT_OF

if TYPE_CHECKING:
    from collections.abc import Callable

    from chaos_shop_support import Outcome, Shop

pytestmark = pytest.mark.local_cloud

MOST_WRITES = 14
"""No invocation of this shop's runs writes more often, but `retire`, whose updates are all alike."""
ALWAYS = 10**6
PAIR = ("segmentation", "training")
"""They run at once: neither reads what the other makes."""
TOGETHER = (PAIR, ("monitoring",))
KILLS = {
    "kill_before": "killed before its write {nth}",
    "kill_during": "killed in the middle of its write {nth}",
    "kill_after": "killed after its write {nth}",
}
REFUSALS = {
    "throttled": "each call throttled once",
    "failed": "each call failed once",
    "lost_answer": "each call carried out, its answer lost",
}
slow = pytest.mark.slow


def steps_of(outcome: Outcome) -> Counter[str]:
    return Counter(hit["step"] for hit in outcome.struck)


def all_went_live(shop: Shop, outcomes: list[Outcome], fault: str, record: Callable[..., None]) -> None:
    for outcome in outcomes:
        shop.went_live(outcome)
        struck = steps_of(outcome)
        if struck:
            where = f"{outcome.machine}: {len(struck)} steps"
            record(where, fault, struck.total(), "tried again; live and whole; no alert")
    assert any(outcome.struck for outcome in outcomes), "the fault struck nothing"


def sweeps() -> list[object]:
    """Return each kind of kill at each write; one of them is short enough for every change."""
    return [
        pytest.param(kind, nth, together, marks=() if (kind, nth, together) == SHORT else slow)
        for together in TOGETHER
        for kind in KILLS
        for nth in range(1, MOST_WRITES + 1)
        if not (kind == "kill_during" and nth > 2) and not (together != PAIR and nth > 8)
    ]


SHORT = ("kill_after", 1, ("monitoring",))


@pytest.mark.parametrize(("kind", "nth", "machines"), sweeps())
def test_a_kill_at_any_write_is_made_good(shop, record, kind, nth, machines):
    outcomes = shop.run_all(machines, Fault(kind, nth=nth))
    all_went_live(shop, outcomes, KILLS[kind].format(nth=nth), record)


@slow
def test_no_write_is_left_out(shop):
    writes = [Fault("seen", nth=MOST_WRITES + 1)]
    for machines in TOGETHER:
        outcomes = shop.run_all(machines, *writes)
        later = {step for outcome in outcomes for step in steps_of(outcome)}
        assert later <= {"retire"}


@pytest.mark.parametrize("machines", TOGETHER)
@pytest.mark.parametrize("kind", REFUSALS)
@slow
def test_each_call_is_refused_once(shop, record, kind, machines):
    outcomes = shop.run_all(machines, Fault(kind, actions=("*",), each_once=True))
    all_went_live(shop, outcomes, REFUSALS[kind], record)


@pytest.mark.parametrize("machines", TOGETHER)
@slow
def test_memory_ends_while_a_step_reads(shop, record, machines):
    """Lambda kills what goes over its memory; here what reads is killed at its second read."""
    outcomes = shop.run_all(machines, Fault("kill_before", actions=READS, nth=2))
    all_went_live(shop, outcomes, "out of memory while it reads", record)


@pytest.mark.parametrize("machines", TOGETHER)
@slow
def test_tmp_is_full(shop, record, machines):
    outcomes = shop.run_all(machines, Fault("full_disk", actions=("*",)))
    all_went_live(shop, outcomes, "the disk is full", record)


@pytest.mark.parametrize("machines", TOGETHER)
@slow
def test_time_runs_out(shop, record, machines, short_timeouts):
    outcomes = shop.run_all(machines, Fault("hang"))
    all_went_live(shop, outcomes, "out of time at its first write", record)


LOOKED_AFTER = {"pin", "gate", "decide", "shard", "flip"}
"""Once these failed, a run is made that goes live; after the others the next test's run takes the lock."""
STEPS = {
    "segmentation": (
        *("pin", "rfm", "stability", "journeys", "lifetime_histories", "lifetime", "cluster_features"),
        *("clusters", "lifecycle", "behaviour", "features", "cohorts", "cohorts_by_country", "totals"),
        *("sales", "sales_by_country", "combine", "slices", "gate", "shard", "flip"),
    ),
    "training": (
        *("pin", "interactions", "candidates", "blend", "gate", "fit", "plan", "lists", "parquet"),
        *("shard", "flip"),
    ),
    "monitoring": ("pin", "decide", "shard", "flip"),
}


@pytest.mark.parametrize(
    ("machine", "step"),
    [
        pytest.param(machine, step, marks=() if (machine, step) == ("segmentation", "shard") else slow)
        for machine, steps in STEPS.items()
        for step in steps
    ],
)
def test_a_step_that_fails_for_good_fails_the_run_and_nothing_else(shop, record, machine, step):
    before = shop.live_run(machine)
    outcome = shop.run(machine, Fault("denied", step=step, attempts=ALWAYS))
    shop.failed_safely(outcome, before)
    if step in LOOKED_AFTER:
        shop.goes_on(machine)
    record(
        f"{machine}: {step}",
        "a write refused for good",
        len(outcome.struck),
        "run failed; one alert; what was live stayed; status names run, cause, command",
    )


@pytest.mark.parametrize("step", ["retire"])
@pytest.mark.parametrize("machine", WHAT_OF)
@slow
def test_what_was_superseded_cannot_be_retired(shop, record, machine, step):
    """The flip is done: the new generation is live and whole, and the run says that its last state failed."""
    outcome = shop.run(machine, Fault("denied", step=step, attempts=ALWAYS))
    assert outcome.status == "FAILED"
    assert shop.live_run(machine) == outcome.run_id
    shop.is_whole(machine)
    assert len(outcome.alerts) == 1
    shop.goes_on(machine)
    record(
        f"{machine}: retire",
        "a write refused for good",
        len(outcome.struck),
        "run failed after its flip: live and whole; one alert; the next run went live",
    )


MEASURED = {
    "drift_tables": "drift",
    "drift": "drift",
    "effectiveness": "effectiveness",
    "experiment_reports": "experiments",
}


@pytest.mark.parametrize("step", MEASURED)
@slow
def test_a_measure_that_fails_stops_no_other(shop, record, step):
    outcome = shop.run("monitoring", Fault("denied", step=step, attempts=ALWAYS))
    assert outcome.status == "SUCCEEDED"
    shop.is_whole("monitoring")
    (alert,) = outcome.alerts
    assert f"{MEASURED[step]} could not be measured" in alert["alert"]
    told = [each["say"] for each in shop.status()["next"]]
    assert any(MEASURED[step] in each for each in told), told
    shop.goes_on("monitoring")
    record(
        f"monitoring: {step}",
        "a write refused for good",
        len(outcome.struck),
        "the other measures went live; one alert and status name the one that failed",
    )


@slow
def test_a_method_that_fails_is_left_out(shop, record):
    outcome = shop.run("training", Fault("denied", step="evaluate", attempts=ALWAYS, about="als"))
    assert outcome.status == "SUCCEEDED"
    assert outcome.alerts == []
    record(
        "training: evaluate",
        "a method fails for good",
        len(outcome.struck),
        "left out and recorded; no alert",
    )
    shop.goes_on("training")


@pytest.fixture
def short_timeouts(shop):
    """Let every function of a run time out within seconds."""
    client = shop.stack.cloud.client("lambda")
    names = [each["FunctionName"] for each in client.list_functions()["Functions"]]
    before = {name: client.get_function_configuration(FunctionName=name)["Timeout"] for name in names}
    for name in names:
        client.update_function_configuration(FunctionName=name, Timeout=12)
    yield
    for name, seconds in before.items():
        client.update_function_configuration(FunctionName=name, Timeout=seconds)
