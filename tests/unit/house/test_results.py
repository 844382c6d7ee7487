"""docs/results.md: its tables are of the figures that are kept, and no figure is without its command."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re

import pytest

from benchmarks.__main__ import SUBJECTS
from benchmarks.comparison_paper import alternatives
from benchmarks.shared_data import SECTION, SETS, VARIABLE
from docs.published import SOURCES
from tests_support import REPOSITORY

pytestmark = pytest.mark.filterwarnings("ignore:The 'mode.chained_assignment' option")  # a peer's own

PAGE = REPOSITORY / "docs" / "results.md"


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("write_results", REPOSITORY / "docs" / "write_results.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(name: str, subject: str = "skeleton", value: float = 1.0, **more: object) -> dict:
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "baseline": "a peer",
        "baseline_value": 2.0,
        "ratio": value / 2,
        "subject": subject,
        "date": "2026-11-29",
        "machine": "2 cores, 8 GB",
        "versions": {"patronage": "0.1.0", "numpy": "2.0"},
        **more,
    }


def lines(*of: dict) -> str:
    return "".join(json.dumps(each) + "\n" for each in of)


def test_the_tables_are_those_of_the_kept_figures(writer):
    page = PAGE.read_text(encoding="utf-8")
    assert writer.page_with(page, writer.read_kept()) == page, "run: make results ARGS=--no-run"


def test_every_kept_figure_is_one_that_its_command_measures(writer):
    kept = writer.read_kept()
    assert kept
    assert len({each["name"] for each in kept}) == len(kept)
    for each in kept:
        assert each["subject"] in SUBJECTS
        assert each["name"] in importlib.import_module(f"benchmarks.{each['subject']}").FIGURES
        assert re.fullmatch(r"\d+ cores, \d+ GB", each["machine"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each["date"])
        assert each["versions"]["patronage"]


def test_every_row_of_a_figure_names_its_command():
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| `")]
    assert rows
    for row in rows:
        name = re.match(r"\| `(\w+)` \|", row)[1]
        assert re.search(rf"`make bench NAME=\w+ ONLY={name}` \|$", row), row


def test_the_prose_holds_no_figure_of_its_own():
    text = re.sub(
        r"<!-- (.+?): written.*?<!-- end of \1 -->", "", PAGE.read_text(encoding="utf-8"), flags=re.S
    )
    text = re.sub(r"```.*?```|\[[^\]]*\]\([^)]*\)|`[^`]*`", "", text, flags=re.S)
    assert not re.findall(r"\d+(?:\.\d+)?\s*(?:%|times|s\b|ms|GB|MB)", text)


def test_every_claim_has_a_benchmark_or_says_why_it_has_none(writer):
    known = {
        name for subject in SUBJECTS for name in importlib.import_module(f"benchmarks.{subject}").FIGURES
    }
    for claim in writer.CLAIMS:
        assert (claim.figure in known) != bool(claim.instead), claim
    table = writer.page_with(PAGE.read_text(encoding="utf-8"), [])
    assert table.count(writer.NOT_MEASURABLE) == sum(bool(claim.instead) for claim in writer.CLAIMS)
    assert "RMSE of the hybrid" not in table  # what is not kept has no row


def test_a_partial_run_replaces_its_own_lines_alone(writer):
    kept = lines(line("a_s"), line("b_s", value=5.0))
    found = [json.loads(each) for each in writer.with_line(kept, line("b_s", value=7.0)).splitlines()]
    assert [(each["name"], each["value"]) for each in found] == [("a_s", 1.0), ("b_s", 7.0)]


def test_a_figure_stands_with_its_peer_ratio_and_versions(writer):
    told = line("rfm_s", value=1.0)
    page = writer.page_with(PAGE.read_text(encoding="utf-8"), [told])
    row = next(each for each in page.splitlines() if each.startswith("| `rfm_s`"))
    assert "| 1 s | 2 (a peer) | 0.5 | less | 2026-11-29 | `make bench NAME=skeleton ONLY=rfm_s` |" in row
    assert "| skeleton | 2026-11-29 | 2 cores, 8 GB | patronage 0.1.0, numpy 2.0 |" in page


@pytest.mark.parametrize(
    ("name", "unit", "way"),
    [
        ("scale_ingest_exponent", "exponent", "less"),
        ("recommendation_item_bytes", "bytes", "less"),
        ("million_users_write_units", "write units", "less"),
        ("dashboard_script_kb", "KB gzipped", "less"),
        ("champions_churn_90d", "share", "less"),
        ("drift_false_alarm_share", "share", "less"),
        ("load_lost_events", "events", "less"),
        ("found_share", "share", "more"),
        ("beauty_hr10", "HR@10", "more"),
        ("plan_catalogue_bytes", "bytes a product", "1"),
        ("cdnow_bgnbd_alpha", "weeks", "1"),
        ("churn_share_90d", "share", "1"),
        ("champions_revenue_share", "share", ""),
        ("anything", "no unit that there is", ""),
    ],
)
def test_it_is_said_which_way_is_better(writer, name, unit, way):
    assert writer.better(line(name, unit=unit)) == way


def test_only_of_shares_of_customers_and_of_walks_neither_way_is_better(writer):
    neither = {each["name"] for each in writer.read_kept() if not writer.better(each)}
    assert neither == {"champions_customer_share", "champions_revenue_share", "load_walks_across_flip"}


def test_every_published_figure_has_a_source(writer):
    sourced = {name for source in SOURCES for name in source.figures}
    for each in writer.read_kept():
        if re.search(r"published|from memory|\b(19|20)\d\d$", each["baseline"]):
            assert each["name"] in sourced, each
    known = {
        name for subject in SUBJECTS for name in importlib.import_module(f"benchmarks.{subject}").FIGURES
    }
    assert sourced <= known


def test_every_set_that_is_not_in_the_repository_has_its_origin():
    text = PAGE.read_text(encoding="utf-8")
    told = text.partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    assert f"`{VARIABLE}`" in told
    for name, files in SETS.items():
        (row,) = (each for each in told.splitlines() if f"`{name}/`" in each)
        assert "](http" in row
        assert all(f"`{file}`" in row for file in files)


def test_peers_costs_are_those_of_the_page_of_scale():
    text = PAGE.read_text(encoding="utf-8").partition("\n## Cost\n")[2]
    for each in alternatives():
        assert f"| {each.name} | {each.usd:,.0f} | {each.what} |" in text


def test_each_unit_that_is_kept_stands_in_one_part(writer):
    assert writer._kind(line("x", unit="USD")) == "cost"
    assert writer._kind(line("x", unit="NDCG@10")) == "accuracy"
    assert writer._kind(line("cdnow_bgnbd_r", unit="")) == "accuracy"
    assert writer._kind(line("x", unit="MB")) == "speed and memory"


def test_the_circumstances_name_no_machine(writer):
    told = writer.circumstances("skeleton")
    assert re.fullmatch(r"\d+ cores, \d+ GB", told["machine"])
    assert set(told["versions"]) >= {"patronage", "duckdb", "implicit", "numpy"}
    assert "not installed" not in told["versions"].values()
