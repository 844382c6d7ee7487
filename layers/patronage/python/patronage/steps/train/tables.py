"""The part of the training run that reads the lake: tables in, arrays of interactions out."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import gather, write_npz
from patronage.logic.queries import query
from patronage.logic.tags import side_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.steps.segment.previous import show_live_segments
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.engines.duckdb import DuckEngine
    from patronage.stores.lake import Lake

_PRODUCTS = (
    "SELECT CAST(is_active AS INTEGER), COALESCE(DATE_DIFF('day', DATE '1970-01-01', since), -1) "
    "FROM indexed_products ORDER BY idx"
)


def interactions(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write who bought what on which day, over numbered customers and products, and what is known beside.

    Returns
    -------
    dict
        How many ``customers``, ``products`` and ``interactions`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    folder = f"runs/{run_id}/recommendations"
    with pinned_engine(manifest, lake, "products", "customers", "events") as engine:
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
        products = gather({"active": "i", "since": "i"}, engine.chunks(_PRODUCTS))
        show_live_segments(manifest, lake.store, engine)
        side = side_of(engine.rows(query("product_sides")), engine.rows(query("customer_sides")))
        write_json(lake.store, f"runs/{run_id}/features/side.json", side)
        write_json(lake.store, f"runs/{run_id}/features/devices.json", _devices(engine))
    sizes = {"n_customers": array("i", [counts["customers"]]), "n_products": array("i", [counts["products"]])}
    features = f"runs/{run_id}/features"
    lake.store.write_bytes(f"{features}/interactions.npz", write_npz({**columns, **sizes}))
    lake.store.write_bytes(f"{features}/products.npz", write_npz(products))
    return {**counts, "interactions": len(columns["days"])}


def _devices(engine: DuckEngine) -> dict[str, list[tuple[int, int]]]:
    """Return by device the products that most visits were interested in, and how many visits."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in engine.rows(query("device_interest")):
        found.setdefault(row["device"], []).append((row["product"], row["visits"]))
    return found
