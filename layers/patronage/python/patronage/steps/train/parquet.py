"""Turn a shard of lists into Parquet, for analysts and other programs."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from patronage.engines.opening import open_engine
from patronage.logic.arrays import Array, read_npz
from patronage.logic.queries import literal, query
from patronage.logic.serve.kinds import NAMES
from patronage.steps.manifest import Manifest
from patronage.steps.recommendation_shards import USERS, rows_of, variant_in
from patronage.steps.scanning import scan_objects

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore


def to_parquet(run_id: str, shard: str, store: ObjectStore) -> dict[str, Any]:
    """Write a shard's lists, a row a place, with the shop's ids and names, beside its arrays."""
    folder = f"runs/{run_id}/recommendations"
    kind, _ = variant_in(rows_of(shard)[0])
    with open_engine(Manifest.load(store, run_id).shop) as engine:
        for name in ("customers", "products"):
            scan_objects(name, [f"{folder}/{name}.parquet"], store, engine)
        named = ", ".join(f"({number}, {literal(name)})" for number, name in NAMES.items())
        engine.table("reason_kinds", f"FROM (VALUES {named}) AS named(kind, name)")
        engine.arrays("places", _places(read_npz(store.read_bytes(f"{folder}/{shard}.npz"))))
        sql = query("listed_users" if kind == USERS else "listed_products")
        with store.writing(f"{folder}/{shard}.parquet") as path:
            engine.parquet(sql, path)
    return {"shard": shard}


def _places(arrays: dict[str, Array]) -> dict[str, Array]:
    """Lay lists out as a row a place: the list's owner, the place's rank, and what stands there."""
    rows, width = arrays["items"].shape
    owner = array("i", bytes(4 * rows * width))
    for place in range(width):
        owner[place::width] = array("i", arrays["rows"].values)
    columns: dict[str, Any] = {"owner": owner, "rank": array("i", range(1, width + 1)) * rows}
    columns |= {name: arrays[name].values for name in ("items", "scores", "kind", "because", "share")}
    return {name: Array((rows * width,), memoryview(values)) for name, values in columns.items()}
