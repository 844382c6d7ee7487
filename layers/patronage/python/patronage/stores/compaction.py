"""The files of a Delta table: fewer and larger ones, a checkpoint of its log, and none that nobody reads."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deltalake import DeltaTable, WriterProperties
from deltalake.exceptions import CommitFailedError

from patronage.errors import NotFound, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patronage.stores.objects import ObjectStore

_ROWS_IN_A_GROUP = 512 * 1024
"""A Parquet writer holds one row group in memory: with text columns of 1 KB a row, 0.5 GB."""
_SPILL_ABOVE_BYTES = 2**30
_SECONDS_TO_A_COMMIT = 60
"""A compaction that is cut off keeps what it had committed."""


@dataclass(frozen=True)
class Size:
    """How many files a version of a table has, and their bytes."""

    files: int
    bytes: int


class TableFiles:
    """The files behind one table of the lake.

    Raises
    ------
    NotFound
        The lake has no such table yet.
    """

    def __init__(self, store: ObjectStore, name: str) -> None:
        self.name = name
        self._uri = store.uri(f"lake/{name}")
        self._options = store.delta_options()
        if not DeltaTable.is_deltatable(self._uri, self._options):
            raise NotFound(f"the lake has no table {name!r} yet; ingest a file first")

    def size(self) -> Size:
        """Return the size of the newest version."""
        sizes = self._open().get_add_actions(flatten=True).column("size_bytes").to_pylist()
        return Size(files=len(sizes), bytes=sum(sizes))

    def compact(self, *, target_bytes: int) -> int:
        """Rewrite small files into snappy files of about a size, and return how many were rewritten.

        The rows stay what they are.

        Raises
        ------
        TryAgain
            Another commit took out rows of a file that was being rewritten; the rest of the rewriting was
            given up, and the table is what that commit made it.
        """
        with self._giving_way():
            done = self._open().optimize.compact(
                target_size=target_bytes,
                max_concurrent_tasks=1,
                max_spill_size=_SPILL_ABOVE_BYTES,
                min_commit_interval=_SECONDS_TO_A_COMMIT,
                writer_properties=WriterProperties(compression="SNAPPY", max_row_group_size=_ROWS_IN_A_GROUP),
            )
        return int(done["numFilesRemoved"])

    def shorten_log(self) -> None:
        """Write a checkpoint, and delete the log before it that is older than the table keeps (30 days).

        A checkpoint holds the files and the transactions of every upload; what it does not hold is the
        history of the commits before it.
        """
        table = self._open()
        table.create_checkpoint()
        table.cleanup_metadata()

    def vacuum(self, *, keep_hours: int) -> int:
        """Delete the files that no version of the last hours reads, and return how many there were.

        With them go files that a writer left behind when it was killed before its commit.

        Raises
        ------
        TryAgain
            Another commit came first.
        """
        with self._giving_way():
            deleted = self._open().vacuum(
                retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False, full=True
            )
        return len(deleted)

    def _open(self) -> DeltaTable:
        return DeltaTable(self._uri, storage_options=self._options)

    @contextmanager
    def _giving_way(self) -> Iterator[None]:
        try:
            yield
        except CommitFailedError as exc:
            raise TryAgain(f"another commit to lake/{self.name} came first") from exc
