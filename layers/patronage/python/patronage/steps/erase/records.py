"""Find a customer's records in an uploaded file, by the column that ingest takes for the customer's id."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from patronage.engines.failures import faults_told
from patronage.engines.reading import Chunk
from patronage.engines.records import RecordReader
from patronage.logic.erase.texts import cells_of_line, forms_of, mentions, same_cell
from patronage.logic.ingest.mapping import mapped_sql
from patronage.logic.ingest.places import places
from patronage.steps.ingest.judging import held_source
from patronage.steps.ingest.planning import make_plan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.engines.records import RowRange, Unsplit
    from patronage.logic.ingest.options import Options
    from patronage.logic.ingest.places import Place
    from patronage.logic.ingest.plan import Plan
    from patronage.settings import Shop
    from patronage.steps.erase.subject import Subject
    from patronage.steps.ingest.planning import Source
    from patronage.steps.ingest.upload import Upload


@dataclass(kw_only=True)
class Records:
    """A customer's records in one file.

    Parameters
    ----------
    plan, source
        How the file is read.
    count : int
        How many there are.
    total : int
        How many records the file holds.
    lines : list of (int, int)
        First and last line of each, from 1: of a text in the file, of a sheet in the rows as CSV.
    places : set of int
        Of JSON documents and of Parquet rows the number of each, from 0.
    sheet_lines : int
        Lines of a sheet's rows as CSV, as far as they were read.
    """

    plan: Plan
    source: Source
    count: int = 0
    total: int = 0
    lines: list[tuple[int, int]] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    sheet_lines: int = 0

    @property
    def is_all(self) -> bool:
        """Whether the file holds nothing else."""
        return 0 < self.count == self.total


def records_of(
    subject: Subject, upload: Upload, engine: DuckEngine, *, shop: Shop, options: Options, folder: Path
) -> Records:
    """Find the records of a customer.

    A record that cannot be cut into its columns is the customer's where any of its cells is the id, or a
    visit or an order of theirs.

    Parameters
    ----------
    subject : Subject
        The customer.
    upload : Upload
        The file.
    engine : DuckEngine
        Reads it.
    shop, options, folder
        As for `make_plan`.

    Raises
    ------
    BadInput
        The file cannot be read, or no dialect fits.
    """
    plan, source = make_plan(upload, engine, shop=shop, options=options, folder=folder)
    found = Records(plan=plan, source=source)
    columns = {column.name for column in plan.table.source_columns}
    # Broken records may name somebody in any table; FALSE would read none of them.
    theirs = subject.rows(columns) if "customer_id" in columns else "record < 0"
    with _faults_told(plan):
        for chunk, look in _looks(plan, source, engine):
            numbers = {row["record"] for row in engine.rows(look.matching(theirs))}
            look.take(found, chunk, numbers, subject)
    return found


def customer_ids(
    upload: Upload, engine: DuckEngine, *, shop: Shop, options: Options, folder: Path
) -> Iterator[str]:
    """Yield the customers' ids of a file, each once a chunk."""
    plan, source = make_plan(upload, engine, shop=shop, options=options, folder=folder)
    if "customer_id" not in {column.name for column in plan.table.source_columns}:
        return
    with _faults_told(plan):
        for _, look in _looks(plan, source, engine):
            sql = f"SELECT DISTINCT customer_id FROM ({look.mapped}) WHERE customer_id IS NOT NULL"
            yield from (row["customer_id"] for row in engine.rows(sql))


def _faults_told(plan: Plan) -> AbstractContextManager[None]:
    return faults_told(is_parquet=plan.format.kind == "parquet", sql_of=plan.sql_of)


def _looks(plan: Plan, source: Source, engine: DuckEngine) -> Iterator[tuple[Chunk | RowRange, _Look]]:
    reader = RecordReader(engine, plan, delimiter=source.delimiter)
    try:
        for chunk in source.chunks():
            relation = held_source(engine, plan, reader.source(chunk))
            yield chunk, _Look(plan, engine, reader, relation)
    finally:
        reader.close()


class _Look:
    """The records of one chunk."""

    def __init__(self, plan: Plan, engine: DuckEngine, reader: RecordReader, relation: str) -> None:
        self._plan, self._engine, self._reader, self._relation = plan, engine, reader, relation
        self.mapped = mapped_sql(_of_every_row(plan), relation)

    def matching(self, condition: str) -> str:
        """Write the query for the records that a condition is true of."""
        return f"SELECT DISTINCT record FROM ({self.mapped}) WHERE {condition}"

    def take(self, found: Records, chunk: Chunk | RowRange, numbers: set[int], subject: Subject) -> None:
        """Add what a chunk holds of the customer to what was found."""
        if not isinstance(chunk, Chunk):
            found.places |= {chunk.start + number - 1 for number in numbers}
            found.count += len(numbers)
            found.total += chunk.stop - chunk.start
            return
        unsplit = self._reader.unsplit()
        doubtful = self._broken()
        placed, others = self._placed(chunk, numbers | doubtful, unsplit, found.sheet_lines)
        cells = subject.cells(self._plan.table.name)
        forms = frozenset(form for cell in cells for form in forms_of(cell)) if doubtful else ()
        chosen = {
            number: place
            for number, place in placed.items()
            if number in numbers or mentions(place.text.encode(), forms)
        }
        theirs = [place for place in others if _is_theirs(place.text, self._plan, cells)]
        found.lines += [_span(place) for place in [*chosen.values(), *theirs]]
        found.places |= {found.total + number - 1 for number in chosen}
        found.count += len(chosen) + len(theirs)
        read = self._engine.row(f"SELECT COUNT(*) AS n FROM ({self._relation})")
        found.total += read["n"] + len(unsplit)
        found.sheet_lines += chunk.content.count(b"\n")

    def _broken(self) -> set[int]:
        """Return the records that are no JSON object: of those only the text can be looked at."""
        if self._plan.format.kind != "json":
            return set()
        rows = self._engine.rows(f"SELECT record FROM ({self._relation}) WHERE is_broken")
        return {row["record"] for row in rows}

    def _placed(
        self, chunk: Chunk, numbers: Collection[int], unsplit: list[Unsplit], sheet_lines: int
    ) -> tuple[dict[int, Place], list[Place]]:
        if not numbers and not unsplit:
            return {}, []
        form = self._plan.format
        is_sheet = form.kind == "xlsx"
        return places(
            chunk.content,
            numbers,
            unsplit={each.start: each.raw.strip("\r\n").count("\n") for each in unsplit},
            quote=form.quote_in_chunks if chunk.has_quotes else "",
            first_line=1 + sheet_lines if is_sheet else chunk.first_line,
            lines=None if is_sheet else chunk.lines,
        )


def _span(place: Place) -> tuple[int, int]:
    return place.line, place.line + place.text.count("\n")


def _is_theirs(raw: str, plan: Plan, wanted: Collection[str]) -> bool:
    cells = cells_of_line(raw, plan.format.delimiter or ",", plan.format.quote)
    return any(same_cell(cell, wanted) for cell in cells)


def _of_every_row(plan: Plan) -> Plan:
    """Return a plan that passes over no row: what ingest leaves aside stands in the file all the same."""
    dialect = plan.dialect
    also = tuple(replace(rows, where="") for rows in dialect.also)
    return replace(plan, dialect=replace(dialect, where="", also=also))
