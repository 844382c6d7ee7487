"""The job of monitoring: each measure for itself, and once where the job is started again."""

from __future__ import annotations

from types import SimpleNamespace
from zipfile import BadZipFile

import pytest
from deltalake.exceptions import DeltaError
from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError

from patronage.errors import BadInput, RunFailed, TryAgain
from patronage.logic.monitor.execution import failure_of
from patronage.steps import job_states
from patronage.steps.job import Job, job_measured
from patronage.stores.lake import Lake
from patronage.stores.objects import write_json


@pytest.fixture
def measured(store, monkeypatch):
    """Give a function that lets the job take measures of which some fail, and returns what it told."""

    def begin(**faults):
        calls, told = [], []

        def step_of(name):
            def work(_run_id, _lake):
                calls.append(name)
                if name in faults:
                    raise faults[name]
                return {}

            return work

        for steps in (job_states.MEASURED, job_states.judging.LEARNT):
            for name in steps:
                monkeypatch.setitem(steps, name, step_of(name))
        job_states.monitoring(Job("run", store, told.append), Lake(store), None)
        return calls, told

    write_json(store, "runs/run/manifest.json", {"run_id": "run"})
    return begin


def test_a_measure_that_fails_stops_no_other_and_takes_no_further_step(measured, store):
    calls, told = measured(
        drift_tables=BadInput("no such table"), effectiveness=ValueError("jane@example.com")
    )
    assert calls == ["drift_tables", "effectiveness", "experiment_tables", "experiment_reports"]
    found = {each["measure"]: each.get("failure") for each in job_measured("run", store)["measured"]}
    assert failure_of(found["drift"]) == "BadInput: no such table"
    assert found["effectiveness"] == {"Error": "ValueError", "Cause": ""}, "it may quote what it met"
    assert found["experiments"] is None
    assert "drift: could not be measured, BadInput" in told


def test_a_job_that_is_started_again_measures_what_does_not_stand(measured, store):
    with pytest.raises(ConnectionError):
        measured(experiment_tables=ConnectionError("cut off"))
    calls, _ = measured()
    assert calls == ["experiment_tables", "experiment_reports"]
    assert [set(each) for each in job_measured("run", store)["measured"]] == [{"measure"}] * 3


@pytest.mark.parametrize(
    "fault",
    [
        BadZipFile("File is not a zip file"),
        DeltaError("no log"),
        RuntimeError("unknown"),
        AssertionError("unknown"),
        Py4JJavaError("An error occurred while calling o1.count.", SimpleNamespace(_target_id="o2")),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_a_measure_fails_of_stops_no_other(measured, store, fault):
    calls, told = measured(effectiveness=fault)
    assert calls[-2:] == ["experiment_tables", "experiment_reports"]
    assert f"effectiveness: could not be measured, {type(fault).__name__}" in told
    failures = {each["measure"]: each.get("failure") for each in job_measured("run", store)["measured"]}
    assert failures["effectiveness"] == {"Error": type(fault).__name__, "Cause": ""}
    assert (failures["drift"], failures["experiments"]) == (None, None)


@pytest.mark.parametrize(
    "fault",
    [
        TryAgain("another came first"),
        OSError("the disk is full"),
        Py4JNetworkError("Answer from Java side is empty"),
        Py4JError("An error occurred while calling o1.count"),  # what py4j says once the JVM has gone
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_trying_again_may_mend_ends_the_job_and_is_not_written_as_a_failure(measured, store, fault):
    with pytest.raises(type(fault)):
        measured(experiment_reports=fault)
    with pytest.raises(RunFailed):
        job_measured("run", store)
    calls, _ = measured()
    assert calls == ["experiment_reports"]
