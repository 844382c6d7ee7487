"""The lake: one Delta table a canonical table, read at pinned versions, written in atomic commits.

A writer reads a version, decides, and commits only if no other commit came between; else it gets
`TryAgain` and decides again. So concurrent uploads never lose each other. What a commit adds are Parquet
files that DuckDB wrote; what it removes are whole files, so nothing is rewritten by a merge.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deltalake import CommitProperties, DeltaTable, QueryBuilder, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from patronage.errors import NotFound, TryAgain
from patronage.logic.glue import delta_schema
from patronage.logic.tables import TABLES
from patronage.stores.evolution import add_missing_columns
from patronage.stores.layouts import lake_layout, say_layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from patronage.logic.parts import Part
    from patronage.logic.tables import Table
    from patronage.stores.objects import ObjectStore

_OBJECT = "patronage.object"
_REPORT = "patronage.report"
_TRUNCATED = 32
"""A text of this length in a file's statistics may be the beginning of a longer one."""

SUPERSEDED = 0
"""The rules number of a content of which a later upload replaced rows: it may be ingested again."""


@dataclass(frozen=True, kw_only=True)
class LakeFile:
    """One Parquet file of a table's version.

    Parameters
    ----------
    path : str
        Relative to the table.
    rows, size : int
        Its rows and bytes.
    low, high : str, optional
        No id of the table's first identity column lies below or above; None where that is unknown.
    customer_low, customer_high : str, optional
        The same of customers' ids.
    """

    path: str
    rows: int
    size: int
    low: str | None
    high: str | None
    customer_low: str | None = None
    customer_high: str | None = None

    def meets(self, low: str, high: str) -> bool:
        """Say whether the file may hold an id between two."""
        return (self.low is None or self.low <= high) and (self.high is None or self.high >= low)


