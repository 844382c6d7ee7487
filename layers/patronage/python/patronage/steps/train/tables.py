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
    from patronage.engines.base import Engine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

BESIDE_ORDERS = ("products", "customers", "events")
"""The tables that are read beside the orders."""
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
    store = lake.store
    with pinned_engine(manifest, lake, *BESIDE_ORDERS) as engine:
        counts = number(run_id, engine, store)
        found = engine.numbers(query("interactions"), dict.fromkeys(("customer", "product", "day"), "i"))
        columns = {f"{name}s": values for name, values in found.items()}
        show_live_segments(manifest, store, engine)
        side = side_of(engine.rows(query("product_sides")), engine.rows(query("customer_sides")))
        write_json(store, f"runs/{run_id}/features/side.json", side)
    sizes = {"n_customers": array("i", [counts["customers"]]), "n_products": array("i", [counts["products"]])}
    store.write_bytes(
        f"runs/{run_id}/features/interactions.npz", write_npz({**columns, **sizes}, compressed=False)
    )
    return {**counts, "interactions": len(columns["days"])}


def number(run_id: str, engine: Engine, store: ObjectStore) -> dict[str, int]:
    """Give customers and products numbers; write what they are, and which products devices ask for.

    Returns
    -------
    dict
        How many ``customers`` and ``products`` there are.
    """
    for name in ("customers", "products"):
        engine.table(f"indexed_{name}", query(f"indexed_{name}"))
        with store.writing(f"runs/{run_id}/recommendations/{name}.parquet") as path:
            engine.parquet(f"FROM indexed_{name} ORDER BY idx", path)
    products = gather({"active": "i", "since": "i"}, engine.chunks(_PRODUCTS))
    store.write_bytes(f"runs/{run_id}/features/products.npz", write_npz(products))
    write_json(store, f"runs/{run_id}/features/devices.json", _devices(engine))
    return engine.row(
        "SELECT (SELECT COUNT(*) FROM indexed_customers) AS customers, "
        "(SELECT COUNT(*) FROM indexed_products) AS products"
    )


def _devices(engine: Engine) -> dict[str, list[tuple[int, int]]]:
    """Return by device the products that most visits were interested in, and how many visits."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in engine.rows(query("device_interest")):
        found.setdefault(row["device"], []).append((row["product"], row["visits"]))
    return found
