from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from analytics_support import MemoryTable

from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation
from patronage.settings import Shop
from patronage.steps.generation import RunOutputs
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.stores.objects import ObjectStore

SHOP = Shop(currency="GBP", timezone="Europe/London")
HEADER = "order_id,line,customer_id,product_id,quantity,unit_price,ordered_at,country\n"
FIRST, LAST = date(2025, 1, 20), date(2025, 12, 20)


class Published(NamedTuple):
    """Two runs of one shop, of which the second is live."""

    table: MemoryTable
    store: ObjectStore
    first: str
    live: str

    def output(self, file: str):
        return read_json(self.store, f"runs/{self.live}/{file}")


def _orders(*, customers: int, until: date, seed: int = 11) -> str:
    """Give 70 customers, two guests and one who only brought back their orders, in three countries."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows = []
    for customer in range(customers):
        country = ("United Kingdom", "France", "Zoëland")[customer % 3]
        for order in range(1 + customer % 5):
            day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
            rows += [
                f"o{customer}-{order},{line},c/{customer:02d}#é,p{chance.randrange(8)},{chance.randint(1, 5)}"
                f",{chance.randint(50, 3000)}e-2,{day} 10:00:00,{country}"
                for line in range(2)
                if day <= until
            ]
    rows.append(f"g1,1,,p1,1,9.99,{FIRST} 10:00:00,")
    rows.append("back,1,only back,p1,-1,5.00,2025-03-03 10:00:00,France")
    if until == LAST:
        rows.append(f"g2,1,,p2,3,1.01,{LAST} 10:00:00,France")
    return HEADER + "\n".join(rows) + "\n"


def _ingest(lake: Lake, folder: Path, content: str, version: str) -> None:
    path = folder / "orders.csv"
    path.write_text(content, encoding="utf-8")
    upload = Upload(path=path, key=f"raw/orders/{version}.csv", version=version, last_modified=NOW)
    assert ingest(upload, lake, SHOP, now=NOW)["state"] == "done"


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Published:
    folder = tmp_path_factory.mktemp("published")
    lake = Lake(FolderStore(folder / "lake"))
    _ingest(lake, folder, _orders(customers=70, until=LAST - timedelta(days=20)), "1")
    first = run_segmentation(OpenLake(lake, SHOP))
    _ingest(lake, folder, _orders(customers=70, until=LAST), "2")
    live = run_segmentation(OpenLake(lake, SHOP, {"segments": first}))
    table = MemoryTable()
    for run_id in (first, live):
        outputs = RunOutputs(lake.store, run_id, SHOP)
        shards = read_json(lake.store, f"runs/{run_id}/publish/segments/shards.json")
        for each in shards:
            table.put(*outputs.items("segments", each["shard"]))
        table.flip(run_id)
    return Published(table, lake.store, first, live)
