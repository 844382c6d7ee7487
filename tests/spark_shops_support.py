"""Shops over which every step is run on both engines: a drawn one with hand-made edges, and a bare one."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb

from effectiveness_support import sql_of
from lake_support import add_part
from patronage.logic.experiments.assignment import bucket_of
from patronage.logic.queries import query
from patronage.logic.serve.recommendation_id import RecommendationId, write
from patronage.logic.synthetic import SyntheticShop
from patronage.logic.tables import EVENTS, ORDERS
from patronage.settings import Shop
from patronage.steps.generate import generate
from patronage.steps.ingest import Upload, ingest
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.learning import LEARNT as JUDGED
from patronage.steps.monitor.states import MEASURED
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.segment.gate import gate as segment_gate
from patronage.steps.segment.learning import LEARNT
from patronage.steps.segment.states import BRANCHED, JOINED
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import gate
from patronage.steps.train.lists import make_lists
from patronage.steps.train.parquet import to_parquet
from patronage.steps.train.plan import plan
from patronage.steps.train.ratings_tables import ratings
from patronage.steps.train.tables import interactions
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Steps = dict[str, Callable[[Lake], Any]]

DRAWN = Shop(currency="EUR", timezone="Europe/Berlin", search_seconds=0, explore_share=0)
BARE = Shop(currency="KWD", timezone="America/New_York", search_seconds=0)
NOW = datetime(2025, 7, 20, 9, tzinfo=UTC)

EDGES = """\
order_id,line,customer_id,product_id,description,quantity,unit_price,discount,kind,refers_to,ordered_at,\
country,channel
e1,1,zoë,tea,"Tea, green",2,2.5,0.5,,,2025-03-30T00:59:59Z,DE,web
e1,2,zoë,cup,Cup,1,10,,,,2025-03-30T00:59:59Z,DE,web
e2,1,zoë,tea,Tea,1,2.5,,,,2025-03-30T01:00:00Z,DE,
e3,1,zoë,tea,Tea,1,2.5,,,,2025-03-29T22:59:59.999999Z,FR,app
e4,1,,cup,Cup,3,10,,,,2025-03-30T21:59:59Z,,
e5,1,,cup,,1,10.005,,,,2025-03-30T22:00:00Z,IE,store
e6,1,back,cup,Cup,-1,10,,refund,e7,2025-05-02T10:00:00Z,DE,web
e7,1,back,cup,Cup,1,10,,,,2025-05-01T10:00:00Z,DE,web
e8,1,only-refund,cup,Cup,-1,10,,refund,,2025-04-01T10:00:00Z,,web
e9,1,undone,bed,Bed,1,99.995,,,,2025-04-02T08:00:00Z,DE,web
e9,2,undone,bed,Bed,-1,99.995,,cancellation,,2025-04-02T09:00:00Z,DE,web
e10,1,free,gift,Gift,1,0,,,,2025-04-03T08:00:00Z,DE,web
e11,1,dated,tea,Tea,1,2.5,,,,2025-03-29T23:00:00Z,DE,web
e12,1,dated,post,Postage,1,4.9,,fee,,2025-03-29T23:00:00Z,DE,web
e13,1,late,tea,Tea,0.5,2.5,,,,2025-07-18T23:59:59Z,DE,web
e13,2,late,"cup ",Cup,1,10,,,,2025-07-18T23:59:59Z,DE,web
"""
BARE_ORDERS = """order_id,customer_id,product_id,quantity,unit_price,ordered_at
b1,one,p,1,0.0005,2025-03-09T06:59:59Z
b2,one,p,1,1.0015,2025-03-09T07:00:00Z
b3,,p,2,5,2025-03-10T03:59:59Z
b4,two,q,1,7.5,2025-06-30T12:00:00Z
"""
PLACES = """day,name,kind,value,country
2025-05-01,Labour Day,holiday,,DE
2025-04-18,Good Friday,holiday,,
2025-05-01,rain,signal,2.5,
2025-05-02,rain,signal,0,
"""
TRIAL = {
    "experiment_id": "trial",
    "name": "Trial",
    "state": "running",
    "started_at": (NOW - timedelta(days=20)).isoformat(),
    "coverage": 1.0,
    "segments": [],
    "arms": [
        {"arm": "plain", "kind": "none", "weight": 0.5},
        {"arm": "als", "kind": "model", "weight": 0.5, "model": "als"},
    ],
}


def drawn_shop(root: Path) -> Path:
    """Make a lake with a trained run, a run of segments before, and the runs that the steps are run for."""
    lake = Lake(FolderStore(root / "lake"))
    generate(SyntheticShop(customers=90, products=40, days=200), root / "files", file_format="parquet")
    for table in ("products", "customers", "orders", "events"):
        _upload(root / "files" / f"{table}.parquet", table, lake, DRAWN)
    _upload(_text(root / "edges.csv", EDGES), "orders", lake, DRAWN)
    _upload(_text(root / "ratings.csv", _ratings(lake)), "ratings", lake, DRAWN)
    _upload(_text(root / "calendar.csv", PLACES), "calendar", lake, DRAWN)
    _shown(lake)
    _exported(lake)
    write_json(lake.store, "settings/experiments.json", {"experiments": [TRIAL], "holdout": None})
    _train(lake, "older", until="2025-05-31", live={})
    _train(lake, "train", until="2025-06-30", live={"recommendations": "older"})
    _segment(lake, "before", until="2025-05-31")
    live = {"segments": "before", "recommendations": "train"}
    for run, family in (("now", "segments"), ("again", "recommendations"), ("watch", "monitoring")):
        pin(run, family, lake, DRAWN, now=NOW, live_runs=live, monitor={"experiments": {"prior_days": 30}})
    return lake.store.root


def bare_shop(root: Path) -> Path:
    """Make a lake of a few orders and nothing else, and pin its first runs."""
    lake = Lake(FolderStore(root / "lake"))
    _upload(_text(root / "orders.csv", BARE_ORDERS), "orders", lake, BARE)
    for run, family in (("now", "segments"), ("again", "recommendations"), ("watch", "monitoring")):
        pin(run, family, lake, BARE, now=NOW)
    return lake.store.root


def copied(root: Path, name: str) -> Path:
    """Copy a lake beside it."""
    return shutil.copytree(root, root.with_name(name))


def _of_lake(step: Callable[[str, Lake], Any], run_id: str, lake: Lake) -> Any:
    return step(run_id, lake)


def _of_store(step: Callable[..., Any], run_id: str, lake: Lake) -> Any:
    return step(run_id, lake.store)


def _to_parquet(lake: Lake) -> list[Any]:
    keys = [key for key in lake.store.keys("runs/train/recommendations/") if key.endswith("-00000.npz")]
    names = [key.rpartition("/")[2].removesuffix(".npz") for key in keys]
    return [to_parquet("train", name, lake.store) for name in names]


def _kept_by_functions(lake: Lake) -> list[str]:
    """Write the catalogue and a list of contacts, which functions ask for and grow with the shop."""
    names = ["stocked_products", "export_contacts"]
    with pinned_engine(Manifest.load(lake.store, "now"), lake, "products", "customers") as engine:
        engine.view("priced", "SELECT *, price AS price_here FROM products")
        engine.view("contact_rows", "SELECT * FROM customers")
        engine.view(
            "segment_members", "SELECT DISTINCT customer_id FROM orders WHERE customer_id IS NOT NULL"
        )
        for name in names:
            with lake.store.writing(f"runs/now/{name}.parquet") as path:
                engine.parquet(query(name), path)
    return names


SEGMENTATION: Steps = {
    **{name: partial(_of_lake, step, "now") for name, step in BRANCHED.items()},
    **{name: partial(_of_store, step, "now") for name, step in LEARNT.items()},
    **{name: partial(_of_lake, step, "now") for name, step in JOINED.items()},
    "gate": partial(_of_store, segment_gate, "now"),
}
TRAINING: Steps = {"interactions": partial(_of_lake, interactions, "again")}
LISTS: Steps = {"ratings": partial(_of_lake, ratings, "again"), "to_parquet": _to_parquet}
MONITORING: Steps = {name: partial(_of_lake, step, "watch") for name, step in MEASURED.items()}
JUDGING: Steps = {name: partial(_of_store, step, "watch") for name, step in JUDGED.items()}
FUNCTIONS: Steps = {"kept_by_functions": _kept_by_functions}
LEARNT_STEPS: Steps = SEGMENTATION | TRAINING | LISTS | FUNCTIONS
"""Steps that run on either engine, in an order in which they may run."""
BARE_STEPS: Steps = SEGMENTATION | TRAINING | MONITORING


def _text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def _upload(path: Path, table: str, lake: Lake, shop: Shop) -> None:
    upload = Upload(path=path, key=f"raw/{table}/{path.name}", version="1", last_modified=NOW)
    report = ingest(upload, lake, shop, now=NOW)
    assert report["kept"] > 0, report


def _rows(table: str, sql: str, lake: Lake) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.read_parquet([str(path) for path in lake.snapshot(table).files()]).create_view("rows")
        return connection.execute(sql).fetchall()


def _ratings(lake: Lake) -> str:
    """Write ratings of what some bought, one of them without a time."""
    pairs = _rows(
        "orders",
        "SELECT DISTINCT customer_id, product_id FROM rows WHERE customer_id > '' ORDER BY 1, 2 LIMIT 60",
        lake,
    )
    lines = []
    for number, (customer, product) in enumerate(pairs):
        at = "" if number == 3 else f"2025-06-{1 + number % 28:02d}T10:00:00Z"
        lines.append(f"{customer},{product},{1 + number % 9 / 2},{at}")
    return "\n".join(["customer_id,product_id,rating,rated_at", *lines, ""])


def _shown(lake: Lake) -> None:
    """Add what a storefront sends that echoes the ids of answers: showings, clicks, and a visit of nobody."""
    customers = [
        row[0] for row in _rows("customers", "SELECT customer_id FROM rows ORDER BY 1 LIMIT 40", lake)
    ]
    products = [row[0] for row in _rows("products", "SELECT product_id FROM rows ORDER BY 1 LIMIT 10", lake)]
    rows: list[dict[str, Any]] = []
    for number, customer in enumerate(customers):
        arm = "plain" if bucket_of("trial", customer) < 0.5 else "als"
        model, rungs = ("als", "uup") if arm == "als" else ("", "")
        parts = {"experiment_id": "trial", "arm": arm} if number % 3 else {"experiment_id": "", "arm": ""}
        if number % 3 == 0:
            model, rungs = "als", "uup"
        told = write(
            RecommendationId(
                model=model,
                generation="train",
                placement="home" if number % 2 else "basket",
                rungs=rungs,
                nonce=f"{number:08x}",
                **parts,
            )
        )
        at = NOW - timedelta(days=15, hours=number)
        common = {"customer_id": customer, "session_id": f"s{number}", "recommendation_id": told}
        for place, product in enumerate(products[: len(rungs)], start=1):
            rows.append(
                {
                    **common,
                    "event_type": "impression",
                    "occurred_at": at.isoformat(),
                    "product_id": product,
                    "position": place,
                }
            )
        if not rungs:
            rows.append({**common, "event_type": "impression", "occurred_at": at.isoformat()})
        if rungs and number % 4 == 0:
            later = (at + timedelta(minutes=3)).isoformat()
            clicked = {**common, "product_id": products[0], "occurred_at": later}
            rows += [{**clicked, "event_type": "click", "position": 1}, {**clicked, "event_type": "cart_add"}]
    rows.append({"event_type": "impression", "occurred_at": NOW.isoformat(), "recommendation_id": "garbage"})
    rows.append(
        {"event_type": "view", "session_id": "anonymous", "occurred_at": (NOW - timedelta(2)).isoformat()}
    )
    received = {"received_at": (NOW - timedelta(days=1)).isoformat()}
    told_rows = [{**row, **received, "event_id": f"shown-{number}"} for number, row in enumerate(rows)]
    add_part(lake.store.root / "lake" / "events", EVENTS, "shown", sql_of(EVENTS, told_rows))
    bought = [
        {**received, "order_id": f"due-{row['event_id']}", "line": "1", "customer_id": row["customer_id"]}
        | {"product_id": row["product_id"], "quantity": 1, "unit_price": "12.5", "net_minor": 1250}
        | {"kind": "sale", "currency": "EUR", "has_line_id": True}
        | {"ordered_at": (datetime.fromisoformat(row["occurred_at"]) + timedelta(hours=5)).isoformat()}
        for row in told_rows
        if row["event_type"] == "click"
    ]
    add_part(lake.store.root / "lake" / "orders", ORDERS, "due", sql_of(ORDERS, bought))


def _exported(lake: Lake) -> None:
    """Keep two exports of segments that contact one customer and hold the same one out."""
    customers = [
        row[0] for row in _rows("customers", "SELECT customer_id FROM rows ORDER BY 1 LIMIT 6", lake)
    ]
    for name, members in (("x", customers), ("y", customers[:1])):
        values = ", ".join(
            f"('{customer}', '{'held_out' if number % 2 == (name == 'x') else 'exported'}')"
            for number, customer in enumerate(members)
        )
        with lake.store.writing(f"lake/audiences/{name}.parquet") as path:
            duckdb.sql(f'SELECT * FROM (VALUES {values}) AS t(customer_id, "group")').write_parquet(str(path))
        record = {
            "export": name,
            "run_id": "before",
            "exported_at": (NOW - timedelta(days=40)).isoformat(),
            "held_out_share": 0.5,
            "segment_id": "at_risk",
            "channel": "klaviyo",
            "by": "rfm",
            "exported": 3,
            "held_out": 3,
        }
        write_json(lake.store, f"lake/audiences/{name}.json", record)


def _train(lake: Lake, run_id: str, *, until: str, live: dict[str, str]) -> None:
    """Train by popularity alone, which is quick, as of some day; and list what it recommends."""
    store = lake.store
    pin(run_id, "recommendations", lake, DRAWN, now=NOW, until=until, live_runs=live)
    interactions(run_id, lake)
    candidates(run_id, store)
    listed = read_json(store, f"runs/{run_id}/metrics/candidates.json")
    write_json(store, f"runs/{run_id}/metrics/candidates.json", listed | {"models": ["popularity"]})
    evaluate(run_id, "popularity", store)
    blend(run_id, store)
    answer = gate(run_id, store)
    for part in answer["parts"]:
        fit(run_id, part["model"], store)
    for entry in read_json(store, plan(run_id, answer["model"], store)["lists_key"]):
        make_lists(run_id, entry["shard"], store)
        to_parquet(run_id, entry["shard"], store)


def _segment(lake: Lake, run_id: str, *, until: str) -> None:
    pin(run_id, "segments", lake, DRAWN, now=NOW, until=until)
    for step in BRANCHED.values():
        step(run_id, lake)
    for learn in LEARNT.values():
        learn(run_id, lake.store)
    for step in JOINED.values():
        step(run_id, lake)
