"""Keep the lake quick to read: once a day, compact its tables and delete the files that nobody reads.

The lake of an earlier version is migrated first, so that an update needs no upload to reach it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound, TryAgain
from patronage.logic.tables import TABLES
from patronage.steps.migrate import migrate
from patronage.stores.compaction import TableFiles
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from patronage.stores.objects import ObjectStore

TARGET_BYTES = 128 * 2**20
ATTEMPTS = 3
"""After that many lost races with ingest a table waits for the next day."""


def compact(
    store: ObjectStore,
    *,
    keep_days: int,
    target_bytes: int = TARGET_BYTES,
    tables: Iterable[str] = TABLES,
) -> dict[str, Any]:
    """Compact and vacuum every table that the lake holds, and shorten its log.

    Parameters
    ----------
    store : ObjectStore
        Where the lake is.
    keep_days : int
        How long a file that a newer version replaced stays for the runs that have pinned an older one.
    target_bytes : int
        About the size that files shall have.
    tables : iterable of str
        The tables to look after.

    Returns
    -------
    dict
        In ``tables``, of each table: ``files`` and ``bytes``, ``files_before`` and ``bytes_before``,
        ``compacted`` (files that were rewritten) and ``vacuumed`` (files that were deleted); None where that
        gave way to ingest and waits for the next day.
    """
    migrate(Lake(store))
    report = {}
    for name in tables:
        try:
            files = TableFiles(store, name)
        except NotFound:
            continue
        report[name] = _tend(files, keep_hours=24 * keep_days, target_bytes=target_bytes)
    return {"tables": report}


def _tend(files: TableFiles, *, keep_hours: int, target_bytes: int) -> dict[str, int | None]:
    before = files.size()
    compacted = _patiently(lambda: files.compact(target_bytes=target_bytes))
    vacuumed = _patiently(lambda: files.vacuum(keep_hours=keep_hours))
    files.shorten_log()
    after = files.size()
    return {
        "files_before": before.files,
        "bytes_before": before.bytes,
        "files": after.files,
        "bytes": after.bytes,
        "compacted": compacted,
        "vacuumed": vacuumed,
    }


def _patiently(work: Callable[[], int]) -> int | None:
    """Do something, each time on a fresh snapshot, until no other commit comes between; None after a few."""
    for _ in range(ATTEMPTS):
        try:
            return work()
        except TryAgain:
            continue
    return None
