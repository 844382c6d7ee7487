"""docs/scale.md: its tables come from the code, and each limit in them is answered."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from benchmarks import comparison
from docs.write_results import read_kept
from infra import asl, asl_spark, names, plans, spark
from patronage.logic.scale.plan import plan
from patronage.logic.scale.shop import SIZES, Deployed
from patronage.steps.recommendation_shards import ROWS_PER_SHARD
from patronage.steps.segment.gate import CUSTOMERS_PER_SHARD
from patronage.stores import serving, serving_reader

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "scale.md").read_text(encoding="utf-8")


def writer():
    spec = importlib.util.spec_from_file_location("write_scale", DOCS / "write_scale.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(kept):
    return writer().page_with(PAGE, kept)


def line(name, value, baseline="none", beside=0.0, *, subject="comparison", versions=None, date="2026-11-29"):
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "baseline": baseline,
        "baseline_value": beside,
        "subject": subject,
        "date": date,
        "machine": "2 cores, 8 GB",
        "versions": versions or {},
    }


def test_the_tables_are_those_of_the_code():
    assert written(read_kept()) == PAGE, "run: python -m docs.write_scale"


def test_what_was_measured_is_written_from_what_is_kept():
    """Of no subject is a number left when its figures are gone."""
    page = written([])
    for subject in ("comparison", "scale", "memory", "load"):
        assert f"Not measured yet: `make results NAME={subject}`." in page


def test_a_kept_figure_has_its_cell_and_one_that_is_not_kept_an_empty_one():
    versions = {"implicit": "0.7", "pandas": "3.1", "pyspark": "4.3"}
    page = written(
        [
            line("comparison_s", 4.17, "implicit with pandas", 2.29, versions=versions),
            line("comparison_spark_s", 4.17, "Spark alone, not here", 0.0, versions=versions),
            line("scale_ingest_1m_s", 2.0, subject="scale"),
            line("scale_ingest_1m_written_mb", 38.4, subject="scale"),
            line("scale_publish_1m_s", 10.0, subject="scale"),
            line("scale_publish_1m_write_units", 321_736.0, subject="scale", date="2026-11-30"),
            line("load_lookup_p50_ms_during", 125.0, "GET /health", 52.5, subject="load"),
            line("load_flip_seconds", 2.38, "how long a pointer may be kept", 60, subject="load"),
            line("memory_plan_10m_mb", 768.0, "a function", 3008.0, subject="memory"),
        ]
    )
    rows = page.splitlines()
    assert any(re.fullmatch(r"\| Patronage, the same work.* \| 4\.17 \|  \|  \|  \|", row) for row in rows)
    assert any(re.fullmatch(r"\| \[implicit\].* 0\.7: .* \| 2\.29 \|  \|  \|  \|", row) for row in rows)
    assert any(re.fullmatch(r"\| Spark 4\.3 .* \|  \|  \|  \|  \|", row) for row in rows)
    assert "| ingest | 2 |  |  | 38.4 |  |  |  |" in rows
    assert "| publish | 10 |  |  |  |  | 321,736 | 32,174 |" in rows
    assert "`make bench NAME=scale`, 2026-11-29 and 2026-11-30, 2 cores, 8 GB:" in rows
    assert "| a lookup, half of them |  | 125 |  |" in rows
    assert "| `GET /health`, which reads nothing, half of them |  | 52.5 |  |" in rows
    assert any(row.endswith("| 2.38 s; how long a pointer may be kept: 60 |") for row in rows)
    assert "| `plan` | 768 | 3,008 |" in rows


def test_each_figure_of_the_comparison_has_its_cell():
    """With all of them kept no cell is empty."""
    versions = {"implicit": "0.7", "pandas": "3.1", "pyspark": "4.3"}
    page = written([line(name, 1.5, "a peer", 2.5, versions=versions) for name in comparison.FIGURES])
    table = page.partition("<!-- one run")[2].partition("<!-- end")[0]
    assert [row.count("| 1.5 ") for row in table.splitlines() if "Patronage" in row] == [4, 4]
    assert [row.count("| 2.5 ") for row in table.splitlines() if " pandas " in row or "Spark" in row] == [
        4
    ] * 3


def test_the_prose_beside_what_was_measured_has_no_figure_of_its_own():
    """Only the bound on a kept pointer, which is a setting."""
    for heading in ("### In one run", "## Measured", "## While a generation flips"):
        rest = PAGE.partition(f"{heading}\n")[2]
        section = re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]
        assert section.strip()
        prose = re.sub(r"<!-- (.+?): written.*?<!-- end of \1 -->", "", section, flags=re.S)
        told = re.findall(r"\d[\d,.]*\s*(?:%|times|s\b|ms|GB|MB|write units|answers)", prose)
        assert set(told) <= {f"{serving_reader.POINTER_SECONDS:g} s"}


def test_new_results_write_this_page_too():
    makefile = (DOCS.parent / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nresults:")[2].partition("\n\n")[0]
    assert recipe.index("docs.write_results") < recipe.index("docs.write_scale")


def test_each_limit_has_its_answer():
    headings = set(re.findall(r"^#### (.+)$", PAGE, re.MULTILINE))
    limits = {each["name"] for customers in SIZES for each in plan(customers)["limits"]}
    assert limits == headings


def test_the_page_links_to_files_that_are_there():
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE):
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
