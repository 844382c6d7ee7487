"""`python -m benchmarks NAME`: print one JSON line a figure."""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import print_figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.figures import Figure

SUBJECTS = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem != "figures" and "_" not in path.stem
)


def main() -> int:
    """Run a subject's figures, or those that --only names."""
    parser = argparse.ArgumentParser(prog="make bench NAME=SUBJECT")
    parser.add_argument("name", nargs="?", choices=SUBJECTS)
    parser.add_argument("--only", default="", help="figures to run, with commas")
    asked = parser.parse_args()
    if asked.name is None:
        print(f"name a subject: make bench NAME=… with one of {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    subject = importlib.import_module(f"benchmarks.{asked.name}")
    wanted = {name for name in asked.only.split(",") if name}
    if unknown := wanted - set(subject.FIGURES):
        print(
            f"{asked.name} has no figure {sorted(unknown)}; it has {sorted(subject.FIGURES)}", file=sys.stderr
        )
        return 2
    told = set()
    for name, measure in subject.FIGURES.items():
        if not wanted or name in wanted:
            if (protocol := protocol_of(measure)) not in told:  # many figures are of one module
                print(protocol, file=sys.stderr)
            told.add(protocol)
            print(f"{name}: {inspect.getdoc(measure)}", file=sys.stderr)
            print_figure(name, measure())
    return 0


def protocol_of(measure: Callable[[], Figure]) -> str:
    """Return what the module of a figure says of how it is measured."""
    return " ".join((inspect.getdoc(sys.modules[measure.__module__]) or "").split())


if __name__ == "__main__":
    sys.exit(main())
