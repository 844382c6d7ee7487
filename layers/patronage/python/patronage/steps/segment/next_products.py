"""What customers may buy next, as the live recommendations say."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from patronage.logic.arrays import Array, read_npz
from patronage.logic.serve.kinds import POPULAR
from patronage.steps.scanning import scan_objects

if TYPE_CHECKING:
    from patronage.engines.base import Engine
    from patronage.steps.manifest import Manifest
    from patronage.stores.objects import ObjectStore

PICKS_EACH = 10
"""So many of a customer's recommendations speak for the segment."""


def hold_picks(engine: Engine, store: ObjectStore, manifest: Manifest) -> bool:
    """Hold each customer's personal recommendations as `picks` (customer_id, product_id, name).

    Returns
    -------
    bool
        Whether there are recommendations: the first run of segments may come before any training.
    """
    run_id = manifest.live_runs.get("recommendations", "")
    folder = f"runs/{run_id}/recommendations"
    shards = [key for key in store.keys(f"{folder}/users-") if key.endswith(".npz")] if run_id else []
    if not shards:
        return False
    for name in ("customers", "products"):
        scan_objects(f"pick_{name}", [f"{folder}/{name}.parquet"], store, engine)
    columns = {name: array("i") for name in ("customer", "product")}
    for key in shards:
        _add(columns, read_npz(store.read_bytes(key)))
    engine.arrays(
        "numbered_picks", {name: Array((len(each),), memoryview(each)) for name, each in columns.items()}
    )
    engine.table(
        "picks",
        "SELECT pick_customers.customer_id, pick_products.product_id, pick_products.name "
        "FROM numbered_picks "
        "INNER JOIN pick_customers ON numbered_picks.customer = pick_customers.idx "
        "INNER JOIN pick_products ON numbered_picks.product = pick_products.idx",
    )
    return True


def _add(columns: dict[str, array[int]], arrays: dict[str, Array]) -> None:
    """Take the personal ones of a shard: what only fills a list says nothing of its customer."""
    for row, customer in enumerate(arrays["rows"].values):
        pairs = zip(arrays["items"].row(row), arrays["kind"].row(row), strict=True)
        personal = [item for item, kind in pairs if item >= 0 and kind != POPULAR][:PICKS_EACH]
        columns["customer"].extend([customer] * len(personal))
        columns["product"].extend(personal)
