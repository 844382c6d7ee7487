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
    }))

app.ROOT, app.add_stack = Path(sys.argv[1]), tell
app.main(["--output", sys.argv[1] + "/out", *sys.argv[2:]])
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


def test_what_is_written_arrives_and_what_a_command_says_wins(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py", "context": WRITTEN}))
    asked = ("stack=Asked", "requests_per_second=70", "waf=off")
    by_the_cdk = {"cloud": "local", "schedule": "off"}  # as the local cloud hands it over, too
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, *(f"--context={each}" for each in asked)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "CDK_CONTEXT_JSON": json.dumps(by_the_cdk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "stack": "Asked",
        "alert_email": "shop@shop.example",
        "dashboard": False,
        "requests_per_second": 70,
        "waf": False,
        "cloud": "local",
        "schedule": False,
    }
