from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import duckdb
import numpy as np
import pytest
from deltalake import DeltaTable

from erase_support import (
    ORDERS,
    SHOP,
    ZOE,
    asked,
    cell,
    copied,
    filled_lake,
    run_states,
    stores_of,
    taken_in,
    uploads,
)
from patronage.errors import NotFound, RunFailed, TryAgain
from patronage.local.lakes import OpenLake
from patronage.local.runs import newest_run, prepare_training, run_segmentation, run_training
from patronage.steps.erase import search, states
from patronage.steps.erase.holdings import FIRST, HOLDINGS, KEPT, LAST
from patronage.steps.erase.requests import ask_export, status
from patronage.steps.erase.runs import RunEraser
from patronage.steps.erase.search import objects_that_mention
from patronage.steps.erase.subject import Subject, load_subject
from patronage.steps.generation import RunOutputs
from patronage.steps.manifest import Manifest
from patronage.steps.segment.shard_bounds import BOUNDS
from patronage.stores.compaction import TableFiles
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, write_json
from searcher_support import Searcher, folder_contents
from tests_support import NOW

VISIT, ORDER = "visit-of-3", "o-3-1"
"""A visit and an order of the customer: ids that are theirs as well."""


@pytest.fixture(autouse=True)
def one_duckdb(monkeypatch):
    """Look into Parquet files with one DuckDB; to start one for each takes longer than to read it."""
    with duckdb.connect() as connection:
        monkeypatch.setattr(search, "duckdb", SimpleNamespace(connect=connection.cursor))
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Lake:
    return filled_lake(tmp_path_factory.mktemp("filled"))


@pytest.fixture
def kept(filled, tmp_path) -> Lake:
    return copied(filled, tmp_path)


@pytest.fixture(scope="module")
def without(filled, tmp_path_factory) -> tuple[Lake, str, dict]:
    """Erase the customer; return the lake, the erasure and its receipt."""
    lake = copied(filled, tmp_path_factory.mktemp("without"))
    stores = stores_of(lake)
    erasure_id = asked(stores, ZOE)
    return lake, erasure_id, run_states(erasure_id, stores)


@pytest.fixture
def erased(without, tmp_path) -> tuple[Lake, str, dict]:
    lake, *told = without
    return copied(lake, tmp_path), *told


def tables_of(lake: Lake) -> dict[str, list[tuple]]:
    """Return the rows of everybody else, of each table of the lake and of its runs."""
    found = {}
    for table in ("orders", "customers", "events", "ratings"):
        files = [str(file) for file in lake.snapshot(table).files()]
        columns = [row[0] for row in duckdb.sql(f"DESCRIBE FROM read_parquet({files})").fetchall()]
        found[table] = others(f"read_parquet({files})", columns)
    for key in lake.store.keys("runs/"):
        if key.endswith(".parquet"):
            source = f"'{lake.store.staged(key)}'"
            found[key] = others(source, [row[0] for row in duckdb.sql(f"DESCRIBE FROM {source}").fetchall()])
    return found


def others(source: str, columns: list[str]) -> list[tuple]:
    if "customer_id" not in columns:
        return duckdb.sql(f"FROM {source}").fetchall()
    rows = duckdb.sql(f"FROM {source}").fetchall()
    at = columns.index("customer_id")
    visit = columns.index("session_id") if "session_id" in columns else None
    is_theirs = [
        row[at] == ZOE or (row[at] is None and visit is not None and row[visit] == VISIT) for row in rows
    ]
    return sorted((row for row, theirs in zip(rows, is_theirs, strict=True) if not theirs), key=repr)


def test_every_kind_of_store_holds_the_customer_before(filled):
    keys = objects_that_mention(filled.store, ZOE)
    ends = (
        *("orders/_delta_log/00000000000000000001.json", ".snappy.parquet", ".jsonl"),
        *("features/customers.parquet", "features/sessions.parquet", "journeys/timelines.parquet"),
        *("segments/behaviour.parquet", "segments/customers.parquet", "segments/history.parquet"),
        *("segments/lifecycle.parquet", "segments/rfm.parquet", "recommendations/customers.parquet"),
        *("recommendations/users-00000.parquet", "-klaviyo.csv", "-klaviyo.parquet"),
    )
    assert [end for end in ends if not any(key.endswith(end) for key in keys)] == []
    assert objects_that_mention(filled.store, VISIT)


