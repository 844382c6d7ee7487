"""Run every fault of `tests/chaos`, write the table of docs/reliability.md, and end with what came of it.

`make chaos` calls it; with arguments of pytest (``-k flip``) it runs some of them and writes no table.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chaos_support import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]


class Counts:
    """How many tests passed, and how many did not."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that failed in any of its phases, and one that passed."""
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self.passed.add(report.nodeid)


def main(arguments: Sequence[str]) -> int:
    """Run them and return the exit status."""
    os.chdir(ROOT)
    if not arguments:
        OUTCOMES.unlink(missing_ok=True)
    counts = Counts()
    pytest.main(
        ["-q", "-p", "no:cacheprovider", "--durations=10", "tests/chaos", *arguments], plugins=[counts]
    )
    if not arguments and not counts.failed:
        subprocess.run([sys.executable, "-m", "docs.write_reliability"], check=True)
    print(f"{len(counts.passed - counts.failed)} passed, {len(counts.failed)} failed")
    return 1 if counts.failed or not counts.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
