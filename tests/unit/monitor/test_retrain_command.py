"""`patronage retrain` against a mocked stack."""

from __future__ import annotations

import json

import boto3
import pytest
from typer.testing import CliRunner

import serving_support as support
from patronage.cli import app
from patronage.cloud import Cloud, Stack
from patronage.errors import BadInput, Conflict, RunFailed

STACK = ("--stack", "Shop")


@pytest.fixture
def states(monkeypatch):
    with support.aws():
        client = boto3.client("stepfunctions")
        (machine,) = client.list_state_machines()["stateMachines"]
        names = ("Segmentation", "Training", "Monitoring")
        outputs = {f"{name}StateMachineArn": machine["stateMachineArn"] for name in names}
        monkeypatch.setattr("patronage.cli.retrain.open_stack", lambda *_: Stack(Cloud(), "Shop", outputs))
        yield client


def called(*arguments):
    return CliRunner().invoke(app, ["retrain", *arguments, *STACK])


def executions(states):
    (machine,) = states.list_state_machines()["stateMachines"]
    return states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]


@pytest.mark.parametrize("what", ["segments", "recommendations", "monitoring"])
def test_a_run_is_started_under_a_name_that_tells_when_and_of_what(states, what):
    answer = called(what)
    assert answer.exit_code == 0, answer.output
    (started,) = executions(states)
    assert answer.output == f"started run {started['name']} of {what}\n"
    assert started["name"].startswith("on-demand-")
    assert started["name"].endswith(f"-{what}")
    described = states.describe_execution(executionArn=started["executionArn"])
    assert json.loads(described["input"]) == {"trigger": "on_demand"}


def test_where_a_run_is_going_it_says_so_and_starts_none(states):
    called("segments")
    answer = called("segments")
    assert isinstance(answer.exception, Conflict)
    (going,) = executions(states)
    assert str(answer.exception).startswith(f"run {going['name']} of segments is going since 20")
    assert "no other was started" in str(answer.exception)


def test_what_can_be_retrained_is_told():
    answer = called("everything")
    assert isinstance(answer.exception, BadInput)
    assert str(answer.exception) == "everything is none of segments, recommendations, monitoring"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"gate": {"publish": True, "reason": "it is better"}}, "published: it is better"),
        ({"gate": {"publish": False, "reason": "it is worse"}}, "not published: it is worse"),
        ({"decide": {"publish": True, "reason": "segments: none"}}, "published: segments: none"),
        ({"pin": {"engine": "none", "reason": "the lake is empty"}}, "nothing to do: the lake is empty"),
    ],
)
def test_the_run_that_is_going_is_followed_to_its_end(states, monkeypatch, output, said):
    called("segments")
    (going,) = executions(states)
    followed = []

    def wait(_stack, found, **_):
        followed.extend(found.values())
        return {"segmentation": output}

    monkeypatch.setattr("patronage.cli.retrain.wait_for_runs", wait)
    answer = called("segments", "--wait")
    assert answer.exit_code == 0, answer.exception
    assert followed == [going["executionArn"]]
    assert answer.output.splitlines()[-1] == said


def test_a_run_that_another_was_before_is_told(states, monkeypatch):
    busy = {"segmentation": {"pin": {"engine": "busy", "reason": "run a of segments is going"}}}
    monkeypatch.setattr("patronage.cli.retrain.wait_for_runs", lambda *_, **__: busy)
    answer = called("segments", "--wait")
    assert isinstance(answer.exception, Conflict)
    assert str(answer.exception) == "nothing was done: run a of segments is going"


def test_a_refusal_of_the_cloud_is_one_sentence(states, monkeypatch):
    outputs = {"TrainingStateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:gone"}
    monkeypatch.setattr("patronage.cli.retrain.open_stack", lambda *_: Stack(Cloud(), "Shop", outputs))
    assert isinstance(called("recommendations").exception, RunFailed)
