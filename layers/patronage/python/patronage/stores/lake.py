"""The lake: one Delta table a canonical table, read at pinned versions, written in atomic commits.

A writer reads a version, decides, and commits only if no other commit came between; else it gets
`TryAgain` and decides again. So concurrent uploads never lose each other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deltalake import CommitProperties, DeltaTable, QueryBuilder, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from patronage.errors import NotFound, TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from patronage.stores.objects import ObjectStore

_OBJECT = "patronage.object"
_REPORT = "patronage.report"


class Lake:
    """The Delta tables below `lake/` of an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def snapshot(self, table: str, version: int | None = None) -> Snapshot:
        """Open a table at a version, by default the newest; before its first commit it is empty."""
        uri = self.store.uri(f"lake/{table}")
        options = self.store.delta_options()
        try:
            found = DeltaTable(uri, version=version, storage_options=options)
        except TableNotFoundError:
            found = None
        return Snapshot(table, self.store, found)


class Snapshot:
    """One version of a table."""

    def __init__(self, name: str, store: ObjectStore, table: DeltaTable | None) -> None:
        self.name = name
        self._store = store
        self._table = table

    @property
    def version(self) -> int:
        """The version, or -1 before the first commit."""
        return -1 if self._table is None else self._table.version()

    def rules_of(self, content: str) -> int | None:
        """Return the number of the rules under which a content was committed last; None where never."""
        return None if self._table is None else self._table.transaction_version(content)

    def report_of(self, object_id: str) -> dict[str, Any] | None:
        """Return the report of the upload whose commit this version holds; None where there is none."""
        commits = [] if self._table is None else self._table.history()
        found = (commit[_REPORT] for commit in commits if commit.get(_OBJECT) == object_id)
        text = next(found, None)
        return None if text is None else dict(json.loads(text))

    def select(self, sql: str) -> Any:
        """Run a query of projections and filters, `FROM snapshot`, where the files lie; an Arrow stream."""
        return QueryBuilder().register("snapshot", self._existing()).execute(sql)

    def files(self) -> list[Path]:
        """Stage the Parquet files of this version and return their local paths."""
        root = self._store.uri("")
        return [
            self._store.staged(uri.removeprefix(root).lstrip("/"))
            for uri in sorted(self._existing().file_uris())
        ]

    def _existing(self) -> DeltaTable:
        if self._table is None:
            raise NotFound(f"the lake has no table {self.name!r} yet; ingest a file first")
        return self._table

    def commit(
        self,
        rows: duckdb.DuckDBPyRelation,
        *,
        stale: duckdb.DuckDBPyRelation | None = None,
        report: Mapping[str, Any],
    ) -> None:
        """Add rows, and take stale ones out, in one commit on top of this version.

        Parameters
        ----------
        rows : relation
            What to add, in the table's columns.
        stale : relation, optional
            (order_id, line, object_id) of rows to take out.
        report : mapping
            Kept in the commit, where `report_of` finds it by its ``object``, and `rules_of` its
            ``rules_number`` by its ``content``: a content is what Delta calls the application of a
            transaction, and the number is the transaction's.

        Raises
        ------
        TryAgain
            Another commit came between; nothing was written.
        """
        properties = CommitProperties(
            max_commit_retries=0,
            app_transactions=[Transaction(app_id=report["content"], version=report["rules_number"])],
            custom_metadata={_OBJECT: report["object"], _REPORT: json.dumps(report)},
        )
        try:
            if self._table is None or stale is None:
                self._append(rows, properties)
            else:
                _replace(self._table, rows, stale, properties)
        except CommitFailedError as exc:
            raise TryAgain(f"another commit to lake/{self.name} came first") from exc
        except DeltaError as exc:
            if self._table is None and "already exists" in str(exc):
                raise TryAgain(f"another commit created lake/{self.name} first") from exc
            raise

    def _append(self, rows: duckdb.DuckDBPyRelation, properties: CommitProperties) -> None:
        target = self._table if self._table is not None else self._store.uri(f"lake/{self.name}")
        write_deltalake(
            target,
            rows,
            mode="error" if self._table is None else "append",
            storage_options=self._store.delta_options() if self._table is None else None,
            commit_properties=properties,
        )


def _replace(
    table: DeltaTable,
    rows: duckdb.DuckDBPyRelation,
    stale: duckdb.DuckDBPyRelation,
    properties: CommitProperties,
) -> None:
    source = rows.project("*, FALSE AS is_stale").union(_padded(stale, rows))
    columns = {name: f"s.{name}" for name in rows.columns}
    key = "t.order_id = s.order_id AND t.line = s.line AND t.object_id = s.object_id AND s.is_stale"
    (
        table.merge(
            source,
            predicate=key,
            source_alias="s",
            target_alias="t",
            commit_properties=properties,
        )
        .when_matched_delete()
        .when_not_matched_insert(columns, predicate="NOT s.is_stale")
        .execute()
    )


def _padded(stale: duckdb.DuckDBPyRelation, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Widen the keys of stale rows to the table's columns, so that both fit one merge source."""
    known = set(stale.columns)
    cells = [
        name if name in known else f"CAST(NULL AS {type_}) AS {name}"
        for name, type_ in zip(rows.columns, rows.types, strict=True)
    ]
    return stale.project(f"{', '.join(cells)}, TRUE AS is_stale")
