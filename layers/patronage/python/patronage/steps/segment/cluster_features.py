"""The part of the clusters that reads the lake: orders in, one number a feature and buyer out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.arrays import write_npz
from patronage.logic.queries import query
from patronage.steps.features.compute import compute_features
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine

if TYPE_CHECKING:
    from patronage.stores.lake import Lake

CLUSTER_FEATURES = (
    "recency_days",
    "occasions",
    "net_per_occasion_minor",
    "items_per_occasion",
    "price_per_item_minor",
    "distinct_product_share",
    "categories",
    "returned_share",
    "discounted_share",
    "days_between_occasions",
    "tenure_days",
)
"""The features that clusters are made of, in the order of their arrays."""
_NONE = "CAST('NaN' AS FLOAT)"
_COLUMNS = ", ".join(f"COALESCE({name}, {_NONE}) AS {name}" for name in CLUSTER_FEATURES)
_ROWS = (
    f"SELECT {_COLUMNS} FROM cluster_features "
    "INNER JOIN buyers ON cluster_features.customer_id = buyers.customer_id ORDER BY idx"
)


def cluster_features(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the features of the buyers as arrays of float32, rows by the buyers' idx, NaN where not known.

    Returns
    -------
    dict
        How many ``customers`` and ``features`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    with pinned_engine(manifest, lake, "products") as engine:
        engine.table("buyers", query("buyers"))
        compute_features(
            engine,
            names=CLUSTER_FEATURES,
            as_of=manifest.as_of,
            known_at=None,  # the tables are pinned: they hold what was known
            into="cluster_features",
            among=("orders",),
        )
        columns = engine.numbers(_ROWS, dict.fromkeys(CLUSTER_FEATURES, "f"))
    lake.store.write_bytes(f"runs/{run_id}/features/clusters.npz", write_npz(columns, compressed=False))
    return {"customers": len(columns["recency_days"]), "features": len(columns)}
