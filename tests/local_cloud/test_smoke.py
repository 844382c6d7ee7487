"""`patronage smoke` against the session's deployment: every function is tried, and nothing changes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patronage.cloud import function_names, publish_site

if TYPE_CHECKING:
    from patronage.cloud import Stack

pytestmark = pytest.mark.local_cloud
PATRONAGE = Path(sys.executable).with_name("patronage")


def kept(stack: Stack) -> tuple[Any, set[str]]:
    """Return what is live, and every object of the lake but how runs ended, which is kept a while after."""
    with closing(stack.lake_store()) as store:
        keys = {key for key in store.keys("") if not key.startswith("monitor/")}
        return stack.serving_table().pointer(), keys


def test_every_function_answers_as_it_should_and_changes_nothing(deployment, tmp_path: Path):
    stack = deployment.stack
    (tmp_path / "index.html").write_text("<!doctype html><html></html>")
    publish_site(stack, tmp_path)
    before = kept(stack)

    done = subprocess.run(
        [PATRONAGE, "smoke", "--stack", stack.name],
        env=os.environ | stack.cloud.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    functions = function_names(stack)
    assert f"All {len(functions) + 2} are well." in done.stdout
    for said in (*(f"✓ {name}" for name in functions), "duckdb 2.", "sklearn 1.", "recommends 5 products"):
        assert said in done.stdout
    assert kept(stack) == before