@pytest.mark.parametrize(
    "times", [pytest.param(1, marks=pytest.mark.slow), 2], ids=["once", "each state twice"]
)
def test_no_object_mentions_the_customer_afterwards_and_all_others_keep_their_rows(kept, times):
    before = tables_of(kept)
    stores = stores_of(kept)
    receipt = run_states(asked(stores, ZOE), stores, times=times)
    for text in (ZOE, VISIT, ORDER, "o-bad", "person3@shop.example"):
        assert objects_that_mention(kept.store, text) == []
    assert tables_of(kept) == before
    assert receipt["state"] == "done"
    held = receipt["holdings"]
    assert held["tables"] == {"rows": 6 + 1 + 4 + 1, "files": 4}
    assert held["quarantine"] == {"rows": 1, "files": 1}
    assert (held["runs"]["runs"], held["runs"]["lists"]) == (3, 1)
    assert held["old_files"] == {"old_files": 4}
    assert ZOE not in json.dumps(receipt, ensure_ascii=False)
    assert kept.store.keys(f"erasures/{receipt['erasure_id']}/") == [
        f"erasures/{receipt['erasure_id']}/receipt.json"
    ]


@pytest.mark.slow
def test_a_table_that_was_compacted_forgets_as_well(kept, tmp_path):
    taken_in(kept, tmp_path, {"raw/customers/d.csv": "customer_id,email\nzz,zz@shop.example\n"})
    for table in ("customers", "orders"):
        files = TableFiles(kept.store, table)
        files.compact(target_bytes=1 << 20)
        files.shorten_log()
    assert any(".checkpoint." in key for key in kept.store.keys("lake/customers/_delta_log/"))
    stores = stores_of(kept)
    run_states(asked(stores, ZOE), stores)
    assert objects_that_mention(kept.store, ZOE) == []
    assert objects_that_mention(kept.store, ZOE[:32], below="lake/") == []  # what is left of long bounds
    assert objects_that_mention(kept.store, "Name3", below="lake/") == []


@pytest.mark.slow
def test_the_lake_goes_on_and_its_next_runs_do_not_know_the_customer(erased, tmp_path):
    kept, *_ = erased
    (report,) = taken_in(
        kept, tmp_path, {"raw/orders/b.csv": ORDERS + "n,c1,tea1,T,1,2.50,2025-12-30T12:00:00Z\n"}
    )
    assert report["kept"] == 1
    opened = OpenLake(kept, SHOP, folder=kept.store.root)
    run_id = prepare_training(opened)
    assert objects_that_mention(kept.store, ZOE) == []
    assert Manifest.load(kept.store, run_id).reproducible


@pytest.mark.slow
def test_a_training_afterwards_is_that_of_a_shop_that_never_knew_the_customer(erased, tmp_path):
    kept, *_ = erased
    never = Lake(FolderStore(tmp_path / "never"))
    taken_in(never, tmp_path, {key: without_lines_of(ZOE, text) for key, text in uploads().items()})
    told = {}
    for lake in (kept, never):
        opened = OpenLake(lake, SHOP, folder=lake.store.root)
        run_segmentation(opened)
        run_id, _ = run_training(opened)
        told[lake] = learnt_in(lake, run_id)
    assert len(told[never]) > 20
    assert told[kept] == told[never]
    assert searched(kept) == {}


def without_lines_of(whom: str, text: str) -> str:
    """Leave out a customer's rows, and of visits those before they signed in."""
    header, *rows = csv.reader(io.StringIO(text))
    out = io.StringIO()
    others = [row for row in rows if whom not in row and VISIT not in row]
    csv.writer(out, lineterminator="\n").writerows([header, *others])
    return out.getvalue()


def learnt_in(lake: Lake, run_id: str) -> dict[str, object]:
    """Return what a training made of everybody: id maps, lists, counts of neighbours and all other arrays."""
    found: dict[str, object] = {}
    for key in [*lake.store.keys(f"runs/{run_id}/"), *lake.store.keys("models/")]:
        name = key.replace(run_id, "run")
        if key.startswith("models/") and run_id not in key:
            continue
        if key.endswith(".npz"):
            found[name] = {part: each.tolist() for part, each in np.load(lake.store.staged(key)).items()}
        elif key.endswith(".parquet"):
            found[name] = duckdb.sql(f"FROM '{lake.store.staged(key)}'").fetchall()
    return found


