"""A table written as ingest writes one: snappy Parquet parts by DuckDB, added in one Delta commit each."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import duckdb
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from patronage.logic.glue import delta_schema

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.logic.tables import Table


def add_part(
    root: Path,
    table: Table,
    content: str,
    rows: str,
    *,
    replaces: str | None = None,
    days_ago: float = 0,
    rules: int = 1,
) -> str:
    """Commit one upload: `rows` is SQL that selects some of the table's columns; return the part's name."""
    root.mkdir(parents=True, exist_ok=True)
    part = root / f"part-{content}-{rules}.snappy.parquet"
    now = int((time.time() - 86_400 * days_ago) * 1000)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        given = connection.execute(f"DESCRIBE {rows}").fetchall()
        names = {name for name, *_ in given}
        cells = [
            f"CAST({column.name if column.name in names else 'NULL'} AS {column.type}) AS {column.name}"
            for column in table.columns
        ]
        copy = (
            f"COPY (SELECT {', '.join(cells)} FROM ({rows})) TO '{part}' (FORMAT parquet, COMPRESSION snappy)"
        )
        (count,) = connection.execute(copy).fetchone()
    add = AddAction(part.name, part.stat().st_size, {}, now, True, json.dumps({"numRecords": count}))
    remove = (
        [] if replaces is None else [RemoveAction(path=replaces, data_change=True, deletion_timestamp=now)]
    )
    properties = CommitProperties(
        max_commit_retries=0,
        app_transactions=[Transaction(app_id=content, version=rules)],
        custom_metadata={"patronage.object": content, "patronage.report": json.dumps({"object": content})},
    )
    if DeltaTable.is_deltatable(str(root)):
        opened = DeltaTable(str(root))
        opened.create_write_transaction(
            [add, *remove], mode="append", schema=opened.schema(), commit_properties=properties
        )
    else:
        create_table_with_add_actions(
            str(root), Schema.from_json(delta_schema(table)), [add], commit_properties=properties
        )
    return part.name


def files_of(root: Path) -> list[str]:
    """Return the names of the files of the newest version."""
    return sorted(uri.rpartition("/")[2] for uri in DeltaTable(str(root)).file_uris())


def rows_of(root: Path, sql: str) -> list[tuple]:
    """Query the newest version, `FROM lake`."""
    files = DeltaTable(str(root)).file_uris()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.read_parquet(files).create_view("lake")
        return connection.execute(sql).fetchall()
