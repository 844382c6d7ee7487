"""Decide how a file is read: its form, its dialect, and the form of each column's values."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from patronage.engines.failures import faults_told
from patronage.engines.reading import check_cells, parquet_source, recognise
from patronage.engines.records import RecordReader
from patronage.errors import BadInput
from patronage.logic.ingest.dialects import Dialect, canonical, choose_dialect, choose_headerless
from patronage.logic.ingest.plan import Plan
from patronage.logic.ingest.recognition import ONE_CELL
from patronage.logic.queries import literal
from patronage.logic.tables import TABLES
from patronage.steps.ingest.guessing import with_values
from patronage.steps.ingest.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.recognition import Format
    from patronage.settings import Shop
    from patronage.steps.ingest.upload import Upload

__all__ = ["Source", "make_plan", "refuse_doubts"]

_FIRST_CELLS_BYTES = 1 << 16
_FIRST_RECORDS = 100
_NONE = Dialect(name="", table="orders")
"""Stands in a plan until the dialect is chosen."""


def make_plan(
    upload: Upload, engine: DuckEngine, *, shop: Shop, options: Options, folder: Path
) -> tuple[Plan, Source]:
    """Recognise a file and decide how it is read.

    Parameters
    ----------
    upload : Upload
        The file.
    engine : DuckEngine
        Reads its first records, and all of them where these leave a doubt.
    shop : Shop
        Gives the preferences.
    options : Options
        What is given instead of detected.
    folder : Path
        Where a packed file may be unpacked.

    Raises
    ------
    BadInput
        The file cannot be read, or no dialect fits.
    """
    found = recognise(upload.path, given=options.given())
    found = replace(found, doubts=(*options.doubts_of(found), *found.doubts))
    _refuse_one_mark(found)
    is_parquet = found.kind == "parquet"
    path = parquet_source(upload.path, found, folder) if found.kind == "parquet" else upload.path
    source = Source(path, found)
    header = found.header
    with faults_told(is_parquet=is_parquet):
        if is_parquet:
            header, source.rows = _parquet_header(engine, path)
        plan = Plan(format=found, dialect=_NONE, header=header)
        try:
            plan = _with_dialect(plan, upload, source, engine, options)
        except BadInput as exc:
            raise BadInput("; ".join((*options.faults, str(exc)))) from exc
    _refuse_one_mark(plan.format)
    source.format, source.whole = plan.format, plan.dialect.is_whole
    with faults_told(is_parquet=is_parquet, sql_of=plan.sql_of):
        plan = with_values(plan, source, engine, shop=shop, options=options)
    refuse_doubts(plan, options)
    return plan, source


def refuse_doubts(plan: Plan, options: Options) -> None:
    """Raise BadInput where something of the plan is in doubt and the options are strict."""
    if options.strict and plan.doubts:
        raise BadInput(f"the file is in doubt, and strict is set: {'; '.join(plan.doubts)}")


def _refuse_one_mark(form: Format) -> None:
    """Raise BadInput where what encloses cells would also part them: only somebody's statement says so."""
    if form.quote and form.quote in form.delimiter:
        raise BadInput(
            f"the delimiter {form.delimiter!r} holds the quote {form.quote!r}; state another delimiter or "
            "quote, or quote = '' where nothing is quoted, in the sidecar or the dialect"
        )


def _parquet_header(engine: DuckEngine, path: Path) -> tuple[tuple[str, ...], int]:
    file = f"read_parquet({literal(str(path))})"
    header = tuple(row["column_name"] for row in engine.rows(f"DESCRIBE FROM {file}"))
    rows: int = engine.row(f"SELECT COUNT(*) AS n FROM {file}")["n"]
    check_cells(rows, len(header), path.stat().st_size)
    return header, rows


def _with_dialect(plan: Plan, upload: Upload, source: Source, engine: DuckEngine, options: Options) -> Plan:
    table = options.table or upload.table
    known = options.known_dialects
    if options.dialect:
        known = tuple(each for each in known if each.name == options.dialect)
        if not known:
            names = sorted({each.name for each in options.known_dialects})
            near = get_close_matches(options.dialect, names, cutoff=0.5) or names
            raise BadInput(
                f"dialect = {options.dialect!r} is unknown; near it are {', '.join(near)}. Correct it, or "
                "leave it out and let the header tell"
            )
    if plan.format.kind == "csv" and options.has_header is None and not options.header:
        for bare in _without_header(plan.format, known, upload.key):
            cells = _first_cells(Source(source.path, bare, chunk_bytes=_FIRST_CELLS_BYTES))
            headerless = choose_headerless(
                known, cells, delimiter=bare.delimiter, table=table, key=upload.key
            )
            if headerless is not None:
                header = tuple(headerless.format["header"])
                return replace(plan, dialect=headerless, header=header, format=replace(bare, header=header))
    if plan.format.kind == "json" and not plan.header and table and source.first() is None:
        return replace(plan, dialect=canonical(TABLES[table]))
    first = _first_record(plan, source, engine)
    with _form_told(plan.format):
        dialect = choose_dialect(known, plan.header, table=table, first=first, key=upload.key)
    header = plan.header
    if plan.format.kind == "json":  # a key may be missing from the first records
        header = tuple(dict.fromkeys([*header, *_named(dialect)]))
    form = plan.format
    if (
        form.kind == "csv" and options.quote is None
    ):  # such as quotes that a file does not double inside cells
        form = replace(form, quote=dialect.format.get("quote", form.quote))
    return replace(plan, dialect=dialect, header=header, format=form)


@contextmanager
def _form_told(found: Format) -> Iterator[None]:
    """Tell with what is wrong of the columns what is in doubt of the file's form: it may be the cause."""
    try:
        yield
    except BadInput as exc:
        if not found.doubts:
            raise
        raise BadInput(f"{exc}. Of the file's form: {'; '.join(found.doubts)}") from exc


def _without_header(found: Format, known: Sequence[Dialect], key: str) -> Iterator[Format]:
    """Yield how a file without a header is read: as recognised, and a line a cell where that may be."""
    bare = replace(found, has_header=False)
    yield bare
    if any(each.format.get("delimiter") == ONE_CELL and each.fits_key(key) for each in known):
        yield replace(bare, delimiter=ONE_CELL, quote="", skipped_lines=0, header=("line",), doubts=())


def _first_cells(source: Source) -> list[str]:
    chunk = source.first()
    if chunk is None or not hasattr(chunk, "content"):
        return []
    text = chunk.content[:_FIRST_CELLS_BYTES].decode("utf-8", "replace").lstrip("\r\n")
    if len(source.delimiter) != 1:
        return text.splitlines()[0].split(source.delimiter) if text else []
    quote = source.format.quote
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter, **quoting), [])


def _first_record(plan: Plan, source: Source, engine: DuckEngine) -> dict[str, str]:
    """Return the first non-empty cell of each column, of the first hundred records."""
    if not plan.header:
        return {}
    chunk = source.beginning(_FIRST_RECORDS)
    if chunk is None:
        return {}
    reader = RecordReader(engine, plan, delimiter=source.delimiter)
    try:
        rows = engine.rows(f"SELECT * FROM ({reader.source(chunk)}) LIMIT {_FIRST_RECORDS}")
    finally:
        reader.close()
    first: dict[str, str] = {}
    for row in rows:
        for name in plan.header:
            if row[name] and name not in first:
                first[name] = row[name]
    return first


def _named(dialect: Dialect) -> Iterator[str]:
    for mapping in (dialect.columns, dialect.optional):
        for names in mapping.values():
            yield from (names,) if isinstance(names, str) else names
