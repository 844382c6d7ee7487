"""A run as one job: each state once, started again where it was cut off, and its answers for the machine."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput, NotFound, RunFailed
from patronage.steps.job import Job, job_answers, job_measured
from patronage.stores.objects import read_json, write_json

MANIFEST = "runs/run/manifest.json"


@pytest.fixture
def pinned(store):
    write_json(store, MANIFEST, {"run_id": "run"})
    return store


@pytest.fixture
def told():
    return []


def job(store, told):
    seconds = iter(range(100))
    return Job("run", store, told.append, clock=lambda: float(next(seconds)))


def test_a_state_is_done_once_and_answers_the_same_again(pinned, told):
    calls = []

    def work():
        calls.append("done")
        return {"rows": 3}

    assert job(pinned, told).do("rfm", work) == {"rows": 3}
    assert job(pinned, told).do("rfm", work) == {"rows": 3}
    assert calls == ["done"]
    assert told == ["rfm: done in 1.0 s", "rfm: stands already"]


def test_a_state_that_was_cut_off_is_done_again_and_those_before_it_are_not(pinned, told):
    outputs = []

    def cut_off():
        pinned.write_bytes("runs/run/out", b"half")
        raise RunFailed("the worker died")

    def whole():
        outputs.append("whole")
        pinned.write_bytes("runs/run/out", b"whole")
        return {}

    first = job(pinned, told)
    first.do("before", dict)
    with pytest.raises(RunFailed):
        first.do("state", cut_off)
    again = job(pinned, told)
    again.do("before", lambda: pytest.fail("it stands"))
    again.do("state", whole)
    assert pinned.read_bytes("runs/run/out") == b"whole"


def test_what_another_manifest_gave_does_not_stand(pinned, told):
    job(pinned, told).do("rfm", lambda: {"rows": 3})
    write_json(pinned, MANIFEST, {"run_id": "run", "reproducible": False})
    assert job(pinned, told).do("rfm", lambda: {"rows": 2}) == {"rows": 2}
    assert read_json(pinned, "runs/run/job/rfm.json")["answer"] == {"rows": 2}


def test_a_run_that_was_not_pinned_has_no_job(store, told):
    with pytest.raises(NotFound):
        job(store, told)


def test_a_state_names_one_object(pinned, told):
    with pytest.raises(BadInput, match="no slash"):
        job(pinned, told).do("lists-../other", dict)


def test_the_machine_gets_the_answers_of_gate_and_plan(pinned, told):
    gate, plan = {"publish": True, "reason": "better"}, {"shards_key": "runs/run/shards.json"}
    work = job(pinned, told)
    work.do("gate", lambda: gate)
    assert job_answers("run", pinned) == {"done": True, "gate": gate, "plan": {}}
    work.do("plan", lambda: plan)
    assert job_answers("run", pinned) == {"done": True, "gate": gate, "plan": plan}


def test_without_the_sale_of_a_product_there_is_nothing_to_go_on_with(pinned, told):
    job(pinned, told).do("interactions", lambda: {"interactions": 0})
    assert job_answers("run", pinned) == {"done": False, "gate": {}, "plan": {}}


def test_monitoring_gets_what_was_measured(pinned, told):
    measured = [{"measure": "drift"}, {"measure": "experiments", "failure": {"Error": "BadInput"}}]
    job(pinned, told).do("measured", lambda: {"measured": measured})
    assert job_measured("run", pinned) == {"done": True, "measured": measured}


def test_monitoring_that_was_cut_off_is_a_failure(pinned, told):
    job(pinned, told).do("drift", dict)
    with pytest.raises(RunFailed, match="ended before it had measured"):
        job_measured("run", pinned)


def test_a_job_that_left_no_answer_is_a_failure(pinned, told):
    job(pinned, told).do("interactions", lambda: {"interactions": 5})
    with pytest.raises(RunFailed, match="ended before its gate"):
        job_answers("run", pinned)
