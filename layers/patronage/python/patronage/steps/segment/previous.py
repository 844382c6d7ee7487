"""What earlier runs left, shown to the steps of a later one where it is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.steps.manifest import Manifest
from patronage.steps.scanning import scan_objects

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.stores.objects import ObjectStore

_STANDING = {
    "customer_id": "VARCHAR",
    "frequency": "INTEGER",
    "net_minor": "BIGINT",
    "segment_id": "VARCHAR",
}
HISTORY = {"customer_id": "VARCHAR", "as_of": "DATE", "segment_id": "VARCHAR"}
"""Columns of `segments/history.parquet`."""


def show_previous(manifest: Manifest, store: ObjectStore, engine: Engine) -> Manifest | None:
    """Show where customers stood in the run before as `previous_customers`, and return its manifest.

    Where there is no such run, where it is gone or laid out otherwise, or counts in another currency, the
    view is empty and nothing is returned: a shop's first run has nothing to hold on to.
    """
    engine.show_none("previous_customers", _STANDING)
    before = run_before(manifest, store)
    if before is None:
        return None
    key = standing_key(before.run_id, store)
    return before if show_file("previous_customers", key, _STANDING, store, engine) else None


def run_before(manifest: Manifest, store: ObjectStore) -> Manifest | None:
    """Return the manifest of the run before; nothing where it is gone or counts in another currency."""
    before = Manifest.find(store, manifest.previous)
    return before if before is not None and before.shop.currency == manifest.shop.currency else None


def show_live_segments(manifest: Manifest, store: ObjectStore, engine: Engine) -> None:
    """Show as `live_segments` the RFM segment of each customer in the live run of segments."""
    key = f"runs/{manifest.previous}/segments/customers.parquet"
    if store.exists(key):
        scan_objects("segmented", [key], store, engine)
        engine.view("live_segments", "SELECT customer_id, segment_id AS segment FROM segmented")
    else:
        engine.show_none("live_segments", {"customer_id": "VARCHAR", "segment": "VARCHAR"})


def standing_key(run_id: str, store: ObjectStore) -> str:
    """Return where a run says in which segment each customer stands; the first runs had one file for all."""
    key = f"runs/{run_id}/segments/rfm.parquet"
    return key if store.exists(key) else f"runs/{run_id}/segments/customers.parquet"


def show_file(name: str, key: str, columns: dict[str, str], store: ObjectStore, engine: Engine) -> bool:
    """Show a Parquet file of a run under a name, if it is there and has the columns."""
    if not store.exists(key):
        return False
    scan_objects(f"{name}_file", [key], store, engine)
    if not columns.items() <= engine.columns(f"{name}_file").items():
        return False
    engine.view(name, f"SELECT {', '.join(columns)} FROM {name}_file")
    return True
