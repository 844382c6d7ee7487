"""The Spark job of a run is killed or refused: its second attempt goes on where it was."""

from __future__ import annotations

import pytest

from chaos_support import Fault

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]

JOB = "*-SparkJob*"
ALWAYS = 10**6
PAIR, WATCH = ("segmentation", "training"), ("monitoring",)
MADE_GOOD = {
    ("kill_before", 1, PAIR): "killed before its write 1",
    ("kill_after", 30, PAIR): "killed after its write 30",
    ("kill_before", 60, PAIR): "killed before its write 60",
    ("kill_after", 9, WATCH): "killed after its write 9",
    ("throttled", 0, PAIR): "each call throttled once",
    ("lost_answer", 0, PAIR): "each call carried out, its answer lost",
}
"""The jobs of segmentation and training write more than seventy times each, monitoring's seventeen times."""


@pytest.mark.parametrize(("kind", "nth", "machines"), MADE_GOOD)
def test_the_job_goes_on_where_it_was(shop_on_spark, record, kind, nth, machines):
    fault = Fault(kind, nth=nth, function=JOB)
    if not nth:
        fault = Fault(kind, actions=("*",), each_once=True, function=JOB)
    for outcome in shop_on_spark.run_all(machines, fault):
        shop_on_spark.went_live(outcome)
        assert outcome.struck, "the fault struck nothing"
        record(
            f"{outcome.machine} on Spark",
            MADE_GOOD[kind, nth, machines],
            len(outcome.struck),
            "tried again; live and whole; no alert",
        )


@pytest.mark.parametrize("machine", PAIR)
def test_a_job_that_fails_for_good_fails_the_run_and_nothing_else(shop_on_spark, record, machine):
    before = shop_on_spark.live_run(machine)
    fault = Fault("denied", function=JOB, nth=5, repeated=True, attempts=ALWAYS)
    outcome = shop_on_spark.run(machine, fault)
    shop_on_spark.failed_safely(outcome, before)
    shop_on_spark.goes_on(machine)
    record(
        f"{machine} on Spark",
        "a write refused for good",
        len(outcome.struck),
        "run failed; one alert; what was live stayed; status names run, cause, command",
    )
