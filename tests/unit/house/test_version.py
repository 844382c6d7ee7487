"""The version stands in `patronage.__version__`; what repeats it says the same."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import version

from packaging.version import Version
from typer.testing import CliRunner

from patronage import __version__
from patronage.cli import app
from tests_support import REPOSITORY


def test_the_version_stands_in_one_place_and_the_dashboard_repeats_it():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert str(Version(__version__)) == __version__ == version("patronage")
    for name in ("package.json", "package-lock.json"):
        assert json.loads((REPOSITORY / "dashboard" / name).read_text("utf-8"))["version"] == __version__


def test_the_command_line_says_it():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"{__version__}\n")
