"""What docs/experiments-statistics.md shows is so: the settings, the example, the plan."""

from __future__ import annotations

import re
import runpy
from dataclasses import fields

import typer
from typer.testing import CliRunner

from patronage.cli.experiment_power import power
from patronage.logic.experiments.analysis_options import AnalysisOptions
from tests_support import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGE = (DOCS / "experiments-statistics.md").read_text(encoding="utf-8")


def test_every_setting_is_listed_with_its_default():
    rows = (line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `"))
    shown = {cells[0].strip(" `"): cells[2].strip(" `") for cells in rows if "`sequential`" not in cells[0]}
    listed = {name: value for name, value in shown.items() if not name.startswith("fixed")}
    assert listed == {each.name: str(each.default) for each in fields(AnalysisOptions)}


def test_the_example_prints_what_the_page_shows(capsys):
    runpy.run_path(str(DOCS / "examples" / "experiment_report.py"), run_name="__main__")
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert capsys.readouterr().out == shown


def test_the_plan_is_what_the_command_prints():
    app = typer.Typer()
    app.command("power")(power)
    (shown,) = re.findall(r"\$ patronage experiments power (.*)\n((?:     .*\n)+)", PAGE)
    done = CliRunner().invoke(app, shown[0].split())
    assert done.output.split() == shown[1].split()
