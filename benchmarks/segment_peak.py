"""The memory that a whole run of segmentation takes on 10 million order lines and 1 million customers.

All of its states run one after the other in one process, as `patronage segment` has them, so this bounds
what any state takes in a function of its own. DuckDB is held to what a function of 3,008 MB leaves it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.figures import Figure
from benchmarks.segment_data import large_lake

LIMIT_MB = 3000.0
"""What the whole run is to stay below."""


def segmentation_peak_mb() -> Figure:
    """Hold the peak resident memory of all states against the limit."""
    command = [sys.executable, "-m", "benchmarks.segment_worker", large_lake().store.uri("")]
    environment = {**os.environ, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}
    done = subprocess.run(  # noqa: S603  our own module
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return Figure(json.loads(done.stdout.splitlines()[-1])["peak_mb"], "MB", "the limit", LIMIT_MB)


FIGURES = {"segmentation_peak_mb": segmentation_peak_mb}
