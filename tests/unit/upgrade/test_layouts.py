"""Each layout is made of the one before, in steps that may be repeated, and a newer one is refused."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from deltalake import DeltaTable

from patronage.errors import TryAgain
from patronage.logic.layout import LAKE, LAKE_LAYOUTS, SERVING, SERVING_LAYOUTS, UnknownLayout
from patronage.logic.serve.pointer import Entry, entries_of
from patronage.logic.tables import TABLES
from patronage.steps import migrate as migrating
from patronage.steps.compact import compact
from patronage.steps.ingest import ingest
from patronage.steps.migrate import MIGRATIONS, migrate
from patronage.steps.pin import pin
from patronage.steps.point_back import point_back
from patronage.stores import lake as lakes
from patronage.stores.lake import Lake
from patronage.stores.layouts import KEY, lake_layout
from patronage.stores.objects import FolderStore, read_json, write_json
from patronage.stores.serving import ServingTable
from serving_support import TABLE, aws, event, fresh_function
from tests_support import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from patronage.logic.tables import Table

GAINED = {"recommendation_id", "placement", "position", "is_simulated"}
ORDERS = "order_id,customer_id,product_id,quantity,unit_price,currency,ordered_at\n"
ENTRY = Entry(
    run_id="run-1",
    shards_key="runs/run-1/publish/segments/shards.json",
    as_of=NOW.isoformat(),
    created_at=NOW.isoformat(),
    published_at=NOW.isoformat(),
    currency="GBP",
)


@pytest.fixture
def old(left_behind: Path, tmp_path: Path) -> Lake:
    """The lake of the previous version, this test's own copy."""
    return Lake(FolderStore(shutil.copytree(left_behind / "lake", tmp_path / "old")))


@pytest.fixture
def from_the_future(lake: Lake) -> Lake:
    write_json(lake.store, KEY, {"layout": LAKE + 1})
    return lake


def columns(lake: Lake, table: str) -> set[str]:
    snapshot = lake.snapshot(table)
    return {each.name for each in TABLES[table].columns if snapshot.has_column(each.name)}


def versions(lake: Lake) -> dict[str, int]:
    return {table: lake.snapshot(table).version for table in TABLES}


def test_each_layout_is_told_and_each_but_the_first_has_its_migration():
    assert list(LAKE_LAYOUTS) == list(range(1, LAKE + 1))
    assert list(SERVING_LAYOUTS) == list(range(1, max(SERVING_LAYOUTS) + 1))
    assert list(MIGRATIONS) == list(range(2, LAKE + 1))


def test_a_lake_that_says_nothing_has_the_first_layout(lake):
    assert lake_layout(lake.store) == 1


def test_an_empty_lake_is_of_today_s_layout_with_its_first_upload(lake, shop, upload_text):
    ingest(upload_text(f"{ORDERS}1,a,p,1,1.00,GBP,2025-01-01T00:00:00Z\n"), lake, shop, now=NOW)
    assert read_json(lake.store, KEY) == {"layout": LAKE}
    before = versions(lake)
    assert migrate(lake) == []
    assert versions(lake) == before


def test_a_migration_gives_the_previous_lake_its_columns_once_and_leaves_its_rows(old):
    assert not GAINED & columns(old, "events")
    files = {table: old.snapshot(table).contents() for table in TABLES}
    assert migrate(old) == [2]
    assert columns(old, "events") >= GAINED
    assert {table: old.snapshot(table).contents() for table in TABLES} == files
    after = versions(old)
    assert migrate(old) == []
    MIGRATIONS[2](old)
    assert versions(old) == after


def test_a_migration_whose_worker_died_goes_on_at_the_next_try(old, monkeypatch):
    """It dies once after the columns are there and before the layout is said, and once before either."""
    real, said = Lake.say_layout, []

    def die(*_: object) -> None:
        said.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(Lake, "say_layout", die)
    with pytest.raises(KeyboardInterrupt):
        migrate(old)
    assert (said, lake_layout(old.store)) == ([1], 1)
    assert columns(old, "events") >= GAINED
    before = versions(old)
    monkeypatch.setattr(Lake, "say_layout", real)
    assert migrate(old) == [2]
    assert (versions(old), lake_layout(old.store)) == (before, LAKE)


def test_a_migration_that_loses_to_another_writer_looks_again(old, monkeypatch):
    real, raced = lakes.add_missing_columns, []

    def late(table: DeltaTable, canonical: Table) -> None:
        if canonical.name == "events" and not raced:
            raced.append(1)
            with suppress(TryAgain):
                real(DeltaTable(old.store.uri("lake/events")), canonical)
        real(table, canonical)

    monkeypatch.setattr(lakes, "add_missing_columns", late)
    before = old.snapshot("events").version
    assert migrate(old) == [2]
    assert (raced, old.snapshot("events").version) == ([1], before + 1)
    assert columns(old, "events") >= GAINED


