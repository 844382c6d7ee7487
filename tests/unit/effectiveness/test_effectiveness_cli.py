"""`patronage effectiveness` and `patronage experiments results` over a local lake."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from effectiveness_support import SHOP, at, event, fill, line, rid
from patronage.cli import app
from patronage.errors import BadInput
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, write_json


@pytest.fixture
def folder(tmp_path):
    lake = Lake(FolderStore(tmp_path / "lake"))
    shown = [event("impression", 0, product="mug", of=rid(n), position=1, who=f"c{n}") for n in range(120)]
    clicks = [event("click", 1, product="mug", of=rid(n), position=1, who=f"c{n}") for n in range(6)]
    fill(lake, [*shown, *clicks], [line("o", 2, "mug", 1000, who="c1"), line("o2", 9, "jug", 1000, who="x")])
    lake.store.write_bytes("shop.json", SHOP.to_json().encode())
    trial = {
        "experiment_id": "trial",
        "name": "Trial",
        "state": "running",
        "started_at": at(0),
        "coverage": 1.0,
    }
    arms = [{"arm": "a", "kind": "none", "weight": 0.5}, {"arm": "b", "kind": "model", "weight": 0.5}]
    write_json(
        lake.store,
        "settings/experiments.json",
        {"experiments": [{**trial, "segments": [], "arms": arms}], "holdout": None},
    )
    return tmp_path / "lake"


def run(*arguments):
    found = CliRunner().invoke(app, list(map(str, arguments)))
    assert found.exit_code == 0, found.output
    return found.output


def test_effectiveness_prints_a_table_and_the_rule(folder):
    said = run("effectiveness", "--lake", folder)
    assert "5.00%" in said
    assert "1 purchases counted; 50.0% of the revenue of all orders" in said


def test_as_json_it_is_what_the_api_answers(folder):
    found = json.loads(run("effectiveness", "--lake", folder, "--by", "position", "--json"))
    assert [(row["position"], row["impressions"], row["ctr"]) for row in found["rows"]] == [(1, 120, 0.05)]


def test_days_of_the_report_can_be_asked_for(folder):
    days = ("--start", "2025-12-01", "--end", "2025-12-31")
    found = json.loads(run("effectiveness", "--lake", folder, *days, "--json"))
    assert (found["since"], found["until"], found["totals"]["impressions"]) == ("2025-12-01", "2025-12-31", 0)
    assert "of these days" in run("effectiveness", "--lake", folder, *days)
    first = run("effectiveness", "--lake", folder, "--start", "2026-01-01")
    assert "1 purchases counted; 50.0% of the revenue of all orders" in first
    assert "Of all days of the report, 2025-10-04 to 2026-01-01:" in first


@pytest.mark.parametrize("option", ["--start", "--end"])
def test_days_of_what_is_told_whole_are_refused(folder, option):
    found = CliRunner().invoke(
        app, ["effectiveness", "--lake", str(folder), "--exports", option, "2026-01-01"]
    )
    assert isinstance(found.exception, BadInput)
    assert str(found.exception) == (
        f"{option} is for the report of recommendations, not for --exports; leave it out"
    )


def test_results_say_where_there_is_too_little(folder):
    assert "Not enough data" in run("experiments", "results", "trial", "--lake", folder)


def test_without_exports_it_says_how_to_make_one(folder):
    assert "patronage segment --export" in run("effectiveness", "--exports", "--lake", folder)
