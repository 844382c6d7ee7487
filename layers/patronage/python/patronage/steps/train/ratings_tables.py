"""Explicit ratings of the lake as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.errors import LacksData
from patronage.logic.arrays import gather, write_npz
from patronage.logic.queries import query
from patronage.logic.tags import side_of
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from patronage.stores.lake import Lake

TOO_FEW = (
    "the lake has {count} ratings of products by customers, and RMSE and MAE compare predicted ratings with "
    "given ones; upload a file of ratings (customer_id, product_id, rating, rated_at) below raw/ratings/, or "
    "with: patronage ingest --table ratings FILE. Orders alone are ranked, by NDCG: patronage evaluate "
    "--metric ndcg"
)
LEAST = 10


def ratings(run_id: str, lake: Lake) -> dict[str, int]:
    """Write who rated what, as arrays over numbered customers and products, and what is known of both.

    Returns
    -------
    dict
        How many ``customers``, ``products`` and ``ratings`` there are.

    Raises
    ------
    LacksData
        There are too few ratings to hold some out.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake, "ratings", "products", "customers") as engine:
        for name in ("rated_customers", "rated_products"):
            engine.table(name, query(name))
        typecodes = {"customers": "i", "products": "i", "days": "i", "values": "f"}
        columns = gather(typecodes, engine.chunks(query("numbered_ratings")))
        products, customers = (
            engine.rows(f"FROM {name} ORDER BY idx") for name in ("rated_products", "rated_customers")
        )
    count = len(columns["values"])
    if count < LEAST:
        raise LacksData(TOO_FEW.format(count=count or "no"))
    lake.store.write_bytes(f"runs/{run_id}/features/ratings.npz", write_npz(columns))
    write_json(lake.store, f"runs/{run_id}/features/ratings_side.json", side_of(products, customers))
    return {"customers": len(customers), "products": len(products), "ratings": count}
