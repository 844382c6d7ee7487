"""A small lake with every store that holds a customer, and an erasure on this machine."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from patronage.local.lakes import OpenLake
from patronage.local.runs import run_segmentation, run_training
from patronage.settings import Shop
from patronage.steps.erase import states
from patronage.steps.erase.holdings import FIRST, LAST, Stores
from patronage.steps.erase.requests import ask
from patronage.steps.ingest import Upload, ingest
from patronage.steps.segment.exports import exports
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

SECRET = b"a secret of tests"
SHOP = Shop(currency="GBP", timezone="Europe/London", search_seconds=0)
ZOE = 'Zoë/7391, "the ""first"""\nof her line'
"""An id with what is special in every format."""
ORDERS = "order_id,customer_id,product_id,description,quantity,unit_price,ordered_at\n"


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def customers(whom: str = ZOE, count: int = 24) -> list[str]:
    return [whom if number == 3 else f"c{number}" for number in range(count)]


def uploads(whom: str = ZOE) -> dict[str, str]:
    """Return four uploads that hold a customer among others, by key."""
    rng = np.random.default_rng(0)
    orders, people, events, ratings = [], [], [], []
    for number, customer in enumerate(customers(whom)):
        taste, name = ("tea" if number % 2 else "cup"), cell(customer)
        for product in rng.permutation(8)[:6]:
            day = f"2025-{rng.integers(9, 13):02d}-{1 + rng.integers(0, 28):02d}"
            what = f"{taste}{product},The {taste}{product},1,2.50,{day}T12:00:00Z"
            orders.append(f"o-{number}-{product},{name},{what}\n")
        people.append(f"{name},person{number}@shop.example,Name{number},true,GB\n")
        for step in range(4):
            shown = name if step else ""
            kind = "view" if step < 3 else "cart_add"
            moment = f"2025-12-0{1 + step}T10:00:00Z"
            events.append(f"e{number}-{step},{kind},{shown},visit-of-{number},tea{step},{moment}\n")
        ratings.append(f"{name},tea1,{1 + number % 5},2025-12-01T00:00:00Z\n")
    orders.append(f"o-bad,{cell(whom)},tea1,The tea,a few,2.50,2025-12-01T00:00:00Z\n")
    return {
        "raw/orders/a.csv": ORDERS + "".join(orders),
        "raw/customers/c.csv": "customer_id,email,first_name,accepts_marketing,country\n" + "".join(people),
        "raw/events/e.csv": "event_id,event_type,customer_id,session_id,product_id,occurred_at\n"
        + "".join(events),
        "raw/ratings/r.csv": "customer_id,product_id,rating,rated_at\n" + "".join(ratings),
    }


def taken_in(lake: Lake, folder: Path, files: dict[str, str], *, version: str = "1") -> list[dict[str, Any]]:
    reports = []
    for key, text in files.items():
        path = folder / f"{version}-{key.replace('/', '-')}"
        path.write_text(text, encoding="utf-8", newline="")
        upload = Upload(path=path, key=key, version=version, last_modified=NOW)
        reports.append(ingest(upload, lake, SHOP, now=NOW))
    return reports


def filled_lake(folder: Path, whom: str = ZOE) -> Lake:
    """Ingest, segment twice, train and export: a lake with all that it can hold of a customer."""
    lake = Lake(FolderStore(folder / "lake"))
    taken_in(lake, folder, uploads(whom))
    opened = OpenLake(lake, SHOP, folder=folder / "lake")
    run_segmentation(opened)
    run_training(opened)
    run_id = run_segmentation(opened)
    table = lake.store.staged(f"runs/{run_id}/segments/customers.parquet")
    with duckdb.connect() as connection:
        sql = f"SELECT segment_id FROM '{table}' WHERE customer_id = $whom"
        ((segment,),) = connection.execute(sql, {"whom": whom}).fetchall()
    exports(run_id, lake, segment, "klaviyo", folder / "list.csv", now=NOW)
    return lake


def copied(lake: Lake, folder: Path) -> Lake:
    shutil.copytree(lake.store.root, folder / "copied")
    return Lake(FolderStore(folder / "copied"))


def stores_of(lake: Lake, **more: Any) -> Stores:
    return Stores(lake=lake, shop=SHOP, secret=SECRET, **more)


def asked(stores: Stores, whom: str, *, now: datetime = NOW, start: Any = lambda *_: None) -> str:
    answer = ask(stores.store, stores.table, whom, secret=stores.secret, now=now, start=start)
    return answer["erasure_id"]


def run_states(
    erasure_id: str,
    stores: Stores,
    *,
    now: datetime = NOW,
    times: int = 1,
    runs: Callable[[], Sequence[datetime]] = list,
) -> dict[str, Any]:
    """Go through the states of the machine, each some times over, and return the receipt."""
    for round_ in (FIRST, LAST):
        for _ in range(times):
            found = states.find(erasure_id, round_, stores)
        for part in found["parts"]:
            for _ in range(times):
                states.erase(erasure_id, part["part"], stores)
        for _ in range(times):
            if round_ == FIRST:
                states.left(erasure_id, stores, now=now)
                assert not states.going(erasure_id, stores, runs=runs)["going"]
    for _ in range(times):
        states.verify(erasure_id, stores)
        states.receipt(erasure_id, stores, now=now + timedelta(minutes=1))
    return read_json(stores.store, f"erasures/{erasure_id}/receipt.json")