def searched(lake: Lake) -> dict[str, set[str]]:
    """Search a lake's folder for the customer's ids with what knows nothing of how it is laid out."""
    ids = {"customer": ZOE, "visit": VISIT, "order": "o-3-1", "refused order": "o-bad", "name": "Name3"}
    return Searcher({**ids, "e-mail": "person3@shop.example"}).found_in(folder_contents(lake.store.root))


@pytest.mark.slow
def test_a_whole_lake_is_searched_by_what_does_not_know_it(kept):
    before = searched(kept)
    stores = stores_of(kept)
    run_states(asked(stores, ZOE), stores)
    assert {key.split("/")[0] for key in before} == {"lake", "runs"}
    assert set().union(*before.values()) == {"customer", "visit", "order", "refused order", "name", "e-mail"}
    assert searched(kept) == {}


def served(lake: Lake, family: str, shard: str) -> dict[str, dict]:
    run_id = newest_run(lake.store, family)
    items = RunOutputs(lake.store, run_id, SHOP).items(family, shard)
    return {item["pk"].removeprefix(f"{item['pk'].split('#')[0]}#{run_id}#"): item for item in items}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "shard"),
    [
        ("recommendations", "users-00000"),
        ("segments", "customers-00000"),
        ("recommendations", "similar-00000"),
    ],
)
def test_what_is_left_of_a_run_can_be_published_for_everybody_else(kept, family, shard):
    before = served(kept, family, shard)
    stores = stores_of(kept)
    run_states(asked(stores, ZOE), stores)
    assert (ZOE in before) is (shard != "similar-00000")
    before.pop(ZOE, None)
    assert served(kept, family, shard) == before


def test_the_customer_at_whom_a_shard_begins_is_forgotten_and_the_shards_are_cut_anew(kept):
    run_id = newest_run(kept.store, "segments")
    before = served(kept, "segments", "customers-00000")
    key = f"runs/{run_id}/{BOUNDS}"
    assert kept.store.exists(key)
    write_json(kept.store, key, {"customers": [ZOE], "journeys": [ZOE]})
    RunEraser(store=kept.store, shop=SHOP).erase(run_id, Subject(customer_id=ZOE))
    assert not kept.store.exists(key)
    assert served(kept, "segments", "customers-00000") == {
        customer: item for customer, item in before.items() if customer != ZOE
    }


def test_a_manifest_says_that_its_run_cannot_be_made_again(erased):
    lake, _, receipt = erased
    touched = receipt["runs_not_reproducible"]
    assert len(touched) == 3
    manifest = Manifest.load(lake.store, touched[0])
    assert not manifest.reproducible
    assert "erased" in manifest.not_reproducible_because


def test_an_id_that_is_part_of_others_takes_only_its_own_rows(tmp_path):
    lake = Lake(FolderStore(tmp_path / "lake"))
    taken_in(lake, tmp_path, uploads("c1x"))
    stores = stores_of(lake)
    run_states(asked(stores, "c1"), stores)
    files = [str(file) for file in lake.snapshot("orders").files()]
    left = {
        row[0] for row in duckdb.sql(f"SELECT DISTINCT customer_id FROM read_parquet({files})").fetchall()
    }
    assert {"c10", "c1x", "c0"} <= left
    assert "c1" not in left
    assert len(left) == 23


def test_erasing_nobody_changes_nothing(kept):
    before = {
        key: kept.store.read_bytes(key) for key in kept.store.keys("runs/") + kept.store.keys("models/")
    }
    rows = tables_of(kept)
    stores = stores_of(kept)
    receipt = run_states(asked(stores, "nobody"), stores)
    assert not any(receipt["holdings"].values())
    assert tables_of(kept) == rows
    assert {key: kept.store.read_bytes(key) for key in before} == before


def test_erasing_the_only_customer_leaves_an_empty_table(tmp_path):
    lake = Lake(FolderStore(tmp_path / "lake"))
    taken_in(lake, tmp_path, {"raw/customers/c.csv": f"customer_id,email\n{cell(ZOE)},z@shop.example\n"})
    stores = stores_of(lake)
    run_states(asked(stores, ZOE), stores, times=2)
    assert lake.snapshot("customers").contents() == []
    assert objects_that_mention(lake.store, ZOE) == []


def test_the_log_keeps_what_says_which_uploads_came(erased, tmp_path):
    kept, *_ = erased
    (again,) = taken_in(kept, tmp_path, {"raw/orders/copy.csv": uploads()["raw/orders/a.csv"]}, version="2")
    assert again["is_repeat_of_earlier_upload"]
    assert again["kept"] == 0
    assert DeltaTable(kept.store.uri("lake/orders")).history()


