"""`make demo` as on a fresh machine: only the packages that the demo installs, on real orders."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from blocks_support import blocks
from tests_support import REPOSITORY, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

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
def test_the_demo_says_what_the_readme_shows(patronage):
    shown = run_demo(patronage).replace("(unchanged since last time) ", "")  # a test before ran it, too
    at = 0
    for line in lines_of_readme():
        found = re.compile(as_said(line)).search(shown, at)
        assert found, f"{line!r} is not said after {shown[max(0, at - 300) : at]!r}"
        at = found.end()
    recommended = shown.partition("For customer 12402")[2].partition("Simulated from")[0]
    assert "Product Name Reason" in recommended
    assert "also bought this" in recommended


def lines_of_readme() -> Iterator[str]:
    """Yield what the README shows of a demo, but for whole lines that differ from run to run."""
    (block,) = (
        each for each in blocks("text") if each.page == "README.md" and "Check the set-up" in each.text
    )
    text, _, ranked = block.text.partition("   Product  Name")
    _, _, rest = ranked.partition("Simulated from")  # what is recommended depends on how fast methods learn
    viewed = re.sub(r'(?<="product_id": ")[^"]+', "…", rest)  # the first that was recommended
    for line in f"{text}Simulated from{viewed}".splitlines():
        if line.strip() not in {"", "…"} and not line.startswith("Serving until"):  # it runs once
            yield line


def as_said(line: str) -> str:
    """Return a pattern of a line: times, addresses and what is left out may be any."""
    pattern = r"\s".join(_word(each) for each in line.split())
    return re.sub(r"\d+(\\.\d)?\\s(s\b|days\b)", r"[\\d.]+\\s\2", pattern)


def _word(word: str) -> str:
    before, scheme, _ = word.partition("http:")
    escaped = re.escape(before) + (r"http:\S+" if scheme else "")
    return re.sub("─+", "─+", escaped.replace("…", r"\S+"))


def test_lines_of_the_readme_are_found_whatever_they_cost_in_time():
    assert re.fullmatch(as_said("  ✓ (525,461 rows) 2.3 s"), "✓ (525,461 rows) 11.0 s")
    assert re.fullmatch(as_said("  ✓ (http://127.0.0.1:4566) 0.4 s"), "✓ (http://127.0.0.1:17) 1.0 s")
    assert re.fullmatch(as_said("  export KEY=… NEXT=…"), "export KEY=1b2 NEXT=3")
    assert not re.fullmatch(as_said("  export KEY=… NEXT=…"), "export KEY=1b2 NEXT=")
    assert not re.fullmatch(as_said("Champions  725  16.5%"), "Champions 724 16.5%")
