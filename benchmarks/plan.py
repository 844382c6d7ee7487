"""The inputs of the plan to large shops (docs/scale.md), measured again on the bundled real orders.

A whole `patronage run` and its publication to files; seconds are CPU seconds, which other processes do not
lengthen. Each figure stands beside the number that the plan takes (`patronage.logic.scale.measured`).
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
import tracemalloc
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from benchmarks.bundled_orders import SHOP, take_in
from benchmarks.comparison_ours import SEARCH_SECONDS
from benchmarks.figures import Figure
from benchmarks.scale_table import FileTables
from benchmarks.scale_worker import SHOP as MADE_UP
from benchmarks.scale_worker import shards_of
from benchmarks.serve_items import WRITE_UNIT, million_items
from benchmarks.shared_data import ORDERS
from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation, run_training
from patronage.logic.scale.measured import MEASURED
from patronage.logic.serve.catalogue import Product, pack_pages, unpack_pages
from patronage.logic.synthetic import SyntheticShop
from patronage.steps import publish
from patronage.steps.generate import generate
from patronage.steps.ingest import Upload, ingest
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.lists import make_lists
from patronage.steps.train.parquet import to_parquet
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from patronage.stores.objects import ObjectStore

PRODUCTS = 100_000
SHOPS = (500, 10_000)
"""Customers of the made-up shops, events among what they do, between which a segmentation is measured."""
OF_CUSTOMERS = {"segments": ("customers", "journeys"), "recommendations": ("users",)}
"""The kinds of shards that grow with the customers, of each family."""


@dataclass
class Measured:
    """What a run and its publication took."""

    customers: int = 0
    units: dict[str, int] = field(default_factory=dict)
    publish_s: dict[str, float] = field(default_factory=dict)
    members_s: float = 0.0
    lists_s: float = 0.0
    staged_bytes: int = 0
    interactions: int = 0
    interactions_bytes: int = 0


class Segmented(NamedTuple):
    """What a made-up shop has, and how long it takes to segment it."""

    lines: int
    events: int
    event_bytes: int
    cpu_s: float


def plan_units_segments() -> Figure:
    """Write units a customer of a publication of segments, its profile and timeline."""
    return _beside("units_segments", _run().units["segments"] / _run().customers)


def plan_units_recommendations() -> Figure:
    """Write units a customer of a publication of recommendations, in a shop of 100,000 products."""
    return _beside(
        "units_recommendations", statistics.mean(-(-size // WRITE_UNIT) for size in million_items())
    )


def plan_publish_segments_ms() -> Figure:
    """CPU milliseconds a customer to build the items of segments, without the table."""
    return _beside("publish_segments_ms", 1e3 * _run().publish_s["segments"] / _run().customers)


def plan_publish_recommendations_ms() -> Figure:
    """CPU milliseconds a customer to build the items of recommendations, without the table."""
    return _beside("publish_recommendations_ms", 1e3 * _run().publish_s["recommendations"] / _run().customers)


def plan_members_ms() -> Figure:
    """CPU milliseconds a customer and method to list the members of segments."""
    return _beside("members_ms", 1e3 * _run().members_s / _run().customers)


def plan_lists_ms() -> Figure:
    """CPU milliseconds a customer to make a list of 50, with reasons, and write it as Parquet too."""
    return _beside("lists_ms", 1e3 * _run().lists_s / _run().customers)


def plan_segmentation_cpu_s() -> Figure:
    """CPU seconds of a segmentation a million order lines and events: how much more a larger shop takes."""
    small, large = (_segmented(customers) for customers in SHOPS)
    rows = large.lines + large.events - small.lines - small.events
    return _beside("segmentation_cpu_s", (large.cpu_s - small.cpu_s) / rows * 1e6)


def plan_event_bytes() -> Figure:
    """Bytes an event in the lake of the larger made-up shop."""
    large = _segmented(SHOPS[-1])
    return _beside("event_bytes", large.event_bytes / large.events)


def plan_staged_bytes() -> Figure:
    """Bytes a customer of the files that a shard of segments stages."""
    return _beside("staged_bytes", _run().staged_bytes / _run().customers)


def plan_interaction_bytes() -> Figure:
    """Bytes an interaction of what a shard of lists reads."""
    return _beside("interaction_bytes", _run().interactions_bytes / _run().interactions)


def plan_catalogue_bytes() -> Figure:
    """Bytes a product of the catalogue in a lookup's memory."""
    products = [
        Product(f"{100_000 + n}A", f"Product {n} of a shop", 1_999, n, "Home > Kitchen")
        for n in range(PRODUCTS)
    ]
    pages = list(pack_pages(products))
    del products
    gc.collect()
    tracemalloc.start()
    catalogue = unpack_pages(pages)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return _beside("catalogue_bytes", held / len(catalogue))


