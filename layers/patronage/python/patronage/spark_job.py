"""The Spark job: the states of a run, up to what decides on it, on EMR Serverless or on this machine.

::

    spark-submit spark_job.py segmentation RUN --lake s3://BUCKET      # as EMR Serverless starts it
    python -m patronage.spark_job training RUN --lake FOLDER --local   # here; needs Java 17 or newer

The run is pinned already. What the job writes is what the functions of the state machine would write. It
tells a line for each state, and ends with 1 and one sentence where it cannot go on. Started again, it goes on
where it was: a state that ended stands.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.errors import BadInput, NotFound, PatronageError
from patronage.logic.monitor.machines import WHAT_OF
from patronage.steps.job import Job
from patronage.steps.manifest import Manifest
from patronage.stores.job_bucket import JobBucket
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from patronage.stores.objects import ObjectStore

_MACHINES = ("segmentation", "training", "monitoring")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do a run; return the exit code."""
    asked = _parse(arguments)
    try:
        with _opened(asked.lake) as store:
            carry(asked.machine, asked.run_id, Lake(store), is_local=asked.local)
    except PatronageError as exc:
        print(f"{asked.machine} {asked.run_id} failed: {exc}", file=sys.stderr)  # noqa: T201
        return exc.exit_code
    except Exception as exc:
        traceback.print_exc()  # into the job's own log, which alone may quote what it met
        print(f"{asked.machine} {asked.run_id} failed: {type(exc).__name__}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def carry(machine: str, run_id: str, lake: Lake, *, is_local: bool) -> None:
    """Do the states of a pinned run on Spark.

    Parameters
    ----------
    machine : str
        "segmentation", "training" or "monitoring".
    run_id : str
        The run.
    lake : Lake
        Where its manifest lies, and all that it reads and writes.
    is_local : bool
        Whether Spark runs on this machine alone, with files staged here; else as it was submitted, and each
        executor reads the lake's objects.

    Raises
    ------
    NotFound
        The run is not pinned.
    BadInput
        It is one of another machine.
    """
    store = lake.store
    if not store.exists(f"runs/{run_id}/manifest.json"):
        raise NotFound(f"run {run_id} has no manifest; its state machine pins it before it starts the job")
    manifest = Manifest.load(store, run_id)
    if manifest.family != WHAT_OF[machine]:
        raise BadInput(f"run {run_id} is one of {manifest.family}, which {machine} does not make")
    # Only now, for it starts Java: a run that cannot be is told at once.
    from patronage.engines.opening import opening
    from patronage.engines.spark import SparkEngine, on_this_machine, session
    from patronage.steps.job_states import STATES

    rows = sum(manifest.rows.values()) or manifest.lines
    spark = session(on_this_machine(rows) if is_local else {})
    spark.sparkContext.setLogLevel("ERROR")  # it warns of each window without a partition
    try:
        _tell(f"Spark {spark.version}, Python {sys.version.split()[0]}: {machine} {run_id}")
        with opening(lambda shop: SparkEngine(shop, spark=spark, reads_in_place=not is_local)):
            STATES[machine](Job(run_id, store, _tell), lake, spark)
    finally:
        spark.stop()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="patronage.spark_job", description="Do a pinned run on Spark.")
    parser.add_argument("machine", choices=_MACHINES, help="whose states")
    parser.add_argument("run_id", help="the run, which is pinned already")
    parser.add_argument("--lake", required=True, help="s3://BUCKET, or the folder of a local lake")
    parser.add_argument("--local", action="store_true", help="on the cores of this machine")
    return parser.parse_args(arguments)


@contextmanager
def _opened(lake: str) -> Iterator[ObjectStore]:
    scheme, _, bucket = lake.partition("://")
    if not bucket:
        yield FolderStore(Path(lake))
    elif scheme == "s3":
        with closing(JobBucket(bucket.rstrip("/"))) as store:
            yield store
    else:
        raise BadInput(f"--lake {lake} is neither s3://BUCKET nor a folder")


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - its log is what it prints


if __name__ == "__main__":
    sys.exit(main())
