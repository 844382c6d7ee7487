"""What a Delta table remembers of rows that are gone: files of older versions, and bounds in its log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from patronage.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.stores.objects import ObjectStore

_UNFINISHED_HOURS = 1
"""A file that no version names may be one that an upload is about to commit; no function runs so long."""
_REPORT = "patronage.report"


def forget(store: ObjectStore, name: str, *, redact: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Delete a table's files of older versions, and what its log says of their rows.

    The table stays at its newest version, and can be read at no older one. Of the files of older versions the
    log keeps names and numbers of rows; the bounds of their ids go, and so do checkpoints that hold them.

    Parameters
    ----------
    store : ObjectStore
        Where the lake is.
    name : str
        The table.
    redact : callable
        Told the report that a commit holds; returns what of it stays.

    Returns
    -------
    int
        How many files were deleted; 0 where the lake has no such table.

    Raises
    ------
    TryAgain
        Another commit came first.
    """
    before = _files(store, name)
    try:
        table = DeltaTable(store.uri(f"lake/{name}"), storage_options=store.delta_options())
        _vacuum(table, hours=0, full=False)
        _vacuum(table, hours=_UNFINISHED_HOURS, full=True)
    except TableNotFoundError:
        return 0
    except CommitFailedError as exc:
        raise TryAgain(f"another commit to lake/{name} came first") from exc
    table.update_incremental()
    table.create_checkpoint()
    _clean_log(store, f"lake/{name}/_delta_log/", table, redact)
    return len(before - _files(store, name))


def _files(store: ObjectStore, name: str) -> set[str]:
    return {key for key in store.keys(f"lake/{name}/") if "/_delta_log/" not in key}


def _vacuum(table: DeltaTable, *, hours: int, full: bool) -> None:
    table.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=full)


def _clean_log(
    store: ObjectStore, log: str, table: DeltaTable, redact: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    version = table.version()
    live = set(table.get_add_actions(flatten=True).column("path").to_pylist())
    for key in store.keys(log):
        file = key.removeprefix(log)
        number = file.partition(".")[0]
        if not number.isdigit() or int(number) > version:
            continue
        if ".checkpoint." in file:
            if int(number) < version:
                store.delete(key)
            continue
        before = store.read_bytes(key)
        after = b"\n".join(_cleaned(line, live, redact) for line in before.splitlines())
        if after != before:
            store.write_bytes(key, after)


def _cleaned(line: bytes, live: set[str], redact: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    action = json.loads(line)
    add, info = action.get("add"), action.get("commitInfo", {})
    if add is not None and add["path"] not in live and add.get("stats"):
        rows = json.loads(add["stats"]).get("numRecords")
        add["stats"] = json.dumps({"numRecords": rows})
    elif _REPORT in info:
        info[_REPORT] = json.dumps(redact(json.loads(info[_REPORT])))
    else:
        return line
    return json.dumps(action, separators=(",", ":"), ensure_ascii=False).encode()