FIGURES = {
    each.__name__: each
    for each in (
        plan_units_segments,
        plan_units_recommendations,
        plan_publish_segments_ms,
        plan_publish_recommendations_ms,
        plan_members_ms,
        plan_lists_ms,
        plan_segmentation_cpu_s,
        plan_event_bytes,
        plan_staged_bytes,
        plan_interaction_bytes,
        plan_catalogue_bytes,
    )
}


def _beside(name: str, value: float) -> Figure:
    taken = MEASURED[name]
    return Figure(value, taken.unit, "what the plan takes", taken.value)


@cache
def _run() -> Measured:
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        home = Path(folder)
        lake = Lake(FolderStore(home))
        take_in(ORDERS, lake)
        opened = OpenLake(lake, replace(SHOP, search_seconds=SEARCH_SECONDS), folder=home)
        runs = {"segments": run_segmentation(opened), "recommendations": run_training(opened)[0]}
        found = _published(runs, lake.store, home)
        interactions = load_interactions(runs["recommendations"], lake.store)
        found.customers = interactions.n_customers
        found.interactions = len(interactions.days)
        arrays = (interactions.customers, interactions.products, interactions.days)
        found.interactions_bytes = sum(np.asarray(each).nbytes for each in arrays)
        staged = (
            *("segments/customers.parquet", "journeys/timelines.parquet"),
            *("features/customers.parquet", "features/online.parquet"),
        )
        of_segments = home / "runs" / runs["segments"]
        found.staged_bytes = sum((of_segments / name).stat().st_size for name in staged)
        return found


@cache
def _segmented(customers: int) -> Segmented:
    """Segment a made-up shop."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        home = Path(folder)
        lake = Lake(FolderStore(home / "lake"))
        shop = SyntheticShop(customers=customers, products=max(60, customers // 10))
        rows = generate(shop, home / "files", file_format="parquet")
        for table in ("products", "customers", "orders", "events"):
            key = f"raw/{table}/{table}.parquet"
            upload = Upload(path=home / "files" / f"{table}.parquet", key=key, version="1", last_modified=now)
            ingest(upload, lake, MADE_UP, now=now)
        began = time.process_time()
        run_segmentation(OpenLake(lake, MADE_UP, folder=home / "lake"))
        cpu_s = time.process_time() - began
        event_bytes = sum(path.stat().st_size for path in map(Path, lake.snapshot("events").files()))
        return Segmented(rows["orders"], rows["events"], event_bytes, cpu_s)


def _published(runs: dict[str, str], store: ObjectStore, home: Path) -> Measured:
    """Write what a publication writes, to a file, and time what grows with the customers."""
    found = Measured(units=dict.fromkeys(runs, 0), publish_s=dict.fromkeys(runs, 0.0))
    tables = FileTables(home / "serving.jsonl")
    table = ServingTable("serving", client=cast("DynamoDBClient", tables))
    for shard in shards_of(runs, store):
        _, family, name = shard
        kind = name.partition("-")[0]
        receipt, seconds = _timed(lambda of=shard: publish.shard(*of, store=store, table=table, secret=bytes))
        if kind in OF_CUSTOMERS[family]:
            found.units[family] += receipt["units"]
            found.publish_s[family] += seconds
        if name == "members-rfm":
            found.members_s = seconds
        if kind == "users":
            found.lists_s += _timed(lambda of=shard: make_lists(of[0], of[2], store))[1]
            found.lists_s += _timed(lambda of=shard: to_parquet(of[0], of[2], store))[1]
    tables.close()
    return found


def _timed(work: Callable[[], dict[str, int]]) -> tuple[dict[str, int], float]:
    began = time.process_time()
    answer = work()
    return answer, time.process_time() - began
