"""Patronage's part of the comparison: the same work and no more, and the whole of `patronage run`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.bundled_orders import NOW, SHOP, purchases, take_in
from benchmarks.comparison_worker import K, Stages, write_lists
from patronage.engines.duckdb import DuckEngine
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation, run_training
from patronage.logic.recommenders.candidates import CANDIDATES
from patronage.steps.pin import pin
from patronage.steps.segment.rfm import rfm
from patronage.steps.train.inputs import load_active, load_side
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from pathlib import Path

METHOD = "als"
"""The method that the peers take too, with the settings that a run tries first."""
SEARCH_SECONDS = 1.0
"""So long a method may try settings; by default it is 120 s."""


def same_work(orders: Path, folder: Path, stages: Stages) -> None:
    """Ingest, RFM, one method without a search, ten products a customer."""
    lake = Lake(FolderStore(folder / "lake"))
    take_in(orders, lake)
    stages.done("read")
    pin("segments", "segments", lake, SHOP, now=NOW)
    rfm("segments", lake)
    stages.done("rfm")
    every, side = purchases("lists", lake), load_side("lists", lake.store)
    candidate = CANDIDATES[METHOD]
    model = candidate.make(**candidate.trials[0]).fit(every, side=side)
    stages.done("learn")
    ids, _ = model.recommend(every.histories(), k=K, in_stock=load_active("lists", lake.store))
    named = {name: _ids(folder, name) for name in ("customer", "product")}
    rows = [
        (named["customer"][customer], named["product"][product], rank)
        for customer, found in enumerate(ids.tolist())
        for rank, product in enumerate(found, start=1)
        if product >= 0
    ]
    write_lists(folder / "lists.csv", rows)
    stages.done("lists")


def whole(orders: Path, folder: Path, stages: Stages) -> None:
    """Do all that `patronage run` does, and read ten products a customer from what it wrote."""
    home = folder / "lake"
    lake = Lake(FolderStore(home))
    take_in(orders, lake)
    stages.done("read")
    opened = OpenLake(lake, replace(SHOP, search_seconds=SEARCH_SECONDS), folder=home)
    run_segmentation(opened)
    stages.done("segmentation")
    run_id, _ = run_training(opened)
    stages.done("training")
    with DuckEngine(SHOP) as engine:
        engine.scan("lists", sorted((home / "runs" / run_id / "recommendations").glob("users-*.parquet")))
        rows = engine.rows(f"FROM lists WHERE rank <= {K} ORDER BY customer_id, rank")
    write_lists(folder / "lists.csv", [(row["customer_id"], row["product_id"], row["rank"]) for row in rows])
    stages.done("lists")


def _ids(folder: Path, name: str) -> list[str]:
    with DuckEngine(SHOP) as engine:
        engine.scan("named", [folder / "lake" / "runs" / "lists" / "recommendations" / f"{name}s.parquet"])
        return [row["id"] for row in engine.rows(f"SELECT {name}_id AS id FROM named ORDER BY idx")]
