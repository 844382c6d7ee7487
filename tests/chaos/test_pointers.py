"""The pointer is lost, runs overlap, are aborted, and clocks go wrong: what is live stays whole."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from chaos_support import Fault
from patronage.cli.restore import restore
from patronage.cloud import start_run
from patronage.logic.monitor.machines import WHAT_OF
from patronage.logic.serve.keys import POINTER
from patronage.steps.monitor.run_days import record_of

if TYPE_CHECKING:
    from chaos_shop_support import Shop

pytestmark = [pytest.mark.local_cloud]

SKEW_SECONDS = 600
FLIPPING = ("dynamodb:UpdateItem",)


def output(shop: Shop, execution: str) -> dict[str, Any]:
    described = shop.stack.cloud.client("stepfunctions").describe_execution(executionArn=execution)
    return json.loads(described.get("output") or "{}")


def wait_until_struck(shop: Shop) -> None:
    deadline = time.monotonic() + 120
    while not shop.faults.hits():
        assert time.monotonic() < deadline, "the fault struck nothing"
        time.sleep(0.1)


def test_a_lost_pointer_is_told_and_made_anew(shop, record):
    table, key = shop.stack.output("ServingTableName"), {"pk": {"S": POINTER}}
    before = {machine: shop.live_run(machine) for machine in WHAT_OF}
    dynamodb = shop.stack.cloud.client("dynamodb")
    dynamodb.delete_item(TableName=table, Key=key)

    told = shop.status()["next"]
    commands = {each["command"] for each in told}
    assert f"patronage restore --stack {shop.stack.name}" in commands
    shop.restart("Api")  # an environment that knew the pointer answers from what it keeps, for a minute
    answer = shop.api.get("/api/v1/segments", with_token=True)
    assert answer.status == 503, answer.body
    assert "Traceback" not in json.dumps(answer.body)

    restore(shop.stack.name)
    for machine in WHAT_OF:
        assert shop.live_run(machine) == before[machine]
        shop.is_whole(machine)
    answer = shop.api.get("/api/v1/segments", with_token=True)
    assert (answer.status, answer.body["generation"]) == (200, shop.live_run("segmentation"))
    record(
        "serving table",
        "the pointer is lost",
        1,
        "503; status names the command, which makes all live again",
    )


@pytest.mark.slow
def test_of_two_publishes_at_once_the_one_that_began_later_wins(shop, record):
    """The first is about to flip when its execution is aborted, and its function does not know."""
    alerts = len(shop.alerts.received())
    first = shop.named("segmentation")
    with shop.faults.planned(Fault("late", step="flip", about=first, actions=FLIPPING)):
        execution = start_run(shop.stack, "segmentation", first)
        wait_until_struck(shop)
        shop.stack.cloud.client("stepfunctions").stop_execution(executionArn=execution)
        second = shop.named("segmentation")
        status = shop.ended(start_run(shop.stack, "segmentation", second))
        time.sleep(6)
    assert status == "SUCCEEDED"
    assert shop.live_run("segmentation") == second
    shop.is_whole("segmentation")
    assert len(shop.alerts_since(alerts, least=1)) == 1, "of the run that was aborted"
    shop.goes_on("segmentation")
    record("segmentation: flip", "two publishes at once", 1, "the run that began later is live and whole")


@pytest.mark.parametrize("machine", WHAT_OF)
@pytest.mark.slow
def test_a_start_during_a_run_ends_at_once(shop, record, machine):
    """As when a schedule fires while a run goes."""
    first, second = shop.named(machine), shop.named(machine)
    with shop.faults.planned(Fault("late", about=first, nth=2, most=1)):
        execution = start_run(shop.stack, machine, first)
        wait_until_struck(shop)
        other = start_run(shop.stack, machine, second)
        statuses = shop.ended(other), shop.ended(execution)
    assert statuses == ("SUCCEEDED", "SUCCEEDED")
    assert output(shop, other)["pin"]["engine"] == "busy"
    assert first in output(shop, other)["pin"]["reason"]
    assert shop.live_run(machine) == first
    shop.is_whole(machine)
    shop.wait_for_record(machine, second)
    row = next(run for run in shop.status()["runs"][machine] if run["run_id"] == second)
    assert first in (row["reason"] or row["cause"])
    record(
        machine, "a start while a run goes", 1, "the second ends at once and says which run goes; no alert"
    )


@pytest.mark.parametrize("machine", WHAT_OF)
@pytest.mark.slow
def test_an_aborted_run_holds_no_lock(shop, record, machine):
    alerts, before, run_id = len(shop.alerts.received()), shop.live_run(machine), shop.named(machine)
    with shop.faults.planned(Fault("late", about=run_id, nth=2, most=1)):
        execution = start_run(shop.stack, machine, run_id)
        wait_until_struck(shop)
        shop.stack.cloud.client("stepfunctions").stop_execution(executionArn=execution)
    assert shop.ended(execution) == "ABORTED"
    assert shop.live_run(machine) == before
    assert len(shop.alerts_since(alerts, least=1)) == 1
    shop.wait_for_record(machine, run_id)
    said = [each["command"] for each in shop.status()["next"]]
    assert f"patronage retrain {WHAT_OF[machine]} --stack {shop.stack.name}" in said
    shop.goes_on(machine)
    record(
        machine, "aborted in the middle", 1, "one alert; what was live stayed; the next run went live at once"
    )


@pytest.mark.parametrize("seconds", [SKEW_SECONDS, -SKEW_SECONDS])
@pytest.mark.slow
def test_clocks_of_functions_go_wrong(shop, record, seconds):
    """Fast, a run is newer than those of the next minutes; slow, it is older than what is live."""
    before = shop.live_run("segmentation")
    with shop.wrong_clocks(seconds):
        outcome = shop.run("segmentation")
    assert outcome.status == "SUCCEEDED", shop.cause(outcome)
    assert outcome.alerts == []
    assert shop.live_run("segmentation") == (outcome.run_id if seconds > 0 else before)
    shop.is_whole("segmentation")
    told = record_of(shop.stack.lake_store(), "segmentation", outcome.run_id)
    assert told["status"] == "SUCCEEDED"
    if seconds > 0:
        right = shop.run("segmentation")
        assert right.status == "SUCCEEDED"
        assert shop.live_run("segmentation") == outcome.run_id, "newer by its own clock"
        shop.is_whole("segmentation")
        shop.forget_future("segmentation")
        shop.goes_on("segmentation")
    way = "live at once, until clocks have passed it" if seconds > 0 else "not live, older than what is"
    record(
        "segmentation",
        f"clocks of functions {abs(seconds) // 60} minutes wrong",
        0,
        f"{way}; whole; no alert",
    )
