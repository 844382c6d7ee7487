"""The daily compaction of 10 million order lines in 60 files, beside what deltalake does by itself.

Ours writes files of about 128 MB within a function's memory, a checkpoint, and deletes what nobody reads;
the peer is `DeltaTable.optimize.compact()` with its defaults. Each run has a process and a copy of the lake
of its own, and runs of both take turns.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.figures import REPEATS, Figure
from benchmarks.scale import in_process
from benchmarks.segment_data import lake_of
from benchmarks.upkeep_worker import OURS, PEER

FILES = 60


def compaction_10m_s() -> Figure:
    """Time the compaction."""
    return _figure("seconds", "s")


def compaction_10m_peak_mb() -> Figure:
    """Hold the peak of memory of the same runs."""
    return _figure("peak_mb", "MB")


def _figure(measure: str, unit: str) -> Figure:
    ours, theirs = (statistics.median(run[measure] for run in _runs()[who]) for who in (OURS, PEER))
    return Figure(ours, unit, "deltalake with its defaults", theirs)


@cache
def _runs() -> dict[str, list[dict[str, float]]]:
    """Return what each run of both took."""
    runs: dict[str, list[dict[str, float]]] = {OURS: [], PEER: []}
    with tempfile.TemporaryDirectory(prefix="patronage-upkeep-") as name:
        lake, copy = Path(name, "lake"), Path(name, "copy")
        lake.mkdir()
        lake_of(lake, files=FILES)
        for _ in range(REPEATS):
            for who, took in runs.items():
                shutil.copytree(lake, copy)
                took.append(in_process("benchmarks.upkeep_worker", who, copy))
                shutil.rmtree(copy)
                print(f"  {who}: {took[-1]}", file=sys.stderr, flush=True)
    return runs


FIGURES = {"compaction_10m_s": compaction_10m_s, "compaction_10m_peak_mb": compaction_10m_peak_mb}
