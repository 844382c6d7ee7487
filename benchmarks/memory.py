"""The most memory that each step of a training takes of 10 million order lines, as functions take them.

The shop is that of `scale`: 1 million customers, 100,000 products. Each step has a process of its own, as it
has a function of its own in the cloud, held to two cores; `scale` runs them in one process, which keeps some
memory of the steps before. The figures say how far `settings/engine.toml` may let functions go.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure
from benchmarks.memory_worker import STEPS
from benchmarks.scale import SIZES, in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FUNCTION_MB = 3_008.0
"""Of the functions that learn (`infra/names.py`)."""


def _figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    for step in STEPS:
        yield f"memory_{step}_10m_mb", _peak_of(step)


def _peak_of(step: str) -> Callable[[], Figure]:
    def figure() -> Figure:
        """Take the peak of a step."""
        return Figure(_peaks()[step], "MB", "a function", FUNCTION_MB)

    return figure


@cache
def _peaks() -> dict[str, float]:
    """Make a shop and take it through all steps."""
    with tempfile.TemporaryDirectory(prefix="patronage-memory-") as name:
        folder = Path(name)
        in_process("benchmarks.scale_worker", "make", folder, str(SIZES["10m"]))
        in_process("benchmarks.scale_worker", "ingest", folder)
        return {step: _told(step, in_process("benchmarks.memory_worker", step, folder)) for step in STEPS}


def _told(step: str, took: dict[str, Any]) -> float:
    print(f"  {step}: {took}", file=sys.stderr, flush=True)
    return float(took["peak_mb"])


FIGURES = dict(_figures())
