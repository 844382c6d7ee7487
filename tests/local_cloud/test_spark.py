"""A shop that asks for Spark: the job, in local mode, makes what the functions make, and it is published."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.local_cloud,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None,
        reason="Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless",
    ),
]
SETTINGS = "settings/engine.toml"


@pytest.fixture(scope="module")
def with_spark(orders: Path) -> Iterator[Stack]:
    """Deploy the template that has Spark, with the two groups of customers in its lake."""
    shop = Shop(currency="GBP", timezone="Europe/London")
    assembly = synthesise(repository(), shop, context={"spark": "on"})
    with MiniStack(port=0) as ministack:
        stack = deploy(Cloud(ministack.endpoint), assembly.folder)
        wait_for_report(stack, upload_file(stack, orders), timeout_s=120)
        yield stack


def run(stack: Stack, machine: str, run_id: str) -> dict[str, Any]:
    execution = start_run(stack, machine, run_id)
    return wait_for_runs(stack, {machine: execution}, on_state=lambda _: None, timeout_s=900)[machine]


def served(api: Api) -> dict[str, Any]:
    """Return the live segments, without what names the run and without their age."""
    segments = api.get("/api/v1/segments", with_token=True).body
    return {name: value for name, value in segments.items() if name not in {"generation", "age_seconds"}}


def test_a_shop_that_asks_for_spark_is_segmented_by_the_job_and_published(with_spark: Stack) -> None:
    small = run(with_spark, "segmentation", "small")
    assert small["pin"]["engine"] == "duckdb"
    assert small["pin"]["reason"].startswith("61 order lines: one function carries")
    api = open_api(with_spark)
    by_functions = served(api)

    store = with_spark.lake_store()
    store.write_bytes(SETTINGS, b'engine = "spark"\n')
    large = run(with_spark, "segmentation", "large")
    assert (large["pin"]["engine"], large["gate"]["publish"]) == ("spark", True)
    assert api.get("/api/v1/segments", with_token=True).body["generation"] == "large"
    assert served(api) == by_functions
    assert read_json(store, "runs/large/manifest.json")["engine"] == "spark"
    assert read_json(store, run_record("segmentation", "large"))["engine"] == "spark"


def test_a_shop_that_asks_for_spark_gets_lists_of_the_job(with_spark: Stack) -> None:
    with_spark.lake_store().write_bytes(SETTINGS, b'engine = "spark"\n')
    trained = run(with_spark, "training", "lists")
    assert (trained["pin"]["engine"], trained["gate"]["publish"]) == ("spark", True)
    first = open_api(with_spark).get("/api/v1/recommendations/A3", with_key=True).body["items"][0]
    assert (first["product_id"], first["rung"]) == ("A-p3", "user"), "what A3 of all the group did not buy"
