"""One stage of the pipeline for `benchmarks/scale.py`, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.scale_table import FileTables
from patronage.local.lakes import OpenLake
from patronage.local.runs import newest_run, run_segmentation, run_training
from patronage.local.uploads import as_upload
from patronage.logic.synthetic import SyntheticShop
from patronage.settings import Shop
from patronage.steps import publish
from patronage.steps.generate import generate
from patronage.steps.ingest import ingest as ingest_file
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from patronage.stores.objects import ObjectStore

SHOP = Shop(currency="EUR", timezone="Europe/Berlin")
EXPORTS = ("products", "customers", "orders")
FAMILIES = ("segments", "recommendations")
_CORES = 2


class Steps:
    """Seconds and peak memory of each step of a stage, told to stderr as they end.

    Parameters
    ----------
    peak_mb : float
        The greatest of the peaks.
    """

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._name = ""
        self._began = self._worked = 0.0

    def begin(self, name: str) -> None:
        """Begin a step, which ends the one before."""
        self.end()
        self._name, self._began, self._worked = name, time.perf_counter(), _worked()
        Path("/proc/self/clear_refs").write_text("5")  # from here on the peak is this step's own

    def end(self) -> None:
        """End the last step."""
        if self._name:
            seconds, worked = time.perf_counter() - self._began, _worked() - self._worked
            peak_mb = _peak_mb()
            self.peak_mb = max(self.peak_mb, peak_mb)
            told = f"  {self._name}: {seconds:.2f} s, of processors {worked:.2f} s, {peak_mb:.0f} MB"
            print(told, file=sys.stderr, flush=True)
        self._name = ""


def make(folder: Path, steps: Steps, customers: int) -> dict[str, Any]:
    """Write the exports; the events are left out, of which a shop that sends none has none."""
    steps.begin("generate")
    shop = SyntheticShop(customers=customers, products=max(customers // 10, 1))
    rows = generate(shop, folder / "exports", file_format="csv")
    (folder / "exports" / "events.csv").unlink()
    return {"lines": rows["orders"]}


def ingest(folder: Path, steps: Steps) -> dict[str, Any]:
    """Take the exports into the lake, as `patronage ingest` does."""
    opened = opened_lake(folder)
    for table in EXPORTS:
        steps.begin(table)
        upload = as_upload(folder / "exports" / f"{table}.csv", beside=folder / "lake", table=table)
        report = ingest_file(upload, opened.lake, opened.shop, now=upload.last_modified)
        if not report.get("kept"):
            raise SystemExit(f"{table} was not ingested: {report}")
    return {}


def segmentation(folder: Path, steps: Steps) -> dict[str, Any]:
    """Run the states of the machine of segments, up to the gate."""
    run_segmentation(opened_lake(folder), on_step=steps.begin)
    return {}


def training(folder: Path, steps: Steps) -> dict[str, Any]:
    """Run the states of the machine of recommendations, up to the lists."""
    run_id, answer = run_training(opened_lake(folder), on_step=steps.begin)
    store = FolderStore(folder / "lake")
    left_out = read_json(store, f"runs/{run_id}/metrics/candidates.json")["skipped"]
    for name, why in left_out.items():
        print(f"  {name} left out: {why}", file=sys.stderr)
    print(f"  chosen: {answer['model']}; {answer['reason']}", file=sys.stderr, flush=True)
    return {}


def publication(folder: Path, steps: Steps) -> dict[str, Any]:
    """Write the items of both families, as the publishing function writes them, to files.

    Shards are published by as many processes at once as there are cores, as a distributed Map has functions
    of one core each; their peaks of memory are added up.
    """
    store = FolderStore(folder / "lake")
    units = items = 0
    peaks: dict[int, float] = {}
    serving = folder / "serving"
    serving.mkdir(exist_ok=True)
    context = get_context("spawn")
    with ProcessPoolExecutor(_CORES, context, initializer=_open_table, initargs=(serving,)) as pool:
        runs = {family: newest_run(store, family) for family in FAMILIES}
        for kind, shards in groupby(shards_of(runs, store), key=lambda shard: shard[2].partition("-")[0]):
            steps.begin(kind)
            for receipt, process, peak_mb in pool.map(partial(_publish, folder / "lake"), shards):
                units, items = units + receipt["units"], items + receipt["keys"]
                peaks[process] = peak_mb
    return {"write_units": units, "items": items, "beside_mb": sum(peaks.values())}


def shards_of(runs: Mapping[str, str], store: ObjectStore) -> Iterator[tuple[str, str, str]]:
    """Return run, family and name of each shard of the runs, which are given by family."""
    for family, run_id in runs.items():
        for name in publish.shards_of(f"runs/{run_id}/publish/{family}/shards.json", store):
            yield run_id, family, name


def _open_table(folder: Path) -> None:
    """Give the process a file of its own."""
    tables = FileTables(folder / f"{os.getpid()}.jsonl")
    atexit.register(tables.close)
    _open["table"] = ServingTable("serving", client=cast("DynamoDBClient", tables))


def _publish(home: Path, shard: tuple[str, str, str]) -> tuple[dict[str, Any], int, float]:
    """Return the receipt of a shard, and the peak of memory of the process so far."""
    store = FolderStore(home)
    run_id, family, name = shard
    receipt = publish.shard(run_id, family, name, store=store, table=_open["table"], secret=bytes)
    return receipt, os.getpid(), _peak_mb()


_open: dict[str, ServingTable] = {}

STAGES: dict[str, Callable[..., dict[str, Any]]] = {
    "make": make,
    "ingest": ingest,
    "segmentation": segmentation,
    "training": training,
    "publish": publication,
}


def main() -> None:
    """Run a stage, and print what it took as JSON."""
    stage, folder, *rest = sys.argv[1:]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    steps = Steps()
    began, worked = time.perf_counter(), _worked()
    found = STAGES[stage](Path(folder), steps, *map(int, rest))
    steps.end()
    took = {
        "seconds": time.perf_counter() - began,
        "processor_s": _worked() - worked,
        "peak_mb": steps.peak_mb + found.pop("beside_mb", 0.0),
    }
    print(json.dumps(found | took))


def _worked() -> float:
    """Return the seconds that processors have worked for this process and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def opened_lake(folder: Path) -> OpenLake:
    """Open the lake of a shop."""
    home = folder / "lake"
    return OpenLake(Lake(FolderStore(home)), SHOP, folder=home)


def _peak_mb() -> float:
    """Return the peak resident memory since it was last cleared."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
