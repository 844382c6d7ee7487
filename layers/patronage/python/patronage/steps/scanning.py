"""Show an engine objects of a store: where they lie, or staged on this machine, as the engine reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patronage.engines.base import Engine
    from patronage.stores.lake import Snapshot
    from patronage.stores.objects import ObjectStore


def scan_objects(name: str, keys: Sequence[str], store: ObjectStore, engine: Engine) -> None:
    """Give the rows of Parquet objects a name.

    Raises
    ------
    NotFound
        One of them is to be staged and is not there.
    """
    read = store.uri if engine.reads_in_place else store.staged
    engine.scan(name, [read(key) for key in keys])


def scan_snapshot(name: str, snapshot: Snapshot, engine: Engine) -> None:
    """Give the rows of one version of a lake table a name."""
    engine.scan(name, snapshot.uris() if engine.reads_in_place else snapshot.files())
