"""Never two runs of one kind: locks in the serving table, over a mocked Step Functions."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import boto3
import pytest

import serving_support as support
from patronage.errors import TryAgain
from patronage.stores.executions import is_going
from patronage.stores.locks import Locks
from patronage.stores.serving import ServingTable

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


@pytest.fixture
def states():
    with support.aws():
        yield boto3.client("stepfunctions")


@pytest.fixture
def start(states):
    arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    return lambda name: states.start_execution(stateMachineArn=arn, name=name)["executionArn"]


@pytest.fixture
def locks(states):
    return Locks(ServingTable(support.TABLE, client=boto3.client("dynamodb")), states=states)


def take(locks, name, execution, family="segments"):
    other = locks.take(family, run_id=name, execution=execution, now=NOW)
    return other.text if other else ""


def test_while_a_run_is_going_another_of_its_kind_is_told_which(locks, start):
    assert take(locks, "one", start("one")) == ""
    told = take(locks, "two", start("two"))
    assert told == "run one of segments is going since 2026-01-05T03:00:00+00:00"
    assert take(locks, "three", start("three"), "recommendations") == ""


def test_a_run_that_asks_again_holds_its_own_lock(locks, start):
    one = start("one")
    assert [take(locks, "one", one) for _ in range(3)] == ["", "", ""]
    assert take(locks, "two", start("two"))


def test_the_lock_of_a_run_that_was_aborted_is_free(locks, start, states):
    one = start("one")
    take(locks, "one", one)
    states.stop_execution(executionArn=one)
    assert take(locks, "two", start("two")) == ""
    assert locks.last(["segments", "recommendations"]) == {"segments": "two"}


def test_the_lock_of_an_execution_that_nobody_knows_any_more_is_free(locks, start):
    gone = start("one").replace(":one", ":long-ago")
    assert take(locks, "long-ago", gone) == ""
    assert take(locks, "two", start("two")) == ""


def test_of_two_that_see_a_free_lock_at_once_one_gets_it(locks, start):
    """The other, whose write comes second, looks again and finds the winner."""
    one, two = start("one"), start("two")
    table = locks._table
    write = table.put_if

    def first_another(item, *, version):
        with patch.object(table, "put_if", write):
            assert take(locks, "one", one) == ""
        return write(item, version=version)

    with patch.object(table, "put_if", first_another):
        assert take(locks, "two", two).startswith("run one of segments is going")


def test_a_lock_that_changes_hands_again_and_again_is_asked_for_later(locks, start):
    with (
        patch.object(locks._table, "put_if", return_value=False),
        pytest.raises(TryAgain, match="lock of segments"),
    ):
        take(locks, "one", start("one"))


@pytest.mark.parametrize(
    ("status", "going"),
    [("RUNNING", True), ("PENDING_REDRIVE", True), ("SUCCEEDED", False), ("FAILED", False)],
)
def test_what_counts_as_going(status, going):
    class Client:
        def describe_execution(self, *, executionArn):  # noqa: N803 - as boto3 names it
            return {"status": status}

    assert is_going(Client(), "arn") is going


def test_where_step_functions_cannot_be_asked_the_lock_is_not_stolen(locks, start):
    one = start("one")
    take(locks, "one", one)
    with patch.object(locks, "_states", boto3.client("stepfunctions", endpoint_url="http://127.0.0.1:9")):
        locks._states.meta.events.register("before-call.stepfunctions", _refuse)
        with pytest.raises(TryAgain, match="could not be looked at"):
            take(locks, "two", start("two"))


def _refuse(**_):
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
