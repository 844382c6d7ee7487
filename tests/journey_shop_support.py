"""A small shop whose journeys a run has published, as routes read it."""

from __future__ import annotations

from typing import NamedTuple

import duckdb
from analytics_support import MemoryTable, document_items

from patronage.settings import Shop
from patronage.steps import analytics
from patronage.steps.figures import ANALYTICS
from patronage.steps.generation import RunOutputs
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.segment import journeys as step
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

SHOP = Shop(currency="GBP", timezone="Europe/London")
ORDERS = "order_id,customer_id,product_id,quantity,unit_price,ordered_at,channel\n"
EVENTS = "event_id,event_type,customer_id,session_id,product_id,occurred_at,channel\n"
BOUGHT = (
    "o1,a,p1,1,10,2025-01-01T10:00:00Z,web\n"
    "o2,a,p2,1,10,2025-01-11T10:00:00Z,store\n"  # 10 days later; a is of the channel of the first purchase
    "o3,b,p1,1,10,2025-02-01T10:00:00Z,web\n"
    "o4,b,p1,1,10,2025-02-21T10:00:00Z,web\n"  # 20 days later
    "o5,d,p2,1,10,2025-02-01T10:00:00Z,\n"
    "o6,e,p1,1,10,2026-01-09T12:00:00Z,store\n"
)
VISITED = (
    "1,view,a,s1,p1,2026-01-01T10:00:00Z,mail\n"
    "2,cart_add,a,s1,p1,2026-01-01T10:01:00Z,mail\n"
    "3,purchase,a,s1,p1,2026-01-01T10:02:00Z,mail\n"
    "4,view,a,s2,p1,2026-01-02T10:00:00Z,ads\n"
    "5,view,b,s3,p1,2026-01-02T10:00:00Z,ads\n"
    "6,cart_add,b,s3,p1,2026-01-02T10:05:00Z,ads\n"
    "7,view,,s4,p1,2026-01-02T10:05:00Z,\n"  # nobody known
    "8,view,c,s5,,2026-01-02T10:05:00Z,mail\n"  # who never ordered; a page, no product
)
PRODUCTS = "product_id,title,category\np1,Cup,Kitchen\np2,Bed,Bedroom\n"
STANDING = {"a": "champions", "b": "lost", "d": "lost", "e": "champions"}


class Run(NamedTuple):
    table: MemoryTable

    def funnel(self, unit="sessions", **asked):
        found = analytics.funnel(self.table.reader(), **asked, now=NOW)
        return [each["in_order"] for each in found[unit]["steps"]]

    def paths(self, of="sessions", **asked):
        return analytics.paths(self.table.reader(), of=of, **asked, now=NOW)


def published(folder, *, orders=BOUGHT, events=EVENTS + VISITED, standing=STANDING, products=PRODUCTS) -> Run:
    """Run the step over a shop, with segments told by hand, and publish what it wrote."""
    lake = Lake(FolderStore(folder / "lake"))
    for table, text in (("orders", ORDERS + orders), ("events", events), ("products", products)):
        if text:
            path = folder / f"{table}.csv"
            path.write_text(text, encoding="utf-8")
            upload = Upload(path=path, key=f"raw/{table}/a.csv", version="1", last_modified=NOW)
            assert ingest(upload, lake, SHOP, now=NOW)["kept"] == text.count("\n") - 1
    pin("run", "segments", lake, SHOP, now=NOW)
    if standing:
        rows = ", ".join(f"('{customer}', '{segment}')" for customer, segment in standing.items())
        with lake.store.writing("runs/run/segments/rfm.parquet") as path:
            duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS standing(customer_id, segment_id)").write_parquet(
                str(path)
            )
    step.journeys("run", lake)
    table = MemoryTable()
    for name, file in ANALYTICS.items():
        if file.startswith("journeys/"):
            table.put(*document_items("run", name, read_json(lake.store, f"runs/run/{file}")))
    table.put(*RunOutputs(lake.store, "run", SHOP).items("segments", "journeys-00000"))
    table.flip("run")
    return Run(table)