def test_layouts_between_are_gone_through_one_by_one(lake, monkeypatch):
    done = []
    steps = {number: lambda _, number=number: done.append(number) for number in (2, 3, 4)}
    monkeypatch.setattr(migrating, "MIGRATIONS", steps)
    monkeypatch.setattr(migrating, "LAKE", 4)
    monkeypatch.setattr("patronage.stores.layouts.LAKE", 4)
    write_json(lake.store, KEY, {"layout": 2})
    assert migrate(lake) == [3, 4] == done
    assert read_json(lake.store, KEY) == {"layout": 4}


@pytest.mark.parametrize("said", [{"layout": 0}, {"layout": "2"}, {"layout": True}, {}, [], "new"])
def test_what_says_no_layout_is_not_taken_for_one(lake, said):
    write_json(lake.store, KEY, said)
    with pytest.raises(UnknownLayout, match="deploy the version that wrote it"):
        lake_layout(lake.store)


def test_a_layout_that_is_no_json_is_not_taken_for_one(lake):
    lake.store.write_bytes(KEY, b"\xff{")
    with pytest.raises(UnknownLayout):
        lake_layout(lake.store)


def test_a_newer_lake_is_left_alone_and_the_message_says_what_to_deploy(from_the_future, shop, upload_text):
    lake = from_the_future
    upload = upload_text(f"{ORDERS}1,a,p,1,1.00,GBP,2025-01-01T00:00:00Z\n")
    works: list[Callable[[], object]] = [
        lambda: ingest(upload, lake, shop, now=NOW),
        lambda: pin("run-1", "segments", Lake(lake.store), shop, now=NOW),
        lambda: compact(lake.store, keep_days=7),
        lambda: Lake(lake.store).snapshot("orders"),
    ]
    for work in works:
        with pytest.raises(UnknownLayout, match=rf"knows {LAKE} at most; deploy .* a later one"):
            work()
    assert lake.store.keys("") == [KEY]


def test_ingest_says_that_the_lake_is_newer_and_fails_the_message():
    with aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="patronage-raw")
        s3.put_object(Bucket="lake", Key=KEY, Body=json.dumps({"layout": LAKE + 1}).encode())
        record = event("aws-sqs-s3-object-created")["Records"][0]
        detail = json.loads(record["body"])["detail"]
        bucket, key = detail["bucket"]["name"], detail["object"]["key"]
        if bucket != "patronage-raw":
            s3.create_bucket(Bucket=bucket)
        version = s3.put_object(Bucket=bucket, Key=key, Body=ORDERS.encode()).get("VersionId")
        detail["object"] = {"key": key, "etag": "e"} | ({"version-id": version} if version else {})
        record = record | {"body": json.dumps({"detail": detail})}
        with pytest.raises(Exception, match="deploy the version that wrote it"):
            fresh_function("ingest")({"Records": [record]})


def test_an_entry_of_the_first_layout_is_written_as_the_version_before_reads_it():
    values = ENTRY.to_mapping()
    assert "layout" not in values
    following = replace(ENTRY, run_id="run-2").over(ENTRY, keep_until=NOW).to_mapping()
    assert "layout" not in following["superseded"]
    assert entries_of({"pk": "pointer", "segments": following})["segments"].superseded.layout == 1


def test_an_entry_keeps_its_layout_through_a_rollback(monkeypatch):
    for module in ("logic.serve.pointer", "steps.point_back"):
        monkeypatch.setattr(f"patronage.{module}.SERVING", 3)
    with aws() as client:
        table = ServingTable(TABLE, client=client)
        assert table.point("segments", replace(ENTRY, layout=2))
        following = replace(ENTRY, run_id="run-2", layout=3)
        following = following.over(table.pointer()["segments"], keep_until=NOW + timedelta(days=1))
        assert table.point("segments", following)
        point_back("segments", table=table, now=NOW, keep_days=7)
        live = table.pointer()["segments"]
        assert (live.run_id, live.layout, live.superseded.layout) == ("run-1", 2, 3)


def test_a_generation_that_only_a_newer_version_knows_is_not_rolled_back_to():
    with aws() as client:
        table = ServingTable(TABLE, client=client)
        newer = replace(ENTRY, run_id="newer", layout=SERVING + 1)
        live = replace(ENTRY.over(newer, keep_until=NOW + timedelta(days=1)), version=1)
        assert table.point("segments", live)
        with pytest.raises(UnknownLayout, match="generation newer has layout"):
            point_back("segments", table=table, now=NOW, keep_days=7)
        assert table.pointer()["segments"] == live


def test_an_entry_of_a_newer_layout_is_refused_with_words_and_one_with_more_to_say_is_read():
    more = ENTRY.to_mapping() | {"told_later": 1, "superseded": None}
    assert entries_of({"segments": more})["segments"] == ENTRY
    with pytest.raises(UnknownLayout, match=r"generation run-1 has layout 2, .* knows 1 at most; deploy"):
        entries_of({"segments": ENTRY.to_mapping() | {"layout": SERVING + 1}})
