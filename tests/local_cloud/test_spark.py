"""A shop that asks for Spark: the job, in local mode, makes what the functions make, and it is published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from patronage.cloud import (
    Api,
    Cloud,
    MiniStack,
    Stack,
    deploy,
    open_api,
    repository,
    start_run,
    synthesise,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from patronage.settings import Shop
from patronage.steps.monitor.ended import run_record
from patronage.stores.objects import read_json
from tests_support import HAS_JAVA, NO_JAVA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.local_cloud,
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_JAVA, reason=NO_JAVA),
]
SETTINGS = "settings/engine.toml"
JOBS = {"segmentation": "large", "training": "lists"}
WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def with_spark(orders: Path) -> Iterator[Stack]:
    """Deploy the template that has Spark, with the two groups of customers in its lake."""
    shop = Shop(currency="GBP", timezone="Europe/London")
    assembly = synthesise(repository(), shop, context={"spark": "on"})
    with MiniStack(port=0) as ministack:
        stack = deploy(Cloud(ministack.endpoint), assembly.folder)
        wait_for_report(stack, upload_file(stack, orders), timeout_s=120)
        yield stack


class Runs(NamedTuple):
    """What three runs ended with, and the segments that were served after the first and after the second."""

    small: dict[str, Any]
    large: dict[str, Any]
    lists: dict[str, Any]
    by_functions: dict[str, Any]
    by_job: dict[str, Any]


@pytest.fixture(scope="module")
def runs(with_spark: Stack) -> Runs:
    """Segment by functions, as the counts ask; then let one job segment and another train beside it."""
    api = open_api(with_spark)
    small = run(with_spark, "segmentation", "small")
    by_functions = served(api, "small")
    with_spark.lake_store().write_bytes(SETTINGS, b'engine = "spark"\n')
    # Both start before a list is live, for segments tell what their customers are recommended.
    jobs = {machine: start_run(with_spark, machine, name) for machine, name in JOBS.items()}
    done = wait_for_runs(with_spark, jobs, on_state=lambda _: None, timeout_s=900)
    return Runs(small, done["segmentation"], done["training"], by_functions, served(api, "large"))


def run(stack: Stack, machine: str, run_id: str) -> dict[str, Any]:
    execution = start_run(stack, machine, run_id)
    return wait_for_runs(stack, {machine: execution}, on_state=lambda _: None, timeout_s=900)[machine]


def served(api: Api, run_id: str) -> dict[str, Any]:
    """Return the segments of a run when they are live, without what names it and without their age."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (segments := api.get("/api/v1/segments", with_token=True).body)["generation"] != run_id:
        assert time.monotonic() < deadline, f"{segments['generation']} is served, not {run_id}"
        time.sleep(0.5)
    return {name: value for name, value in segments.items() if name not in {"generation", "age_seconds"}}


def test_a_shop_that_asks_for_spark_is_segmented_by_the_job_and_published(
    with_spark: Stack, runs: Runs
) -> None:
    assert runs.small["pin"]["engine"] == "duckdb"
    assert runs.small["pin"]["reason"].startswith("61 order lines: one function carries")
    assert (runs.large["pin"]["engine"], runs.large["gate"]["publish"]) == ("spark", True)
    assert runs.by_job == runs.by_functions
    store = with_spark.lake_store()
    assert read_json(store, "runs/large/manifest.json")["engine"] == "spark"
    assert read_json(store, run_record("segmentation", "large"))["engine"] == "spark"


def test_a_shop_that_asks_for_spark_gets_lists_of_the_job(with_spark: Stack, runs: Runs) -> None:
    assert (runs.lists["pin"]["engine"], runs.lists["gate"]["publish"]) == ("spark", True)
    first = open_api(with_spark).get("/api/v1/recommendations/A3", with_key=True).body["items"][0]
    assert (first["product_id"], first["rung"]) == ("A-p3", "user"), "what A3 of all the group did not buy"


def test_a_shop_that_asks_for_spark_is_monitored_by_the_job(with_spark: Stack) -> None:
    store = with_spark.lake_store()
    store.write_bytes(SETTINGS, b'engine = "spark"\n')
    watched = run(with_spark, "monitoring", "watch")
    assert watched["pin"]["engine"] == "spark"
    assert watched["measured"] == [{"measure": each} for each in ("drift", "effectiveness", "experiments")]
    assert watched["decide"]["publish"]
    assert read_json(store, "runs/watch/monitor/decision.json")["failed"] == {}
    record = read_json(store, run_record("monitoring", "watch"))
    assert (record["engine"], record["engine_reason_code"]) == ("spark", "spark_asked")
