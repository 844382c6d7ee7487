"""The bill of materials names every package that a layer takes to AWS, in the layer's version."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests_support import REPOSITORY

UV = Path(sys.executable).with_name("uv")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)")


@pytest.fixture(scope="module")
def components() -> set[tuple[str, str]]:
    command = [UV, "export", "--quiet", "--locked", "--no-dev", "--format", "cyclonedx1.5"]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return {(each["name"], each["version"]) for each in json.loads(made.stdout)["components"]}


@pytest.mark.parametrize("layer", ["learn", "serve", "tables"])
def test_every_package_of_a_layer_is_named(layer, components):
    pins = (REPOSITORY / "layers" / layer / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = {found.groups() for line in pins if (found := PIN.match(line))}
    assert pinned
    assert pinned <= components
