"""What segmentation trains on is what is served, for every customer of the demo's orders."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import NamedTuple

import duckdb
import numpy as np
import pytest
from analytics_support import MemoryTable

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import query
from patronage.logic.segments.supplied import NEEDED
from patronage.logic.serve.documents import pack_document
from patronage.logic.serve.keys import item_key
from patronage.settings import Shop
from patronage.steps.assign import _stored_features
from patronage.steps.customer_items import customer_items
from patronage.steps.features.publishing import features
from patronage.steps.features.served import customer_features
from patronage.steps.ingest import Upload, ingest
from patronage.steps.manifest import Manifest
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.segment.cluster_features import CLUSTER_FEATURES, cluster_features
from patronage.steps.segment.gate import CUSTOMERS_PER_SHARD
from patronage.steps.segment.rfm import rfm
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json
from patronage.stores.serving_reader import ServingReader
from tests_support import NOW, REPOSITORY

SHOP = Shop(currency="GBP", timezone="Europe/London")
RUN = "run"


class Segmented(NamedTuple):
    """What the run trained on, by customer, and the reader of what it published."""

    rfm: dict[str, dict]
    clusters: dict[str, dict[str, np.float32]]
    reader: FiguresReader
    manifest: Manifest


@pytest.fixture(scope="module")
def segmented(tmp_path_factory) -> Segmented:
    lake = Lake(FolderStore(tmp_path_factory.mktemp("demo") / "lake"))
    path = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
    upload = Upload(path=path, key="raw/orders/demo.parquet", version="1", last_modified=NOW)
    assert ingest(upload, lake, SHOP, now=NOW)["state"] == "done"
    pin(RUN, "segments", lake, SHOP, now=NOW)
    for step in (rfm, cluster_features, features):
        step(RUN, lake)
    manifest = Manifest.load(lake.store, RUN)
    clusters = _combined(lake, manifest)
    return Segmented(_rows(lake, "segments/rfm"), clusters, _published(lake, manifest), manifest)


def _rows(lake: Lake, name: str) -> dict[str, dict]:
    path = lake.store.staged(f"runs/{RUN}/{name}.parquet")
    with DuckEngine(SHOP) as engine:
        engine.scan("found", [path])
        return {row["customer_id"]: row for row in engine.rows("FROM found")}


def _combined(lake: Lake, manifest: Manifest) -> dict[str, dict[str, np.float32]]:
    """Write what `combine` would, of these branches alone, and return the arrays by customer."""
    with np.load(io.BytesIO(lake.store.read_bytes(f"runs/{RUN}/features/clusters.npz"))) as found:
        arrays = {name: found[name] for name in found.files}
    with pinned_engine(manifest, lake) as engine:
        buyers = [row["customer_id"] for row in engine.rows(f"FROM ({query('buyers')}) ORDER BY idx")]
    table = {"customer_id": np.array(buyers, dtype=object), **arrays}
    with duckdb.connect() as connection, lake.store.writing(f"runs/{RUN}/features/customers.parquet") as path:
        connection.register("t", table)
        connection.sql("FROM t").write_parquet(str(path))
    scored = lake.store.read_bytes(f"runs/{RUN}/segments/rfm.parquet")
    lake.store.write_bytes(f"runs/{RUN}/segments/customers.parquet", scored)
    write_json(lake.store, f"runs/{RUN}/segments/clusters.json", {"features": list(CLUSTER_FEATURES)})
    return {
        customer: {name: arrays[name][place] for name in CLUSTER_FEATURES}
        for place, customer in enumerate(buyers)
    }


def _published(lake: Lake, manifest: Manifest) -> FiguresReader:
    table = MemoryTable()
    customers = len(_rows(lake, "segments/customers"))
    for shard in range(-(-customers // CUSTOMERS_PER_SHARD)):
        table.put(*customer_items(lake.store, RUN, SHOP, shard))
    document = read_json(lake.store, f"runs/{RUN}/segments/features.json")
    key = item_key("analytics", RUN, "features#0")
    table.put({"pk": key, "pages": 1, "packed": pack_document(document)[0]})
    table.flip(RUN)
    return FiguresReader(table, ServingReader(table))


def test_every_customer_is_served_what_was_trained_on(segmented):
    now = segmented.manifest.as_of + timedelta(hours=24)
    assert len(segmented.rfm) > 4_300
    for customer_id, trained in segmented.rfm.items():
        served = customer_features(segmented.reader, customer_id, now=now)["features"]
        values = {name: served[name]["value"] for name in served}
        assert (values["recency_days"], values["occasions"], values["net_minor"]) == (
            trained["recency_days"],
            trained["frequency"],
            trained["net_minor"],
        )
        of_clusters = segmented.clusters.get(customer_id)
        assert (of_clusters is None) == (trained["frequency"] == 0)
        if of_clusters is not None:
            online = [
                np.float32(np.nan if values[name] is None else values[name]) for name in CLUSTER_FEATURES
            ]
            np.testing.assert_array_equal(online, [of_clusters[name] for name in CLUSTER_FEATURES])


def test_a_segment_is_assigned_by_the_same_values(segmented):
    """`POST /customers/{customer_id}/segment` scores by what it finds in the customer's item."""
    for customer_id, trained in segmented.rfm.items():
        item = segmented.reader.customer(RUN, customer_id)
        known = {name: trained[name] for name in (*NEEDED, "scored_segment_id") if trained[name] is not None}
        stored = _stored_features(item, known, list(CLUSTER_FEATURES))
        for name, value in segmented.clusters.get(customer_id, {}).items():
            if name not in NEEDED:
                assert (
                    np.float32(np.nan if stored[name] is None else stored[name]).tobytes() == value.tobytes()
                )


def test_an_item_stays_within_one_write_unit(segmented):
    sizes = [
        sum(len(name) + len(value) for name, value in item.items() if isinstance(value, bytes | str))
        for customer_id in list(segmented.rfm)[::50]
        if (item := segmented.reader.customer(RUN, customer_id))
    ]
    assert max(sizes) < 1_000
