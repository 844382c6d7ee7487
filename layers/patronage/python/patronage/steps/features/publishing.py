"""The online values of a run: what each customer's features are at the instant of its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.features import features_of
from patronage.logic.features.history import TABLES
from patronage.logic.features.online import pack_values
from patronage.steps.features.compute import compute_features
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pinned_engine
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.engines.duckdb import DuckEngine
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

NAMES = "segments/features.json"
"""Below a run: which features it has, in the order of its values."""
VALUES = "features/online.parquet"
"""Below a run: a row a customer, a column a feature."""


def features(run_id: str, lake: Lake) -> dict[str, Any]:
    """Write the features of every customer that the run knows, as of the instant of its data.

    Returns
    -------
    dict
        How many ``customers`` and ``features`` there are.
    """
    manifest = Manifest.load(lake.store, run_id)
    names = [feature.name for feature in features_of("customer")]
    with pinned_engine(manifest, lake, *TABLES["customer"][1:]) as engine:
        # The tables are pinned: they hold what was known, and nothing else.
        compute_features(engine, as_of=manifest.as_of, known_at=None, into="online_values")
        with lake.store.writing(f"runs/{run_id}/{VALUES}") as path:
            engine.parquet("FROM online_values ORDER BY customer_id", path)
        counted = engine.row("SELECT COUNT(*) AS customers FROM online_values")
    write_json(lake.store, f"runs/{run_id}/{NAMES}", {"names": names, "as_of": manifest.as_of.isoformat()})
    return {"customers": counted["customers"], "features": len(names)}


def packed_values(engine: DuckEngine, store: ObjectStore, run_id: str, *, where: str) -> dict[str, bytes]:
    """Return the packed values of the customers under a condition; none of a run that wrote none."""
    if not store.exists(f"runs/{run_id}/{VALUES}"):
        return {}
    names = read_json(store, f"runs/{run_id}/{NAMES}")["names"]
    engine.scan("online_values", [store.staged(f"runs/{run_id}/{VALUES}")])
    rows = engine.chunks(f"SELECT customer_id, {', '.join(names)} FROM online_values WHERE {where}")
    return {customer_id: pack_values(values) for chunk in rows for customer_id, *values in chunk}
