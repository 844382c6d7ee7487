"""What a benchmark measures, and how it is printed."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPEATS = 3


@dataclass(frozen=True)
class Figure:
    """A measured value beside a peer's, from the same run."""

    value: float
    unit: str
    baseline: str
    baseline_value: float


def print_figure(name: str, figure: Figure) -> None:
    """Print a figure as one JSON line; `ratio` is ours over the peer's."""
    line = {
        "name": name,
        "value": round(figure.value, 4),
        "unit": figure.unit,
        "baseline": figure.baseline,
        "baseline_value": round(figure.baseline_value, 4),
        "ratio": round(figure.value / figure.baseline_value, 3) if figure.baseline_value else None,
    }
    print(json.dumps(line), flush=True)


def median_seconds(work: Callable[[], object]) -> float:
    """Time a piece of work a few times and return the median, in seconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def ms_at(seconds: Sequence[float], share: float) -> float:
    """Return the time below which a share of times lies, in milliseconds."""
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1e3
