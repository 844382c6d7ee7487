"""Ingest of 10 million generated order lines, against DuckDB's bare copy of the same file to Parquet.

Both sides take two threads, write the lake's columns and compress with snappy. Ours validates each row,
applies the identity rule inside the file and against the lake, computes the net and commits to Delta. What
the bare copy lacks in the file it writes as constants. Each is run in a process of its own, so that peak
memory is its own as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure

LINES = 10_000_000
OVERLAP = 0.1
"""Share of the second file's orders that correct orders of the first."""

_WORKER = Path(__file__).with_name("ingest_worker.py")
_REPEATS = 3
_BARE = "DuckDB COPY CSV to Parquet"


def ingest_rows_per_s() -> Figure:
    """Ingest into an empty lake."""
    ours, bare = _side_by_side("first", "bare")
    return Figure(LINES / ours["seconds"], "rows/s", _BARE, LINES / bare["seconds"])


def ingest_superseding_rows_per_s() -> Figure:
    """Ingest into a lake of 10 million lines, of which the file corrects those of its newest orders."""
    ours, bare = _side_by_side("second", "bare")
    return Figure(LINES / ours["seconds"], "rows/s", _BARE, LINES / bare["seconds"])


def ingest_peak_mb() -> Figure:
    """Hold the peak resident memory of the superseding ingest against the bare copy's."""
    ours, bare = _side_by_side("second", "bare")
    return Figure(ours["peak_mb"], "MB", _BARE, bare["peak_mb"])


def ingest_rows_per_s_pandas() -> Figure:
    """Ingest into an empty lake, against pandas in chunks of 500,000 rows writing Parquet."""
    ours, peer = _side_by_side("first", "pandas")
    return Figure(LINES / ours["seconds"], "rows/s", "pandas in chunks", LINES / peer["seconds"])


def ingest_rows_per_s_pyarrow() -> Figure:
    """Ingest into an empty lake, against pyarrow's streaming reader writing Parquet."""
    ours, peer = _side_by_side("first", "pyarrow")
    return Figure(LINES / ours["seconds"], "rows/s", "pyarrow streaming", LINES / peer["seconds"])


FIGURES = {
    "ingest_rows_per_s": ingest_rows_per_s,
    "ingest_superseding_rows_per_s": ingest_superseding_rows_per_s,
    "ingest_peak_mb": ingest_peak_mb,
    "ingest_rows_per_s_pandas": ingest_rows_per_s_pandas,
    "ingest_rows_per_s_pyarrow": ingest_rows_per_s_pyarrow,
}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(prefix="patronage-bench-")
    _run("generate", folder.name, str(LINES), str(OVERLAP))
    return folder


@cache
def _side_by_side(file: str, peer: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run ours and a peer in turn, for machines grow slower and faster; return the quicker run of each."""
    if file == "second" and not (Path(_folder().name) / "lake-first").exists():
        _run("ours", _folder().name, "first")
    runs = [(_run(peer, _folder().name, file), _run("ours", _folder().name, file)) for _ in range(_REPEATS)]
    theirs, ours = zip(*runs, strict=True)
    return min(ours, key=_seconds), min(theirs, key=_seconds)


def _seconds(run: dict[str, Any]) -> float:
    return float(run["seconds"])


def _run(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(_WORKER), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  our own file
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
