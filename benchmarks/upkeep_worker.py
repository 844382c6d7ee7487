"""One compaction for `benchmarks/upkeep.py`, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from deltalake import DeltaTable

from patronage.steps.compact import compact
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

OURS, PEER = "ours", "peer"
_TABLE = "orders"


def main() -> None:
    """Compact the orders of a lake, and print what it took as JSON."""
    who, folder = sys.argv[1:]
    store = FolderStore(Path(folder))
    files = len(Lake(store).snapshot(_TABLE).files())
    began = time.perf_counter()
    if who == OURS:
        compact(store, keep_days=7, tables=[_TABLE])
    else:
        DeltaTable(store.uri(f"lake/{_TABLE}")).optimize.compact()
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    after = len(Lake(store).snapshot(_TABLE).files())
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "files_before": files, "files": after}))


if __name__ == "__main__":
    main()
