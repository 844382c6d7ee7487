"""Read the records of a file into DuckDB, a chunk at a time, as text columns beside the record's number."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from patronage.engines.duckdb import DuckSession
    from patronage.engines.reading import Chunk
    from patronage.logic.ingest.plain import PlainColumns
    from patronage.logic.ingest.plan import Plan

_BUFFER_BYTES = 4 << 20
_ROWS_A_RANGE = 250_000
_RULES = {"INVALID ENCODING": "not-readable-as-text", "UNQUOTED VALUE": "quotes-unbalanced"}
_RULES |= {"LINE SIZE OVER MAXIMUM": "line-too-long", "CAST": ""}
# A quote out of place explains what else is wrong with a record, not the other way round.
_GRAVEST = (
    "ARG_MIN(CAST(error_type AS VARCHAR), CASE CAST(error_type AS VARCHAR) WHEN 'UNQUOTED VALUE' THEN 0 "
    "WHEN 'INVALID ENCODING' THEN 1 WHEN 'LINE SIZE OVER MAXIMUM' THEN 2 WHEN 'CAST' THEN 4 ELSE 3 END)"
)
_NO_QUOTE = "quote = '', escape = ''"


@dataclass(frozen=True)
class RowRange:
    """Rows `start` to `stop` of a Parquet file, from 0."""

    number: int
    path: Path
    start: int
    stop: int


@dataclass(frozen=True)
class Unsplit:
    """A record that the reader left out: where it starts in its chunk, rule, raw text.

    It has its cells, and at first no rule, where the cells of plain `columns` are not plain.
    """

    start: int
    rule: str
    raw: str
    columns: frozenset[str] = frozenset()
    has_cells: bool = False


def row_ranges(path: Path, rows: int, *, whole: bool = False) -> Iterator[RowRange]:
    """Cut a Parquet file into ranges of rows, or take it whole."""
    step = max(rows, 1) if whole else _ROWS_A_RANGE
    for number, start in enumerate(range(0, rows, step)):
        yield RowRange(number, path, start, min(start + step, rows))


class RecordReader:
    """Reads chunks of one file into one session.

    Parameters
    ----------
    session : DuckSession
        Where the records are wanted.
    plan : Plan
        Format and header.
    delimiter : str
        What stands between cells in the chunks.
    """

    def __init__(self, session: DuckSession, plan: Plan, *, delimiter: str) -> None:
        self._connection = session.connection
        self._plan = plan
        self._delimiter = delimiter
        self._slot = _Slot()
        self._may_reject = False

    def close(self) -> None:
        """Give the chunk's copy back."""
        self._slot.close()

    def source(self, chunk: Chunk | RowRange, plain: PlainColumns | None = None) -> str:
        """Return a relation over a chunk: `record` from 1, `is_broken`, and the file's columns as text.

        Plain columns, of CSV, have their type instead. The relation is good until the next chunk. Reading it
        may leave records out, which `unsplit` returns.
        """
        for name in ("reject_errors", "reject_scans"):
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
        self._may_reject = not isinstance(chunk, RowRange)
        if isinstance(chunk, RowRange):
            return self._parquet(chunk)
        self._slot.write(_one_line_end(chunk.content) if chunk.has_returns else chunk.content)
        return self._json() if self._plan.format.kind == "json" else self._csv(plain)

    def unsplit(self) -> list[Unsplit]:
        """Return the records that the last reading left out."""
        if not self._may_reject:
            return []
        rejected = self._connection.execute(
            f"SELECT line_byte_position, {_GRAVEST}, ANY_VALUE(csv_line), LIST(column_name) "
            "FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position"
        )
        return [
            Unsplit(
                start - 1, _RULES.get(kind, "wrong-column-count"), raw, frozenset(columns), kind == "CAST"
            )
            for start, kind, raw, columns in rejected.fetchall()
        ]

    def _csv(self, plain: PlainColumns | None) -> str:
        types = self._plan.types_of(plain) if plain else {}
        columns = ", ".join(
            f"{literal(name)}: {literal(types.get(name, 'VARCHAR'))}" for name in self._plan.header
        )
        quote = self._plan.format.quote_in_chunks
        quoting = f"quote = {literal(quote)}, escape = {literal(quote)}" if quote else _NO_QUOTE
        read = self._read(columns, quoting, plain)
        return f"SELECT ROW_NUMBER() OVER () AS record, FALSE AS is_broken, * FROM {read}"

    def _json(self) -> str:
        read = self._read("'record_text': 'VARCHAR'", _NO_QUOTE)
        valid = "CASE WHEN json_valid(record_text) AND json_type(record_text) = 'OBJECT' THEN record_text END"
        cells = "".join(
            f", json_extract_string(document, {literal(_json_path(name))}) AS {identifier(name)}"
            for name in self._plan.header
        )
        return (
            f"SELECT record, document IS NULL AS is_broken{cells} FROM ("
            f"SELECT ROW_NUMBER() OVER () AS record, {valid} AS document FROM {read})"
        )

    def _read(self, columns: str, quoting: str, plain: PlainColumns | None = None) -> str:
        form = f"timestampformat = {literal(plain.time_pattern)}, " if plain and plain.time_pattern else ""
        form += f"decimal_separator = {literal(plain.decimal)}, " if plain else ""
        return (
            f"read_csv({literal(self._slot.path)}, auto_detect = false, header = false, "
            f"columns = {{{columns}}}, delim = {literal(self._delimiter)}, {quoting}, "
            f"{form}buffer_size = {_BUFFER_BYTES}, store_rejects = true, rejects_limit = 0)"
        )

    def _parquet(self, rows: RowRange) -> str:
        cells = "".join(f", {_parquet_text(self._connection, rows.path, name)}" for name in self._plan.header)
        return (
            f"SELECT file_row_number - {rows.start - 1} AS record, FALSE AS is_broken{cells} "
            f"FROM read_parquet({literal(str(rows.path))}, file_row_number = true) "
            f"WHERE file_row_number >= {rows.start} AND file_row_number < {rows.stop}"
        )


def _one_line_end(content: bytes) -> bytes:
    """Give a chunk one kind of line end: DuckDB refuses a text that mixes them."""
    if b"\r" not in content:
        return content
    pairs = content.count(b"\r\n")
    if pairs == content.count(b"\n") == content.count(b"\r"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _json_path(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'


def _parquet_text(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> str:
    column = identifier(name)
    described = connection.sql(f"DESCRIBE SELECT {column} FROM read_parquet({literal(str(path))})").fetchall()
    is_nested = any(mark in described[0][1] for mark in ("[", "STRUCT", "MAP"))
    return f"CAST({f'to_json({column})' if is_nested else column} AS VARCHAR) AS {column}"


class _Slot:
    """One file that takes a chunk after the other; in memory where the system has such files."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self._file = os.memfd_create("patronage-chunk")
            self.path = f"/proc/self/fd/{self._file}"
        else:
            self._file, self.path = tempfile.mkstemp(prefix="patronage-chunk-")

    def write(self, content: bytes) -> None:
        """Hold this content and no other."""
        os.lseek(self._file, 0, os.SEEK_SET)
        view, written = memoryview(content), 0
        while written < len(content):
            written += os.write(self._file, view[written:])
        os.ftruncate(self._file, len(content))

    def close(self) -> None:
        os.close(self._file)
        if not self.path.startswith("/proc/"):
            Path(self.path).unlink()
