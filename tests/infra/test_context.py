"""The context of `cdk.json` arrives, whoever starts the app; what a command says stands above it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import json, sys
from pathlib import Path
from infra import app

def tell(made, name):
    options = app.options_of(made)
    print(json.dumps({
        "stack": name,
        "alert_email": options.alert_email,
        "dashboard": options.has_dashboard,
        "requests_per_second": options.rates.per_second,
        "waf": options.has_waf,
        "cloud": "aws" if options.on_aws else "local",
        "schedule": options.schedule_is_on,
        "currency": options.shop.currency,
    }))

app.ROOT, app.add_stack = Path(sys.argv[1]), tell
app.main(["--output", sys.argv[1] + "/out", *sys.argv[2:]])
"""
SETTINGS = """
[shop]
currency = "GBP"
timezone = "Europe/London"

[stack]
name = "File"
alert_email = "file@shop.example"
dashboard = false
requests_per_second = 30
schedule = false
"""
WRITTEN = {
    "stack": "Written",
    "alert_email": "shop@shop.example",
    "dashboard": "off",
    "requests_per_second": 40,
    "waf": "on",
    "cloud": "aws",
    "schedule": "on",
}


def run(folder: Path, *arguments: str, **by_the_cdk: str) -> subprocess.CompletedProcess[str]:
    """Start the app with a root of its own, and return what it was told."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, folder, *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "CDK_CONTEXT_JSON": json.dumps(by_the_cdk)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_written_arrives_and_what_a_command_says_wins(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py", "context": WRITTEN}))
    (tmp_path / "patronage.toml").write_text(SETTINGS)
    asked = ("stack=Asked", "requests_per_second=70", "waf=off")
    # The last two as the local cloud hands them over, too.
    done = run(tmp_path, *(f"--context={each}" for each in asked), cloud="local", schedule="off")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "stack": "Asked",
        "alert_email": "shop@shop.example",
        "dashboard": False,
        "requests_per_second": 70,
        "waf": False,
        "cloud": "local",
        "schedule": False,
        "currency": "GBP",
    }


def test_the_settings_file_holds_where_nothing_else_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "patronage.toml").write_text(SETTINGS)
    (tmp_path / "shop.toml").write_text('[shop]\ncurrency = "JPY"\n')
    done = run(tmp_path, f"--context=shop={tmp_path / 'shop.toml'}", "--context=stack=Asked")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "stack": "Asked",
        "alert_email": "file@shop.example",
        "dashboard": False,
        "requests_per_second": 30,
        "waf": False,
        "cloud": "aws",
        "schedule": False,
        "currency": "JPY",
    }


def test_another_file_is_taken_whole_and_a_faulty_one_is_told_without_a_trace_back(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "patronage.toml").write_text(SETTINGS)
    other = tmp_path / "other.toml"
    other.write_text('[stack]\nname = "Other"\n')
    assert run(tmp_path, "--name", "--settings", str(other)).stdout == "Other\n"
    assert run(tmp_path, "--name").stdout == "File\n"
    other.write_text("[stack]\nnam = 1\n")
    done = run(tmp_path, "--name", "--settings", str(other))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"{other}, line 2, column 1: 'nam' is no setting of [stack]; did you mean name?"
    )


def test_the_defaults_of_the_file_are_those_of_the_app() -> None:
    from infra.alerts import RUNBOOKS
    from infra.plans import Rates
    from infra.spark import FEWEST_VCPUS, VCPUS
    from infra.stack import UPKEEP_AT, Options
    from infra.watch import STALE_DAYS
    from patronage.configuration import StackSettings
    from patronage.settings import Shop

    settings, options = StackSettings(), Options(shop=Shop())
    assert (settings.runbook_url, settings.upkeep_at) == (RUNBOOKS, UPKEEP_AT)
    assert (settings.stale_days, settings.spark_vcpus) == (STALE_DAYS, VCPUS)
    assert Rates(per_second=settings.requests_per_second, burst=200) == options.rates
    assert (settings.schedule, settings.dashboard, settings.keep_data) == (True, True, True)
    assert (options.schedule_is_on, options.has_dashboard, options.keeps_data) == (True, True, True)
    assert (settings.waf, settings.spark, options.has_waf, options.has_spark) == (False, False, False, False)
    assert StackSettings(spark_vcpus=FEWEST_VCPUS).spark_vcpus == FEWEST_VCPUS
