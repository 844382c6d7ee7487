"""Run the checks stage by stage, and print each one's time beside its budget."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
STAGES = {
    "lint and types": (1.0, [["make", "--no-print-directory", "lint"]]),
    "unit": (4.0, [[*PYTEST, "-n", "auto", "tests/unit"]]),
    "template": (1.0, [[*PYTEST, "tests/infra"]]),
    "end to end": (4.0, [[*PYTEST, "tests/local_cloud"]]),
}
"""Name of a stage: its budget in minutes on 2 cores, and its commands."""


def main() -> int:
    """Run every stage, the later ones also where one failed, and say what each took."""
    is_whole = "--all" in sys.argv
    slow = [] if is_whole else ["-m", "not slow"]
    environment = os.environ | ({"PATRONAGE_TEST_ALL": "1"} if is_whole else {})
    lines, failed = [], []
    for name, (budget, commands) in STAGES.items():
        print(f"== {name}", flush=True)
        started = time.monotonic()
        types = [["make", "--no-print-directory", "types"]] if is_whole and name == "lint and types" else []
        for command in [*commands, *types]:
            options = slow if "pytest" in command else []
            if subprocess.run([*command, *options], cwd=ROOT, env=environment, check=False).returncode:
                failed.append(name)
        minutes = (time.monotonic() - started) / 60
        over = "  over its budget" if minutes > budget else ""
        lines.append(f"{name:<16}{minutes:>7.2f} of {budget:.0f} min{over}")
    print("\n== time\n" + "\n".join(lines))
    if failed:
        print(f"\nfailed: {', '.join(dict.fromkeys(failed))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
