"""The bundled real orders in a lake, and the purchases that are learnt from them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.shared_data import ORDERS
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.train.inputs import load_interactions, load_side
from patronage.steps.train.tables import interactions
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

if TYPE_CHECKING:
    from patronage.logic.recommenders import Interactions, Side

SHOP = Shop(currency="GBP", timezone="Europe/London")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def take_in(orders: Path, lake: Lake) -> None:
    """Ingest a file of orders, whose net amounts are final."""
    upload = Upload(path=orders, key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    ingest(upload, lake, SHOP, now=NOW)


def purchases(run_id: str, lake: Lake) -> Interactions:
    """Pin what a lake holds to a run, and return the purchases that its models learn from."""
    pin(run_id, "recommendations", lake, SHOP, now=NOW)
    interactions(run_id, lake)
    return load_interactions(run_id, lake.store)


def all_purchases() -> tuple[Interactions, Side]:
    """Return all purchases, and what is known besides, from a lake that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="patronage-bench-") as folder:
        lake = Lake(FolderStore(Path(folder)))
        take_in(ORDERS, lake)
        return purchases("train", lake), load_side("train", lake.store)
