"""`patronage experiments`, over stores of a stack that is not there."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from patronage.cli import app, experiments
from patronage.cli.experiment_results import print_report
from patronage.errors import BadInput, Conflict, NotFound
from patronage.settings import Shop

ARMS = [{"arm": "none", "kind": "none", "weight": 0.25}, {"arm": "as-is", "kind": "model", "weight": 0.75}]


@pytest.fixture
def say(store, table, monkeypatch):
    asked = []

    def open_served(name):
        asked.append(name)
        return SimpleNamespace(table=table, opened=SimpleNamespace(lake=SimpleNamespace(store=store)))

    monkeypatch.setattr(experiments, "open_served", open_served)

    def said(*arguments):
        done = CliRunner().invoke(app, ["experiments", *map(str, arguments)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert set(asked) <= {"Patronage", "other"}
        return done.stdout

    return said


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "first.json"
    path.write_text(json.dumps({"experiment_id": "first", "arms": ARMS}), encoding="utf-8")
    return path


def test_an_experiment_by_command(say, file):
    assert say("create", file) == "experiment first is a draft: none 25%, as-is 75%\n"
    assert "first is running" in say("start", "first")
    with pytest.raises(Conflict, match="you can stop it"):
        say("archive", "first")
    stopped = json.loads(say("stop", "first", "--json", "--stack", "other"))
    assert json.loads(say("show", "first")) == stopped
    assert (stopped["state"], stopped["arms"]) == ("stopped", ARMS)
    assert "first is archived" in say("archive", "first")
    listed = say("list")
    assert "archived" in listed
    assert "Permanent holdout: none" in listed


def test_one_starts_at_once(say, file):
    assert "first is running" in say("create", file, "--start")
    assert json.loads(say("list", "--json"))["experiments"][0]["state"] == "running"


def test_the_holdout_by_command(say):
    assert say("holdout", 0.05).startswith("5.0% of all visitors are held out, since 20")
    assert "Permanent holdout: 5.0% of all visitors" in say("list")
    assert say("holdout", 0) == "nobody is held out\n"


def test_what_was_earned_is_printed_with_its_interval(capsys):
    earned = {"of": "recommendations", "arm": "as-is", "against": "none", "value_minor": 120_000}
    earned["sequential"] = {"low_minor": -5_000, "high_minor": 245_050}
    report = {"arms": [], "metrics": [], "verdict": {"sentence": "No."}, "notes": []}
    print_report("first", report | {"incremental_revenue": [earned]}, Shop(currency="GBP", timezone="UTC"))
    line = "Incremental revenue of recommendations (as-is against none): GBP 1,200.00"
    assert f"{line} (interval GBP -50.00 to GBP 2,450.50)\n" in capsys.readouterr().out


def test_a_file_that_is_none_says_so(say, tmp_path):
    with pytest.raises(NotFound, match=r"no\.json cannot be read"):
        say("create", tmp_path / "no.json")
    for text, what in (("{", "is no JSON"), ("[]", "holds no JSON object")):
        (tmp_path / "wrong.json").write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=what):
            say("create", tmp_path / "wrong.json")
