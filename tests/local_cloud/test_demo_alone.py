"""`make demo` as on a fresh machine: only the packages that the demo installs, on the bundled real orders."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests_support import REPOSITORY

pytestmark = pytest.mark.local_cloud


@pytest.fixture(scope="module")
def patronage(tmp_path_factory) -> Path:
    """Install the demo's packages, and nothing else, into an environment of their own."""
    folder = tmp_path_factory.mktemp("demo") / "venv"
    uv = Path(sys.executable).parent / "uv"
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(folder)}
    install = [uv, "sync", "--locked", "--quiet", "--python", sys.executable, "--group", "demo"]
    subprocess.run(install, cwd=REPOSITORY, env=environment, check=True)
    return folder / "bin" / "patronage"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def running_from(folder: Path) -> list[str]:
    """List the command lines of the processes that run from a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            found.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [command for command in found if str(folder) in command]


def test_the_demo_runs_with_its_own_packages_alone_and_leaves_nothing_behind(patronage):
    port = free_port()
    done = subprocess.run(
        [patronage, "demo", "--once", "--port", str(port)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = re.sub(r"\s+", " ", done.stdout)
    for said in (
        "525,461 rows read: 523,337 kept, 2,124 refused, 0 repeated, 0 superseded",
        "GBP 9,676,036.64",
        "Champions",
        "also bought this",
        "export KEY=",
        "export TOKEN=",
    ):
        assert said in shown
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0
    assert running_from(patronage.parent) == []
