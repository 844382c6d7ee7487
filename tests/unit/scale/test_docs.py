"""docs/scale.md: its tables come from the code, and each limit in them is answered."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from infra import asl, asl_spark, names, plans, spark
from patronage.logic.scale.plan import plan
from patronage.logic.scale.shop import SIZES, Deployed
from patronage.steps.recommendation_shards import ROWS_PER_SHARD
from patronage.steps.segment.gate import CUSTOMERS_PER_SHARD
from patronage.stores import serving, serving_reader

DOCS = Path(__file__).parents[3] / "docs"


def writer():
    spec = importlib.util.spec_from_file_location("write_scale", DOCS / "write_scale.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_code():
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    assert writer().page_with(page) == page, "run: python -m docs.write_scale"


def test_each_limit_has_its_answer():
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#### (.+)$", page, re.MULTILINE))
    limits = {each["name"] for customers in SIZES for each in plan(customers)["limits"]}
    assert limits == headings


def test_the_page_links_to_files_that_are_there():
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page):
        if not link.startswith("http"):
            assert (DOCS / link).exists(), link


def test_the_plan_takes_what_the_stack_is_deployed_with():
    deployed = Deployed()
    assert deployed.customers_a_shard == ROWS_PER_SHARD == CUSTOMERS_PER_SHARD
    assert deployed.shards_at_once == asl.SHARDS_AT_ONCE
    assert deployed.run_seconds == asl.RUN_TIMEOUT_SECONDS
    assert deployed.call_seconds == names.PUBLISH.timeout_seconds == names.TRAIN.timeout_seconds
    assert (deployed.publish_mb, deployed.publish_tmp_mb) == (names.PUBLISH.memory_mb, names.PUBLISH.tmp_mb)
    assert (deployed.train_mb, deployed.lookup_mb) == (names.TRAIN.memory_mb, names.LOOKUP.memory_mb)
    assert f"{deployed.driver_mb / 1_024:.0f}g" == spark._SETTINGS["spark.driver.memoryOverhead"]
    assert deployed.job_seconds == asl_spark.JOB_MINUTES * 60
    assert deployed.requests_a_second == plans.Rates().per_second
    assert deployed.pointer_seconds == serving_reader.POINTER_SECONDS
    assert (deployed.puts_a_batch, deployed.updates_at_once) == (
        serving.PUTS_A_BATCH,
        serving.UPDATES_AT_ONCE,
    )
