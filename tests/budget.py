"""Run the checks stage by stage, and print each one's time beside its budget.

`python tests/budget.py unit "end to end and browser"` runs some of them, `--all` their slow tests, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PYTEST = (sys.executable, "-m", "pytest", "-q")
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Hundreds of processes import the same packages; images for containers forbid to keep what was compiled."""


class Command(NamedTuple):
    """A command; of one of pytest also the marks of the tests that it runs."""

    arguments: tuple[str, ...]
    marks: str | None = None


Lane = tuple[Command, ...]
"""Commands that run one after the other, the later ones also where one failed."""


class Stage(NamedTuple):
    """Lanes that run at once, and their budget in minutes on 2 cores."""

    budget: float
    lanes: tuple[Lane, ...]


STAGES = {
    "lint, types and template": Stage(
        2.0,
        (
            (Command(("make", "--no-print-directory", "lint")),),
            (Command((*PYTEST, "tests/infra"), ""),),
        ),
    ),
    "unit": Stage(4.0, ((Command((*PYTEST, "-n", "auto", "--dist", "loadfile", "tests/unit"), ""),),)),
    "spark": Stage(2.0, ((Command((*PYTEST, "-n", "2", "--dist", "loadfile", "tests/spark"), ""),),)),
    "end to end and browser": Stage(
        9.0,
        (
            (
                Command((*PYTEST, "tests/local_cloud"), "not deployment"),
                Command(("make", "--no-print-directory", "test-dashboard")),
                Command((*PYTEST, "tests/browser"), ""),
                Command((*PYTEST, "tests/chaos"), ""),
            ),
            (Command((*PYTEST, "tests/local_cloud"), "deployment"),),
        ),
    ),
    "docs and notebooks": Stage(
        2.0,
        (
            (Command((*PYTEST, "tests/docs"), ""),),
            (
                Command(("make", "--no-print-directory", "docs")),
                Command(("make", "--no-print-directory", "test-notebooks")),
            ),
        ),
    ),
    "permissions": Stage(0.5, ((Command((*PYTEST, "tests/permissions"), ""),),)),
}
"""A local cloud waits more than it works, so two of them share two cores."""

WHOLE = {"types for the oldest Python": Stage(1.0, ((Command(("make", "--no-print-directory", "types")),),))}
"""What `make test-all` runs besides."""


def main() -> int:
    """Run every stage, the later ones also where one failed, and say what each took."""
    is_whole = "--all" in sys.argv
    stages = STAGES | (WHOLE if is_whole else {})
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")] or list(stages)
    lines, failed = [], []
    for name in named:
        stage = stages[name]
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if not _succeeds(stage.lanes, is_whole=is_whole):
            failed.append(name)
        minutes = (time.monotonic() - started) / 60
        over = "  over its budget" if minutes > stage.budget else ""
        lines.append(f"{name:<28}{minutes:>7.2f} of {stage.budget:g} min{over}")
    print("\n== time\n" + "\n".join(lines))
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


def _succeeds(lanes: tuple[Lane, ...], *, is_whole: bool) -> bool:
    """Run lanes at once, the first one's output as it comes, the others' when they have ended."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [
            pool.submit(_run_in_turn, lane, is_whole=is_whole, is_shown=place == 0)
            for place, lane in enumerate(lanes)
        ]
        ended = [done for each in running for done in each.result()]
    for done in ended:
        print(done.stdout or "", end="", flush=True)
    return all(done.returncode == 0 for done in ended)


def _run_in_turn(lane: Lane, *, is_whole: bool, is_shown: bool) -> list[subprocess.CompletedProcess[str]]:
    return [_run(command, is_whole=is_whole, is_shown=is_shown) for command in lane]


def _run(command: Command, *, is_whole: bool, is_shown: bool) -> subprocess.CompletedProcess[str]:
    arguments = list(command.arguments)
    if command.marks is not None:
        marks = [mark for mark in (command.marks, "" if is_whole else "not slow") if mark]
        arguments += ["-m", " and ".join(marks)] if marks else []
    return subprocess.run(
        arguments,
        cwd=ROOT,
        env=os.environ | COMPILED_ONCE | ({"PATRONAGE_TEST_ALL": "1"} if is_whole else {}),
        stdout=None if is_shown else subprocess.PIPE,
        stderr=None if is_shown else subprocess.STDOUT,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
