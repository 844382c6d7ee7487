"""A mocked raw bucket, a serving table and a lake, filled with the person of `erase_doors_support`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import duckdb

import serving_support
from erase_doors_support import EVENT, IDS, ORDERS, PERSON, VISIT, readable, table_of, two, unreadable
from erase_support import SHOP, stores_of
from patronage.logic.collect.session import Session
from patronage.steps.erase.exporting import export
from patronage.steps.erase.holdings import KEPT
from patronage.steps.erase.requests import ask_export
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, S3Store
from patronage.stores.raw import RawVersions
from patronage.stores.serving import ServingTable
from searcher_support import Searcher, bucket_contents, folder_contents, table_contents
from tests_support import NOW

if TYPE_CHECKING:
    from pathlib import Path

SEARCHER = Searcher(IDS)
TABLES = ("orders", "customers", "events", "ratings")


class Place:
    """A raw bucket, a serving table, and a lake in a folder; what was found there before an erasure."""

    before: dict[str, set[str]]
    rows_before: dict[str, list[tuple[Any, ...]]]

    def __init__(self, folder: Path, serving: Any) -> None:
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket="raw")
        self.s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
        self.objects = S3Store("raw", client=self.s3)
        self.lake = Lake(FolderStore(folder / "lake"))
        self.stores = stores_of(self.lake, raw=RawVersions(self.objects, client=self.s3), table=serving)

    def take_in(self, key: str, content: bytes) -> tuple[Upload, dict[str, Any]]:
        version = self.s3.put_object(Bucket="raw", Key=key, Body=content)["VersionId"]
        staged = self.objects.staged_version(key, version)
        upload = Upload(path=staged.path, key=key, version=version, last_modified=staged.last_modified)
        return upload, ingest(upload, self.lake, SHOP, now=NOW, workers=1)

    def search(self) -> dict[str, set[str]]:
        found = SEARCHER.found_in(folder_contents(self.lake.store.root))
        found |= SEARCHER.found_in(bucket_contents(self.s3))
        return found | SEARCHER.found_in(table_contents(boto3.client("dynamodb")))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of each table, but for what tells which upload brought them."""
        ours = "EXCLUDE (object_id, object_key)"
        files = {name: [str(file) for file in self.lake.snapshot(name).files()] for name in TABLES}
        return {
            name: duckdb.sql(f"SELECT * {ours} FROM read_parquet({each})").fetchall()
            for name, each in files.items()
        }


def filled(folder: Path) -> Place:
    table = ServingTable(serving_support.TABLE, client=boto3.client("dynamodb"))
    made = Place(folder, table)
    for key, content in (readable() | unreadable()).items():
        made.take_in(f"raw/{key}", content)
    made.take_in("raw/orders/twice.csv", table_of(ORDERS, two("twice")))
    made.take_in("raw/orders/twice.csv", table_of(ORDERS, two("twice")[1:]))
    seen = Session.of_event(EVENT, "view", NOW, ["A-p1"])
    sessions = {f"user#{PERSON}": seen, f"open#{VISIT}": seen.given_to(PERSON)}
    table.put_all(
        [
            {"pk": f"session#{key}", "packed": session.pack(), "version": 1}
            for key, session in sessions.items()
        ]
    )
    made.lake.store.write_bytes(KEPT, table_of(["customer_id"], [[PERSON]]))
    begun = ask_export(made.lake.store, PERSON, secret=made.stores.secret, now=NOW, start=lambda *_: None)
    export(begun["export_id"], made.lake, SHOP, live_runs={}, now=NOW)
    return made
