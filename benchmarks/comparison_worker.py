"""One contender of `benchmarks/comparison.py` in a process of its own: from orders to `lists.csv`."""

from __future__ import annotations

import csv
import importlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

OURS, WHOLE = "ours", "ours, whole"
IMPLICIT, SPARK, SAR = "implicit with pandas", "Spark alone", "recommenders SAR"
CONTENDERS = {
    OURS: ("comparison_ours", "same_work"),
    WHOLE: ("comparison_ours", "whole"),
    IMPLICIT: ("comparison_pandas", "implicit_script"),
    SAR: ("comparison_pandas", "sar_script"),
    SPARK: ("comparison_spark", "spark_script"),
}
"""Each one's module and function; the module is imported inside its time, as a script would."""
K = 10
"""Products of a list."""


class Stages:
    """Seconds of each stage, by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def done(self, name: str) -> None:
        """End a stage; the next begins."""
        now = time.perf_counter()
        self.seconds[name] = now - self._began
        self._began = now


def main() -> None:
    """Run a contender, and print what it took as JSON."""
    name, orders, folder = sys.argv[1:]
    warnings.filterwarnings("ignore", message="Method expects CSR input")
    stages = Stages()
    began = time.perf_counter()
    module, function = CONTENDERS[name]
    contender: Callable[[Path, Path, Stages], None] = getattr(
        importlib.import_module(f"benchmarks.{module}"), function
    )
    stages.done("imports")
    contender(Path(orders), Path(folder), stages)
    print(json.dumps({"seconds": time.perf_counter() - began, "stages": stages.seconds}))


def write_lists(path: Path, rows: list[tuple[str, str, int]]) -> None:
    """Write customer_id, product_id and rank, a line a place."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    main()