class Lake:
    """The Delta tables below `lake/` of an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self._layout = 0

    def layout(self) -> int:
        """Return the layout that the lake said when it was first asked, or was given since.

        Raises
        ------
        UnknownLayout
            The lake was laid out by a newer version of Patronage.
        """
        self._layout = self._layout or lake_layout(self.store)
        return self._layout

    def say_layout(self, layout: int) -> None:
        """Write that the lake has a layout."""
        say_layout(self.store, layout)
        self._layout = layout

    def snapshot(self, table: str, version: int | None = None) -> Snapshot:
        """Open a table at a version, by default the newest; before its first commit it is empty.

        Raises
        ------
        UnknownLayout
            The lake was laid out by a newer version of Patronage.
        """
        self.layout()  # raises for one that this code does not know
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

    def rows(self) -> int:
        """Return how many rows this version has, by the statistics of its files; none of them is read."""
        return sum(file.rows for file in self.contents())

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

    def has_column(self, name: str) -> bool:
        """Say whether the table had a column at this version: one that came to Patronage later may lack."""
        return any(column.name == name for column in self._existing().schema().fields)

    def gain_columns(self) -> None:
        """Give the table the columns that it lacks, where there is a table and it lacks any.

        Raises
        ------
        TryAgain
            The table has another version now, with the columns, by this commit or somebody else's.
        """
        if self._table is not None:
            add_missing_columns(self._table, TABLES[self.name])

    def files(self) -> list[Path]:
        """Stage the Parquet files of this version and return their local paths."""
        root = self._store.uri("")
        return [self._store.staged(uri.removeprefix(root).lstrip("/")) for uri in self.uris()]

    def uris(self) -> list[str]:
        """Return the addresses of the Parquet files of this version, as `files` orders them."""
        return sorted(self._existing().file_uris())

    def _existing(self) -> DeltaTable:
        if self._table is None:
            raise NotFound(f"the lake has no table {self.name!r} yet; ingest a file first")
        return self._table

    def contents(self) -> list[LakeFile]:
        """List the files of this version with the ids that each may hold."""
        if self._table is None:
            return []
        unit = TABLES[self.name].identity[0]
        bounds = (f"min.{unit}", f"max.{unit}", "min.customer_id", "max.customer_id")
        actions = self._table.get_add_actions(flatten=True)
        named = {
            name: actions.column(name).to_pylist()
            for name in ("path", "num_records", "size_bytes", *bounds)
            if name in actions.schema.names
        }
        unknown = [None] * len(named["path"])
        rows = zip(
            named["path"],
            named["num_records"],
            named["size_bytes"],
            *(named.get(name, unknown) for name in bounds),
            strict=True,
        )
        return [
            LakeFile(
                path=path,
                rows=count,
                size=size,
                low=_text(low),
                high=_upper(high),
                customer_low=_text(customer_low),
                customer_high=_upper(customer_high),
            )
            for path, count, size, low, high, customer_low, customer_high in rows
        ]

    def staged(self, file: LakeFile) -> Path:
        """Return a local copy of a file of this version."""
        return self._store.staged(f"lake/{self.name}/{file.path}")

    def commit(
        self,
        parts: Sequence[Part],
        *,
        removed: Iterable[LakeFile] = (),
        superseded: Iterable[str] = (),
        report: Mapping[str, Any],
    ) -> None:
        """Add parts and take files out, in one commit on top of this version.

        Parameters
        ----------
        parts : sequence of Part
            Parquet files of the table's columns, on this machine.
        removed : iterable of LakeFile
            Files of this version.
        superseded : iterable of str
            Contents of which the commit takes rows out; they are marked, so that they may come again.
        report : mapping
            Kept in the commit, where `report_of` finds it by its ``object``, and `rules_of` its
            ``rules_number`` by its ``content``: a content is what Delta calls the application of a
            transaction, and the number is the transaction's.

        Raises
        ------
        TryAgain
            Another commit came between, perhaps this one's own that gave the table columns which it lacked;
            nothing was written but files that no version names.
        """
        if self._table is None:
            raise self._created()
        add_missing_columns(self._table, TABLES[self.name])
        marks = [Transaction(app_id=content, version=SUPERSEDED) for content in superseded]
        own = Transaction(app_id=report["content"], version=report["rules_number"])
        properties = CommitProperties(
            max_commit_retries=0,
            app_transactions=[*marks, own],
            custom_metadata={_OBJECT: report["object"], _REPORT: json.dumps(report)},
        )
        self._exchange(self._table, parts, removed, properties, named=report["object"])

    def rewrite(self, parts: Sequence[Part], *, removed: Iterable[LakeFile], named: str) -> None:
        """Put parts in the place of files, in one commit on top of this version that brings no upload.

        Parameters
        ----------
        parts : sequence of Part
            What stays of the files that go; less than they held is what an erasure leaves.
        removed : iterable of LakeFile
            Files of this version.
        named : str
            What the names of the new files begin with.

        Raises
        ------
        TryAgain
            Another commit came between; nothing was written but files that no version names.
        """
        properties = CommitProperties(max_commit_retries=0)
        self._exchange(self._existing(), parts, removed, properties, named=named)

    def _exchange(
        self,
        table: DeltaTable,
        parts: Sequence[Part],
        removed: Iterable[LakeFile],
        properties: CommitProperties,
        *,
        named: str,
    ) -> None:
        now = int(time.time() * 1000)
        adds = [self._add(part, named, now) for part in parts]
        removes = [
            RemoveAction(
                file.path, data_change=True, deletion_timestamp=now, size=file.size, partition_values={}
            )
            for file in removed
        ]
        try:
            table.create_write_transaction(
                [*adds, *removes], "append", table.schema(), commit_properties=properties
            )
        except CommitFailedError as exc:
            self._discard(adds)
            raise TryAgain(f"another commit to lake/{self.name} came first") from exc

    def _discard(self, adds: Sequence[AddAction]) -> None:
        """Delete the files of a commit that lost: no version names them, so no erasure would find them.

        Whoever commits learns of losing from the store; where only the answer to a write that succeeded was
        lost, the newest version names the files, and they stay.
        """
        named = {file.path for file in Lake(self._store).snapshot(self.name).contents()}
        for add in adds:
            if add.path not in named:
                self._store.delete(f"lake/{self.name}/{add.path}")

    def _created(self) -> TryAgain:
        """Make the table; whoever else makes it at the same moment, all decide again on top of it."""
        with contextlib.suppress(DeltaError):
            DeltaTable.create(
                self._store.uri(f"lake/{self.name}"),
                schema=Schema.from_json(delta_schema(TABLES[self.name])),
                mode="error",
                storage_options=self._store.delta_options(),
                description=TABLES[self.name].meaning,
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        return TryAgain(f"lake/{self.name} was only now made")

    def _add(self, part: Part, named: str, now: int) -> AddAction:
        path = f"part-{named}-{uuid.uuid4().hex}.snappy.parquet"
        self._store.put_file(f"lake/{self.name}/{path}", part.path)
        return AddAction(path, part.size, {}, now, data_change=True, stats=_stats(part, TABLES[self.name]))


def _stats(part: Part, table: Table) -> str:
    """Write Delta's statistics of a file: rows, nulls, and the bounds of its ids where they are exact."""
    exact = {name: part.exact_bounds(name) for name in (table.identity[0], "customer_id")}
    bounds = {name: found for name, found in exact.items() if found is not None}
    return json.dumps(
        {
            "numRecords": part.rows,
            "nullCount": {column.name: part.nulls(column.name) for column in table.columns},
            "minValues": {name: low for name, (low, _) in bounds.items()},
            "maxValues": {name: high for name, (_, high) in bounds.items()},
        }
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _upper(value: object) -> str | None:
    text = _text(value)
    return text if text is None or len(text) < _TRUNCATED else text + chr(0x10FFFF)
