"""Run the same step on two engines, over two copies of a lake, and tell how what they wrote differs."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np

from patronage.engines.opening import opening
from patronage.engines.spark import SparkEngine
from patronage.logic.queries import query, query_names
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from tests_support import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

    from patronage.settings import Shop

RELATIVE = 1e-9
"""By how much floats may differ: both engines add up in orders of their own."""


class Done(NamedTuple):
    """What a step gave, and the files it wrote by their paths in the lake."""

    answer: Any
    files: Mapping[str, Path]


class Both(NamedTuple):
    """The same step on both engines."""

    duckdb: Done
    spark: Done


class Recorder:
    """Every statement that ran on Spark."""

    def __init__(self) -> None:
        self.statements: set[str] = set()

    def engine(self, shop: Shop, spark: SparkSession) -> SparkEngine:
        """Open an engine that is recorded."""
        statements = self.statements

        class Recorded(SparkEngine):
            def _query(self, sql: str, parameters: Mapping[str, object]) -> Any:
                statements.add(sql)
                return super()._query(sql, parameters)

            def scan(self, name: str, files: Sequence[Path | str]) -> None:
                super().scan(name, files)
                if ALL:  # a file of one row group, as these are, is never split
                    self.show(name, self.frame(name).repartition(3))

        return Recorded(shop, spark=spark)

    def queries(self) -> set[str]:
        """Return the names of the queries that ran, on their own or within another statement."""
        return {name for name in query_names() if any(query(name) in ran for ran in self.statements)}


class Twins:
    """Steps in their order, each run on DuckDB over one copy of a lake and on Spark over another.

    Parameters
    ----------
    roots : tuple of Path
        The copy of DuckDB, and that of Spark.
    steps : mapping
        By name what to do with a lake, in the order in which it may be done.
    spark, recorder
        The session, and where the statements are kept.
    """

    def __init__(
        self,
        roots: tuple[Path, Path],
        steps: Mapping[str, Callable[[Lake], Any]],
        spark: SparkSession,
        recorder: Recorder,
    ) -> None:
        self.roots = roots
        self.steps = steps
        self._spark = spark
        self._recorder = recorder
        self._done: dict[str, Both] = {}

    def run(self, name: str) -> Both:
        """Return what a step did; the steps before it are run first."""
        for step in self.steps:
            if step not in self._done:
                self._done[step] = self._run(step)
            if step == name:
                break
        return self._done[name]

    def run_all(self) -> None:
        """Run every step."""
        self.run(list(self.steps)[-1])

    def _run(self, name: str) -> Both:
        on_duckdb = self._written(name, self.roots[0])
        with opening(lambda shop: self._recorder.engine(shop, self._spark)):
            return Both(on_duckdb, self._written(name, self.roots[1]))

    def with_duckdb_over_spark(self, name: str) -> Both:
        """Run a step on DuckDB again over what Spark wrote, and return it beside what it did before."""
        return Both(self._done[name].duckdb, self._written(name, self.roots[1]))

    def _written(self, name: str, root: Path) -> Done:
        before = _state(root)
        answer = self.steps[name](Lake(FolderStore(root)))
        changed = {key: root / key for key, state in _state(root).items() if before.get(key) != state}
        return Done(answer, changed)


def _state(root: Path) -> dict[str, tuple[int, int]]:
    found = ((path, path.stat()) for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): (stat.st_ino, stat.st_mtime_ns) for path, stat in found}


def differences(both: Both) -> list[str]:
    """Say where the answers, the names or the contents of the files of a step are not equal."""
    (answer, files), (other_answer, others) = both
    found = [f"only one wrote {key}" for key in sorted(files.keys() ^ others.keys())]
    found += list(_apart(answer, other_answer, "answer"))
    for key in sorted(files.keys() & others.keys()):
        ours, theirs = (_read(path) for path in (files[key], others[key]))
        found += [f"{key}: {text}" for text in _apart(ours, theirs, "")]
    return found


def _read(path: Path) -> Any:
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    if path.suffix == ".npz":
        with np.load(io.BytesIO(path.read_bytes())) as arrays:
            return {name: [str(arrays[name].dtype), *arrays[name].tolist()] for name in arrays.files}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.read_parquet(str(path))
        columns = [f"{name} {type_}" for name, type_ in zip(rows.columns, rows.types, strict=True)]
        return [columns, *(list(row) for row in rows.fetchall())]


def _apart(ours: Any, theirs: Any, place: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            yield f"{place}: keys {sorted(map(str, ours.keys() ^ theirs.keys()))}"
        for key in ours.keys() & theirs.keys():
            yield from _apart(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        if len(ours) != len(theirs):
            yield f"{place}: {len(ours)} and {len(theirs)} entries"
        for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _apart(one, other, f"{place}[{number}]")
    elif not _equal(ours, theirs):
        yield f"{place}: {ours!r} on DuckDB, {theirs!r} on Spark"


def _equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        both_nan = math.isnan(ours) and math.isnan(theirs)
        return both_nan or math.isclose(ours, theirs, rel_tol=RELATIVE, abs_tol=1e-12)
    return type(ours) is type(theirs) and ours == theirs
