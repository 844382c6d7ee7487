"""The whole pipeline on shops of 100 thousand to 10 million order lines (SIZE=xl: 50 million), on two cores.

The shops are synthetic (`patronage generate`, seed 7, one year): customers' order rates are gamma, what they
drop out by beta, products are chosen by taste and by a power law of their ranks. A shop of 10 million lines
has 1 million customers and 100,000 products, smaller and larger ones have as many of each in proportion. The
file of events, which most shops do not send, is left out. Stages are what `patronage ingest` and `patronage
run` do, and publishing: each has a process of its own, held to two cores, so that its peak of memory is its
own. DuckDB is held to what a function of 3,008 MB leaves it, and spills into a folder that is looked at five
times a second; that and the run's files make the bytes written. Which models a size is trained with is the
product's own rule. The steps of each stage, with their seconds and peaks, are printed to stderr.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = {"100k": 10_000, "1m": 100_000, "10m": 1_000_000}
"""Customers by size; each has about ten order lines."""
if os.environ.get("SIZE") == "xl":
    SIZES["50m"] = 5_000_000
STAGES = ("ingest", "segmentation", "training", "publish")
LIMIT_EXPONENT, LIMIT_S, LIMIT_MB = 1.1, 720.0, 6_144.0
"""What growth is to stay below; what 10 million lines may take in all, and at most at once."""

_LIMIT = "the limit"
_WORKER = "benchmarks.scale_worker"
_MEASURES = {"s": "s", "peak_mb": "MB", "written_mb": "MB", "spilled_mb": "MB", "write_units": "write units"}
_LOOKS_EVERY_S = 0.2
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Stage:
    """What a stage took: `written_mb` stays on disk, `spilled_mb` is the most that was spilled at once."""

    lines: int
    s: float
    peak_mb: float
    written_mb: float
    spilled_mb: float
    write_units: int


def _figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    for size in SIZES:
        for stage in STAGES:
            for measure in _MEASURES:
                if measure != "write_units" or stage == "publish":
                    yield f"scale_{stage}_{size}_{measure}", _measure_of(stage, size, measure)
    for stage in STAGES:
        yield f"scale_{stage}_exponent", _exponent_of(stage)
    yield "scale_total_10m_s", scale_total_10m_s
    yield "scale_total_10m_peak_mb", scale_total_10m_peak_mb


def _measure_of(stage: str, size: str, measure: str) -> Callable[[], Figure]:
    def figure() -> Figure:
        """Measure a stage on a shop of a size."""
        return Figure(float(getattr(_run(size)[stage], measure)), _MEASURES[measure], "none", 0.0)

    return figure


def _exponent_of(stage: str) -> Callable[[], Figure]:
    def figure() -> Figure:
        """Fit seconds as a power of the order lines, by least squares of the logarithms over all sizes."""
        runs = [_run(size)[stage] for size in SIZES]
        lines, seconds = (np.log([getattr(run, name) for run in runs]) for name in ("lines", "s"))
        return Figure(float(np.polyfit(lines, seconds, 1)[0]), "exponent", _LIMIT, LIMIT_EXPONENT)

    return figure


def scale_total_10m_s() -> Figure:
    """Add up the stages of 10 million lines, from the exports to the serving table as files."""
    return Figure(sum(stage.s for stage in _run("10m").values()), "s", _LIMIT, LIMIT_S)


def scale_total_10m_peak_mb() -> Figure:
    """Take the greatest peak of the stages of 10 million lines."""
    return Figure(max(stage.peak_mb for stage in _run("10m").values()), "MB", _LIMIT, LIMIT_MB)


@cache
def _run(size: str) -> dict[str, Stage]:
    """Make a shop of a size, and take it through all stages."""
    with tempfile.TemporaryDirectory(prefix="patronage-scale-") as name:
        folder = Path(name)
        lines = in_process(_WORKER, "make", folder, str(SIZES[size]))["lines"]
        return {stage: _stage(stage, size, folder, lines) for stage in STAGES}


def _stage(stage: str, size: str, folder: Path, lines: int) -> Stage:
    print(f"{stage}, {size}: {lines} lines", file=sys.stderr, flush=True)
    before = _bytes_in(folder)
    with _Spill(folder / "spill") as spill:
        took = in_process(_WORKER, stage, folder)
    found = Stage(
        lines=lines,
        s=took["seconds"],
        peak_mb=took["peak_mb"],
        written_mb=(_bytes_in(folder) - before) / _MEGABYTE,
        spilled_mb=spill.most / _MEGABYTE,
        write_units=took.get("write_units", 0),
    )
    print(f"  in all {found}; processors {took['processor_s']:.1f} s", file=sys.stderr, flush=True)
    return found


def in_process(module: str, stage: str, folder: Path, *more: str) -> dict[str, Any]:
    """Run a stage of a worker, which is left what a function of 3,008 MB has, and return what it took."""
    spill = folder / "spill"
    spill.mkdir(exist_ok=True)
    held = {"TMPDIR": str(spill), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}
    command = [sys.executable, "-m", module, stage, str(folder), *more]
    done = subprocess.run(  # noqa: S603  our own module
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **held}
    )
    took: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return took


class _Spill:
    """Watches a folder while a stage runs; `most` is the greatest number of bytes that it held."""

    def __init__(self, folder: Path) -> None:
        self.most = 0
        self._folder = folder
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self) -> _Spill:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOKS_EVERY_S):
            self.most = max(self.most, _bytes_in(self._folder))


def _bytes_in(folder: Path) -> int:
    return sum(_size(Path(at) / name) for at, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    """Return the size of a file, 0 of one that has gone meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


FIGURES = dict(_figures())
