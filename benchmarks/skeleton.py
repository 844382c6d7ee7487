"""The walking skeleton on the bundled real orders: ingest, RFM, item-to-item."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
from implicit.nearest_neighbours import CosineRecommender
from scipy import sparse

from benchmarks.bundled_orders import NOW, SHOP, purchases, take_in
from benchmarks.figures import Figure, median_seconds
from benchmarks.shared_data import ORDERS
from patronage.logic.evaluation.holdout import Holdout, time_ordered_holdout
from patronage.logic.recommenders import ItemNeighbours, Popularity
from patronage.steps.pin import pin
from patronage.steps.segment import rfm
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

ROWS = 525_461


def ingest_rows_per_s() -> Figure:
    """Ingest with validation, money and identity, against DuckDB's bare copy of the same file."""
    ours = median_seconds(lambda: _ingested())
    with tempfile.TemporaryDirectory() as folder:
        copied = f"COPY (FROM '{ORDERS}') TO '{folder}/copy.parquet' (FORMAT parquet, COMPRESSION snappy)"
        bare = median_seconds(lambda: duckdb.sql(copied))
    return Figure(ROWS / ours, "rows/s", "DuckDB COPY Parquet to Parquet", ROWS / bare)


def rfm_s() -> Figure:
    """Score all customers, against DuckDB's bare recency, frequency and money from the staged lake."""
    lake = _lake()
    pin("bench", "segments", lake, SHOP, now=NOW)
    ours = median_seconds(lambda: rfm.rfm("bench", lake))
    files = [str(path) for path in lake.snapshot("orders").files()]
    bare = (
        "SELECT customer_id, MAX(ordered_at), COUNT(DISTINCT ordered_at::DATE), SUM(net_minor) "
        f"FROM read_parquet({files}) WHERE customer_id IS NOT NULL GROUP BY customer_id"
    )
    return Figure(ours, "s", "DuckDB bare query", median_seconds(lambda: duckdb.sql(bare).fetchall()))


def item_to_item_s() -> Figure:
    """Fit and recommend 20 to every customer, against implicit's cosine."""
    holdout = _holdout()
    ours = median_seconds(lambda: ItemNeighbours().fit(holdout.train).recommend(holdout.histories, k=20))
    return Figure(ours, "s", "implicit CosineRecommender(K=50)", median_seconds(lambda: _implicit_ids(20)))


def item_to_item_ndcg10() -> Figure:
    """Rank what customers newly bought after the cut-off, against implicit's cosine."""
    holdout = _holdout()
    ids, _ = ItemNeighbours().fit(holdout.train).recommend(holdout.histories, k=10)
    peer = holdout.measure(_implicit_ids(10))["ndcg_at_10"]
    return Figure(holdout.measure(ids)["ndcg_at_10"], "NDCG@10", "implicit CosineRecommender(K=50)", peer)


def popularity_ndcg10() -> Figure:
    """Rank the same by popularity alone, against item-to-item."""
    holdout = _holdout()
    popular, _ = Popularity().fit(holdout.train).recommend(holdout.histories, k=10)
    ids, _ = ItemNeighbours().fit(holdout.train).recommend(holdout.histories, k=10)
    peer = holdout.measure(ids)["ndcg_at_10"]
    return Figure(holdout.measure(popular)["ndcg_at_10"], "NDCG@10", "our item-to-item", peer)


FIGURES = {
    "ingest_rows_per_s": ingest_rows_per_s,
    "rfm_s": rfm_s,
    "item_to_item_s": item_to_item_s,
    "item_to_item_ndcg10": item_to_item_ndcg10,
    "popularity_ndcg10": popularity_ndcg10,
}


def _ingested() -> Lake:
    lake = Lake(FolderStore(Path(tempfile.mkdtemp(prefix="patronage-bench-"))))
    take_in(ORDERS, lake)
    return lake


@cache
def _lake() -> Lake:
    return _ingested()


@cache
def _holdout() -> Holdout:
    return time_ordered_holdout(purchases("train", _lake()))


def _implicit_ids(k: int) -> np.ndarray:
    holdout = _holdout()
    model = CosineRecommender(K=50, num_threads=1)
    model.fit(sparse.csr_matrix(holdout.train.history()), show_progress=False)
    histories = sparse.csr_matrix(holdout.histories.matrix())
    return model.recommend(np.arange(histories.shape[0]), histories, N=k)[0]
