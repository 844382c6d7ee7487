"""A small shop of two tastes, and a lake in which its model was trained and promoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.local.lakes import OpenLake
    from patronage.stores.lake import Lake
    from patronage.stores.objects import FolderStore

SHOP = Shop(currency="GBP", timezone="Europe/London", search_seconds=0)

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
QUICK = ("popularity", "item_to_item", "ease", "content")
"""The methods that runs of these tests compare."""
ARMS = [
    {"arm": "as it is", "kind": "model", "weight": 0.2},
    {"arm": "content", "kind": "model", "model": "content", "weight": 0.2},
    {"arm": "blend", "kind": "hybrid", "weights": {"ease": 1, "item_to_item": 3}, "weight": 0.2},
    {"arm": "lost", "kind": "hybrid", "weights": {"ease": 1, "magic": 1}, "weight": 0.2},
    {"arm": "nothing", "kind": "none", "weight": 0.2},
]


def orders(customers: int = 40, *, year: int = 2025) -> str:
    """Customers of two tastes buy six of their eight products, the last one late."""
    rng = np.random.default_rng(year)
    lines = []
    for customer in range(customers):
        taste = "tea" if customer % 2 else "cup"
        for place, product in enumerate(rng.permutation(8)[:6]):
            day = f"{year}-03-28" if place == 5 else f"{year}-03-{1 + rng.integers(0, 20):02d}"
            lines.append(f"{year}-{customer}-{place},c{customer},{taste}{product},1,2.50,{day}T12:00:00Z\n")
    return HEADER + "".join(lines)


def taken_in(lake: Lake, folder: Path, text: str, *, name: str) -> None:
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    upload = Upload(path=path, key=f"raw/orders/{name}.csv", version="1", last_modified=NOW)
    ingest(upload, lake, SHOP, now=NOW)


@dataclass(frozen=True)
class Trained:
    """A lake with a run; more orders; and a second run, which promoted the first one's model."""

    opened: OpenLake
    first: str
    model: str
    second: str
    answer: dict

    @property
    def store(self) -> FolderStore:
        return self.opened.lake.store

    @property
    def promoted(self) -> dict[str, str]:
        return {"model": self.model, "version": self.first, "reason": "it sold more", "by": "Zoë"}
