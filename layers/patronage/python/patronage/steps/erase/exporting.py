"""Collect all that is stored of a customer into one zip."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.errors import NotFound
from patronage.logic.queries import literal
from patronage.logic.tables import TABLES
from patronage.steps.erase.requests import export_folder, export_key
from patronage.steps.erase.subject import Subject
from patronage.steps.erase.tables import PERSONAL
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.settings import Shop
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore


def export(
    export_id: str, lake: Lake, shop: Shop, *, live_runs: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Write the zip of an export, forget who asked, then say that it is done; repeating it gives the same.

    It holds a CSV a table of the lake with the customer's rows, and JSON of what the live runs say of them.

    Parameters
    ----------
    export_id : str
        The export.
    lake, shop
        Where the rows are.
    live_runs : mapping
        By family the run whose figures count.
    now : datetime
        The instant of the call.
    """
    store, key = lake.store, export_key(export_id)
    request_key = f"{export_folder(export_id)}request.json"
    said = read_json(store, key)
    if "files" not in said:
        subject = Subject(customer_id=read_json(store, request_key)["customer_id"])
        with store.writing(f"{export_folder(export_id)}data.zip") as path:
            said["files"] = write_zip(path, subject, lake, shop, live_runs)
        write_json(store, key, said)
    store.delete(request_key)
    if said["state"] != "done":
        write_json(store, key, said | {"state": "done", "done_at": now.isoformat()})
    return {"files": said["files"]}


def write_zip(
    target: Path, subject: Subject, lake: Lake, shop: Shop, live_runs: Mapping[str, str]
) -> dict[str, int]:
    """Write the zip, and return its files with the rows of each."""
    with (
        tempfile.TemporaryDirectory(prefix="patronage-export-") as name,
        DuckEngine(shop) as engine,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        collector = _Collector(engine, lake.store, subject, Path(name), archive)
        for table in PERSONAL:
            try:
                collector.table(f"{table}.csv", lake.snapshot(table).files(), table)
            except NotFound:
                continue
        for run_id in filter(None, (live_runs.get("segments"), live_runs.get("recommendations"))):
            collector.run(run_id)
    return collector.files


class _Collector:
    def __init__(
        self,
        engine: DuckEngine,
        store: ObjectStore,
        subject: Subject,
        folder: Path,
        archive: zipfile.ZipFile,
    ) -> None:
        self.files: dict[str, int] = {}
        self._engine, self._store, self._subject = engine, store, subject
        self._folder, self._archive = folder, archive

    def table(self, name: str, files: list[Path], table: str) -> None:
        """Add the customer's rows of a table; one without any is left out."""
        if not files:
            return
        listed = ", ".join(literal(str(file)) for file in files)
        theirs = self._subject.rows({column.name for column in TABLES[table].columns})
        sql = f"SELECT * FROM read_parquet([{listed}], union_by_name = true) WHERE {theirs}"
        rows = int(self._engine.row(f"SELECT COUNT(*) AS n FROM ({sql})")["n"])
        if rows:
            self._engine.csv(sql, self._folder / name)
            self._archive.write(self._folder / name, name)
            self.files[name] = rows

    def run(self, run_id: str) -> None:
        """Add what a run says of the customer, a JSON file a table of it."""
        for key in self._store.keys(f"runs/{run_id}/"):
            if not key.endswith(".parquet"):
                continue
            source = f"read_parquet({literal(str(self._store.staged(key)))})"
            columns = [row["column_name"] for row in self._engine.rows(f"DESCRIBE FROM {source}")]
            rows = self._engine.rows(f"SELECT * FROM {source} WHERE {self._subject.rows(columns)}")
            if rows:
                part = key.removeprefix(f"runs/{run_id}/").removesuffix(".parquet")
                name = f"{part.replace('/', '-')}.json"
                text = json.dumps(rows, default=str, ensure_ascii=False, indent=1)
                self._archive.writestr(name, text)
                self.files[name] = len(rows)
