"""Whether the lake still holds what a run once pinned: compaction and erasure end older versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltalake.exceptions import DeltaError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.stores.lake import Lake


def lost_from(lake: Lake, tables: Mapping[str, Mapping[str, int]]) -> str:
    """Say what of some tables' pinned versions is gone; empty where every file is there.

    Parameters
    ----------
    lake : Lake
        The lake.
    tables : mapping
        By table its ``version``, as a manifest has it.
    """
    for name, pinned in tables.items():
        if why := _lost(lake, name, pinned["version"]):
            return why
    return ""


def _lost(lake: Lake, table: str, version: int) -> str:
    try:
        snapshot = lake.snapshot(table, version)
        files = {file.path for file in snapshot.contents()}
    except DeltaError:
        return f"version {version} of lake/{table} is in its log no more"
    if snapshot.version != version:
        return f"lake/{table} has no version {version}"
    folder = f"lake/{table}/"
    gone = files - {key.removeprefix(folder) for key in lake.store.keys(folder)}
    if not gone:
        return ""
    return f"{len(gone)} of the {len(files)} files of version {version} of lake/{table} are deleted"