def test_the_machine_waits_for_runs_that_began_before_the_rows_left(kept):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    states.find(erasure_id, FIRST, stores)
    states.left(erasure_id, stores, now=NOW)
    states.left(erasure_id, stores, now=NOW + timedelta(hours=1))  # a repeated state moves nothing
    for began, is_going in ((NOW - timedelta(hours=2), True), (NOW + timedelta(minutes=5), False)):
        assert states.going(erasure_id, stores, runs=lambda began=began: [began]) == {"going": is_going}


def test_rows_that_come_while_it_works_go_in_the_second_round(kept, tmp_path):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    for part in states.find(erasure_id, FIRST, stores)["parts"]:
        states.erase(erasure_id, part["part"], stores)
    states.left(erasure_id, stores, now=NOW)
    late = ORDERS + f"o-late,{cell(ZOE)},tea1,T,1,2.50,2025-12-30T12:00:00Z\n"
    taken_in(kept, tmp_path, {"raw/orders/b.csv": late})
    with pytest.raises(RunFailed, match="tables, runs, audiences still hold the customer"):
        states.verify(erasure_id, stores)
    for part in states.find(erasure_id, LAST, stores)["parts"]:
        states.erase(erasure_id, part["part"], stores)
    states.verify(erasure_id, stores)
    for text in (ZOE, "o-late"):
        assert objects_that_mention(kept.store, text, below="lake/") == []


def test_progress_is_told_and_names_nobody(kept):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    assert status(kept.store, erasure_id)["state"] == "accepted"
    found = states.find(erasure_id, FIRST, stores)
    states.erase(erasure_id, found["parts"][0]["part"], stores)
    told = status(kept.store, erasure_id)
    assert (told["state"], told["parts_first"], told["parts_done"]) == ("running", found["count"], 1)
    assert "Zo" not in json.dumps(told, ensure_ascii=False)
    states.failed(erasure_id, stores, now=NOW)
    assert status(kept.store, erasure_id)["state"] == "failed"
    assert load_subject(kept.store, erasure_id).customer_id == ZOE  # whoever looks into it needs it


def test_a_state_of_an_erasure_that_is_done_does_nothing(erased):
    kept, erasure_id, receipt = erased
    stores = stores_of(kept)
    assert states.find(erasure_id, FIRST, stores) == {"parts": [], "count": 0}
    states.failed(erasure_id, stores, now=NOW)
    assert status(kept.store, erasure_id) == receipt
    with pytest.raises(NotFound):
        load_subject(kept.store, erasure_id)


def test_exports_of_the_customers_data_go_too(kept):
    stores = stores_of(kept)
    mine = ask_export(kept.store, ZOE, secret=stores.secret, now=NOW, start=lambda *_: None)
    another = ask_export(kept.store, "c1", secret=stores.secret, now=NOW, start=lambda *_: None)
    receipt = run_states(asked(stores, ZOE), stores)
    assert receipt["holdings"]["exports"] == {"exports": 1}
    assert kept.store.keys(f"exports/customers/{mine['export_id']}/") == []
    assert kept.store.keys(f"exports/customers/{another['export_id']}/")


def test_who_must_not_be_written_to_stays_so_and_the_receipt_says_it(kept):
    kept.store.write_bytes(KEPT, f"customer_id\n{cell(ZOE)}\n".encode())
    stores = stores_of(kept)
    receipt = run_states(asked(stores, ZOE), stores)
    assert any(KEPT in note for note in receipt["notes"])
    assert objects_that_mention(kept.store, ZOE) == [KEPT]


def test_reports_name_no_order_of_the_customer(tmp_path):
    lake = Lake(FolderStore(tmp_path / "lake"))
    row = "{order},{whom},tea1,T,{pieces},2.50,2025-12-0{day}T12:00:00Z\n".format
    first = row(order="o1", whom=cell(ZOE), pieces=1, day=1) + row(
        order="o1", whom=cell(ZOE), pieces=2, day=1
    )
    back = row(order="ret-1", whom=cell(ZOE), pieces=-1, day=2) + row(
        order="ret-2", whom="c1", pieces=-1, day=2
    )
    taken_in(lake, tmp_path, {"raw/orders/a.csv": ORDERS + first})
    taken_in(lake, tmp_path, {"raw/orders/b.csv": ORDERS + row(order="o1", whom=cell(ZOE), pieces=1, day=1)})
    (report,) = taken_in(lake, tmp_path, {"raw/orders/c.csv": ORDERS + back})
    assert "ret-2" in report["unmatched_returns"]["orders"]
    assert len(objects_that_mention(lake.store, "o1", below="lake/reports/")) == 1
    stores = stores_of(lake)
    run_states(asked(stores, ZOE), stores)
    assert objects_that_mention(lake.store, "o1") == objects_that_mention(lake.store, "ret-1") == []
    assert objects_that_mention(lake.store, "ret-2", below="lake/reports/")


