"""Monitoring over a drawn shop whose storefront echoes answers: DuckDB and Spark write the same."""

from __future__ import annotations

import pytest

from engines_support import differences
from patronage.engines.opening import opening
from patronage.engines.spark import SparkEngine
from patronage.logic.monitor.measures import MEASURES
from patronage.steps.job import Job, job_measured
from patronage.steps.job_states import STATES
from patronage.steps.monitor.decide import decide
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, write_json
from spark_shops_support import JUDGING, MONITORING, drawn_shop
from sql_subset_support import beyond_the_subset, is_of_monitoring, never_ran

SHOP, STEPS = drawn_shop, MONITORING | JUDGING


@pytest.mark.parametrize("step", STEPS)
def test_a_step_writes_the_same_on_both_engines(twins, step):
    both = twins.run(step)
    assert both.duckdb.files
    assert differences(both) == []


def test_the_shop_has_what_is_monitored(twins):
    answers = {name: twins.run(name).duckdb.answer for name in STEPS}
    assert answers["drift_tables"]["columns"]
    assert min(answers["effectiveness"].values()) > 0
    assert answers["experiment_tables"] == {"experiments": 1, "audiences": 2}


@pytest.fixture(scope="module")
def by_the_job(twins, spark):
    """Let the job measure where Spark has, but for what takes longest, which stands; return what it told."""
    twins.run_all()
    lake, told = Lake(FolderStore(twins.roots[1])), []
    job = Job("watch", lake.store, told.append)
    job.do("drift_tables", lambda: twins.run("drift_tables").spark.answer)
    for key in set(lake.store.keys("runs/watch/monitor/")) - {"runs/watch/monitor/drift_inputs.json"}:
        (lake.store.root / key).unlink()
    told.clear()
    with opening(lambda shop: SparkEngine(shop, spark=spark)):
        STATES["monitoring"](job, lake, spark)
    return lake, told


def test_the_job_writes_what_the_functions_do(by_the_job, twins):
    lake, told = by_the_job
    assert [line.partition(":")[0] for line in told] == [*sum(MEASURES.values(), ()), "measured"]
    for name in STEPS:
        files = twins.run(name).duckdb.files
        here = {key: lake.store.root / key for key in files}
        both = twins.run(name)
        assert differences(both._replace(spark=both.spark._replace(files=here))) == []


def test_a_function_decides_on_what_the_job_measured(by_the_job):
    lake, _ = by_the_job
    found = job_measured("watch", lake.store)
    assert found == {"done": True, "measured": [{"measure": name} for name in MEASURES]}
    pinned = {"trigger": "schedule", "retrain": [], "last_runs": {}, "rolled_back": {}}
    write_json(lake.store, "runs/watch/monitor/pinned.json", pinned)
    assert decide("watch", lake.store, measured=found["measured"])["publish"]


def test_every_query_of_monitoring_has_run_on_spark(twins, recorder):
    twins.run_all()
    assert never_ran(recorder, is_of_monitoring) == []


def test_every_statement_stays_in_the_subset(twins, recorder):
    twins.run_all()
    assert {sql: found for sql in recorder.statements if (found := beyond_the_subset(sql))} == {}
