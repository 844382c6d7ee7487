"""One whole run of segmentation for `benchmarks/segment_peak.py`, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from benchmarks.segment_data import SHOP
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore


def main() -> None:
    """Segment the lake in a folder and print the peak resident memory as JSON."""
    folder = Path(sys.argv[1])
    run_segmentation(OpenLake(Lake(FolderStore(folder)), SHOP, folder=folder))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
