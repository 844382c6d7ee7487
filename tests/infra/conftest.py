"""One synthesis a session: two stacks side by side, as one account might hold them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests_support import REPOSITORY

# `infra` is the app's package here, not this folder, which has no __init__.py.
sys.path.append(str(REPOSITORY))

PROGRAM = """
import sys
from pathlib import Path
from infra.app import add_stack, new_app, options_of, prepare_imports
prepare_imports()
context = {"layers": "unbuilt", "shop": sys.argv[2]}
app = new_app(output=sys.argv[1], context=context)
add_stack(app, "Patronage")
from infra.stack import PatronageStack
chosen = new_app(
    context=context
    | {"upkeep_at": "23:05", "pandas_layer": sys.argv[3], "waf": "on", "schedule": "off", "shop": sys.argv[4]}
    | {"runbook_url": "https://shop.example/runbooks", "stale_days": "8"}
    | {"spark": "on", "spark_vcpus": "24", "keep_data": "off"}
)
PatronageStack(app, "Second", options=options_of(chosen))
app.synth()

from aws_cdk import Stack, aws_s3
open_app = new_app(output=sys.argv[1] + ".refused")
aws_s3.Bucket(Stack(open_app, "Open"), "Bucket")
try:
    open_app.synth()
except RuntimeError as error:
    (Path(sys.argv[1]).parent / "refused.txt").write_text(str(error))
"""
PANDAS_LAYER = "arn:aws:lambda:ap-east-1:839552336658:layer:AWSSDKPandas-Python313-Arm64:3"
SHOP = '[shop]\ncurrency = "GBP"\ntimezone = "Europe/London"\n'


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesise; cdk-nag makes this fail for a finding that nobody acknowledged."""
    folder = tmp_path_factory.mktemp("synthesis")
    shop = folder / "shop.toml"
    shop.write_text(SHOP, encoding="utf-8")
    other = folder / "other.toml"
    other.write_text(f'{SHOP}cors_origins = ["https://shop.example"]\n', encoding="utf-8")
    out = folder / "cdk.out"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(out), str(shop), PANDAS_LAYER, str(other)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def template(assembly: Path) -> dict[str, Any]:
    return json.loads((assembly / "Patronage.template.json").read_text())


@pytest.fixture(scope="session")
def second_template(assembly: Path) -> dict[str, Any]:
    return json.loads((assembly / "Second.template.json").read_text())
