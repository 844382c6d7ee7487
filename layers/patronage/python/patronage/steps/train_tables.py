"""The part of the training run that reads the lake: orders in, arrays of interactions out."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import gather, write_npz
from patronage.logic.queries import query
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine

if TYPE_CHECKING:
    from patronage.stores.lake import Lake


def interactions(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write who bought what on which day as arrays over numbered customers and products.

    Returns
    -------
    dict
        How many ``customers``, ``products`` and ``interactions`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    folder = f"runs/{run_id}/recommendations"
    with pinned_engine(manifest, lake) as engine:
        for name in ("customers", "products"):
            engine.table(f"indexed_{name}", query(f"indexed_{name}"))
            with lake.store.writing(f"{folder}/{name}.parquet") as path:
                engine.parquet(f"FROM indexed_{name} ORDER BY idx", path)
        counts = engine.row(
            "SELECT (SELECT COUNT(*) FROM indexed_customers) AS customers, "
            "(SELECT COUNT(*) FROM indexed_products) AS products"
        )
        names = ("customers", "products", "days")
        columns = gather(dict.fromkeys(names, "i"), engine.chunks(query("interactions")))
    sizes = {"n_customers": array("i", [counts["customers"]]), "n_products": array("i", [counts["products"]])}
    lake.store.write_bytes(f"runs/{run_id}/features/interactions.npz", write_npz({**columns, **sizes}))
    return {**counts, "interactions": len(columns["days"])}
