"""`make demo` as on a fresh machine: only the packages that the demo installs, on real orders."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from tests_support import REPOSITORY

pytestmark = pytest.mark.local_cloud
ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"


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


def run_demo(patronage: Path, *options: object) -> str:
    """Run the demo to its end, hold that nothing is left of it, and return what it printed, unwrapped."""
    port = free_port()
    done = subprocess.run(
        [patronage, "demo", "--once", "--port", str(port), *map(str, options)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0
    assert running_from(patronage.parent) == []
    return re.sub(r"\s+", " ", done.stdout)


def test_the_demo_runs_with_its_own_packages_alone_and_leaves_nothing_behind(patronage, tmp_path):
    some = tmp_path / "some.parquet"
    rows = duckdb.sql(f"FROM read_parquet('{ORDERS}') WHERE \"Customer ID\" LIKE '%5.0'")
    rows.write_parquet(str(some))
    settings = ("--currency", "GBP", "--timezone", "Europe/London")
    shown = run_demo(patronage, "--orders", some, *settings, "--simulate")
    for said in (
        f"{len(rows):,} rows read",
        "segmented as of 2010-11-09",
        "Champions",
        "also bought this",
        "Simulated from the orders since 2010-08-",
        "export KEY=",
        "export TOKEN=",
        "sign in as viewer",
    ):
        assert said in shown


@pytest.mark.slow
def test_the_demo_runs_on_the_orders_that_it_brings_along(patronage):
    shown = run_demo(patronage)
    for said in (
        "525,461 rows read: 523,337 kept, 2,124 refused, 0 repeated, 0 superseded",
        "GBP 9,676,036.64",
        "246,022 events",
        "Champions",
        "also bought this",
    ):
        assert said in shown