def test_the_register_says_of_each_store_where_it_is():
    assert [holding.name for holding in HOLDINGS] == [
        *("serving", "raw", "undelivered_events", "tables", "quarantine"),
        *("reports", "runs", "audiences", "exports", "old_files"),
    ]
    assert all(holding.where for holding in HOLDINGS)


def test_a_part_that_is_not_planned_is_a_fault(kept):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    states.find(erasure_id, FIRST, stores)
    with pytest.raises(KeyError):
        states.erase(erasure_id, "first-nothing-00000", stores)


def test_a_part_that_still_holds_the_customer_is_no_success(kept):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    states.left(erasure_id, stores, now=NOW)
    parts = [each["part"] for each in states.find(erasure_id, LAST, stores)["parts"]]
    (part,) = (each for each in parts if "-runs-" in each)
    with mock.patch.object(RunEraser, "_rewrite"), pytest.raises(TryAgain, match=f"{part} still holds"):
        states.erase(erasure_id, part, stores)
    assert states.erase(erasure_id, part, stores) == {"part": part}


def test_a_run_that_came_after_the_plan_is_looked_at(kept):
    stores = stores_of(kept)
    erasure_id = asked(stores, ZOE)
    late = next(key for key in kept.store.keys("runs/") if key.endswith("segments/customers.parquet"))
    content = kept.store.read_bytes(late)
    run_states_but_the_end(erasure_id, stores)
    states.verify(erasure_id, stores)
    kept.store.write_bytes("runs/a-late-one/segments/customers.parquet", content)
    with pytest.raises(RunFailed, match="runs still hold the customer"):
        states.verify(erasure_id, stores)


def run_states_but_the_end(erasure_id: str, stores) -> None:
    for round_ in (FIRST, LAST):
        for part in states.find(erasure_id, round_, stores)["parts"]:
            states.erase(erasure_id, part["part"], stores)


@pytest.mark.slow
def test_a_failed_erasure_keeps_what_the_next_one_needs_and_no_more(kept):
    stores = stores_of(kept)
    first = asked(stores, ZOE)
    for part in states.find(first, FIRST, stores)["parts"]:
        states.erase(first, part["part"], stores)
    states.failed(first, stores, now=NOW)
    assert kept.store.keys(f"erasures/{first}/") == [
        f"erasures/{first}/{name}.json" for name in ("receipt", "request")
    ]
    second = asked(stores, ZOE, now=NOW + timedelta(hours=1))
    assert second != first
    assert {VISIT, ORDER} < load_subject(kept.store, second).ids  # the lake does not know them any more
    other = asked(stores, "c1", now=NOW)
    receipt = run_states(second, stores)
    assert receipt["state"] == "done"
    for text in (ZOE, VISIT, ORDER):
        assert objects_that_mention(kept.store, text) == []
    assert kept.store.keys(f"erasures/{first}/") == [f"erasures/{first}/receipt.json"]
    assert status(kept.store, first)["state"] == "failed"
    assert load_subject(kept.store, other).customer_id == "c1"


def test_what_an_erasure_left_that_was_cut_off_goes_with_the_next(kept):
    stores = stores_of(kept)
    first = asked(stores, ZOE)
    states.find(first, FIRST, stores)
    second = asked(stores, ZOE, now=NOW + timedelta(days=1))
    run_states(second, stores, now=NOW + timedelta(days=1))
    assert kept.store.keys(f"erasures/{first}/") == [f"erasures/{first}/receipt.json"]
    assert status(kept.store, first)["state"] == "failed"
    assert objects_that_mention(kept.store, ZOE) == []


@pytest.mark.parametrize("state", [states.verify, lambda *of: states.find(of[0], FIRST, of[1])])
def test_an_erasure_that_nobody_asked_for_is_not_found(kept, state):
    with pytest.raises(NotFound):
        state("20260110T120000.000000Z-00000000000000000000", stores_of(kept))
