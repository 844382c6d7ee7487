"""The rows of an uploaded file that break a rule: counted for the report, kept in the quarantine."""

from __future__ import annotations

import csv
import io
import json
import string
from collections import Counter
from typing import TYPE_CHECKING, Any

from patronage.engines.records import RowRange
from patronage.logic.ingest.places import places, written_texts
from patronage.logic.ingest.recognition import split_records
from patronage.logic.ingest.rules import rules_by_name
from patronage.logic.queries import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckSession
    from patronage.engines.reading import Chunk
    from patronage.engines.records import Unsplit
    from patronage.logic.ingest.places import Place
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.ingest.recognition import Format
    from patronage.logic.tables import Table
    from patronage.steps.ingest.chunks import Pass
    from patronage.steps.ingest.judging import Judged
    from patronage.stores.objects import ObjectStore

_WITHOUT_TEXT = frozenset({"xlsx", "parquet"})


def write_refused(
    session: DuckSession,
    job: Pass,
    chunk: Chunk | RowRange,
    judged: Judged,
    *,
    path: Path,
) -> Counter[str]:
    """Write the refused rows of a chunk: object, line, column, rule, sentence, raw; one JSON object a line.

    `raw` is the row's own text in the file, without its line end; of XLSX and Parquet, which have no text, a
    JSON list of its cells. Rows without a single filled cell, such as a spreadsheet leaves below its table,
    are no rows: they are left out.

    Parameters
    ----------
    session : DuckSession
        Holds `judged`.
    job : Pass
        The file.
    chunk : Chunk or RowRange
        Where the rows come from.
    judged : Judged
        What else is known of them.
    path : Path
        The file to write.

    Returns
    -------
    Counter
        How many rows were left out, by the rule that they break.
    """
    found_broken = "SELECT record, rule FROM judged WHERE rule IS NOT NULL ORDER BY record"
    broken = [(row["record"], row["rule"]) for row in session.rows(found_broken)] if judged.broken else []
    if isinstance(chunk, RowRange):
        found = _cells_of_rows(session, job.plan, chunk, judged.source)
        lines = [(*found[record], rule) for record, rule in broken]
    else:
        is_row_each = not job.plan.dialect.reads_raw_twice
        count = judged.rows if is_row_each else None
        lines = _lines_of_text(job, chunk, judged.unsplit, broken, count=count)
    rules = rules_by_name(job.plan.table)
    blank: Counter[str] = Counter()
    is_blank = _blank_told(job)
    with path.open("w", encoding="utf-8") as file:
        for line, raw, name in sorted(lines, key=lambda each: each[0]):
            if is_blank(raw):
                blank[name] += 1
                continue
            rule = rules[name]
            row = {
                "object": job.upload.key,
                "line": line,
                "column": rule.column,
                "rule": name,
                "sentence": rule.sentence,
                "raw": raw,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return blank


def _blank_told(job: Pass) -> Callable[[str], bool]:
    """Return what tells the `raw` of a row without a filled cell."""
    form = job.plan.format
    if form.kind == "json":
        return lambda _: False
    has_text = form.kind not in _WITHOUT_TEXT
    nothing = f"{job.delimiter}{form.quote}{string.whitespace}\u00a0"

    def is_blank(raw: str) -> bool:
        rest = raw.lstrip(nothing)
        if not raw or (has_text and rest and not rest[0].isspace()):
            return False  # nearly every row of a text ends here, uncut
        cells = cells_of(raw, form)
        return not rest if cells is None else not any(cell.strip() for cell in cells)

    return is_blank


def cells_of(raw: str, form: Format) -> list[str] | None:
    """Return the cells of a refused row of a table, or None where it cannot be cut into cells.

    Parameters
    ----------
    raw : str
        As the quarantine has it.
    form : Format
        Of the file.
    """
    if form.kind in _WITHOUT_TEXT:
        return [str(cell) for cell in json.loads(raw or "[]")]
    records = split_records(raw.split("\n"), form.delimiter or ",", form.quote, most=1)
    if records is None:
        return None
    return list(records[0].cells) if records else []


def _lines_of_text(
    job: Pass,
    chunk: Chunk,
    unsplit: Sequence[Unsplit],
    broken: list[tuple[int, str]],
    *,
    count: int | None,
) -> list[tuple[int, str, str]]:
    form = job.plan.format
    found, others = places(
        chunk.content,
        {record for record, _ in broken},
        unsplit={each.start: each.raw.strip("\r\n").count("\n") for each in unsplit},
        quote=form.quote_in_chunks if chunk.has_quotes else "",
        first_line=chunk.first_line,
        lines=chunk.lines,
        count=count,
        line_ends=chunk.line_ends,
    )
    raw = _raw_told(form, chunk, [*found.values(), *others])
    told = [
        (found[record].line, raw(found[record]), rule) if record in found else (chunk.first_line, "", rule)
        for record, rule in broken
    ]
    return told + [(place.line, raw(place), each.rule) for place, each in zip(others, unsplit, strict=False)]


def _raw_told(form: Format, chunk: Chunk, found: Sequence[Place]) -> Callable[[Place], str]:
    """Return what tells the `raw` of a record that was found in a chunk."""
    if form.kind == "xlsx":
        return lambda place: _sheet_cells(place.text, form.quote_in_chunks)
    if chunk.written is None:
        return lambda place: place.text
    texts = written_texts(found, chunk.written, chunk.first_line)
    return lambda place: texts[place.line]


def _sheet_cells(text: str, quote: str) -> str:
    """Return a sheet's row, which its chunk has as CSV, as a JSON list of its cells."""
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), quotechar=quote), [])
    except csv.Error:
        cells = [text]
    return json.dumps(cells, ensure_ascii=False)


def _cells_of_rows(
    session: DuckSession, plan: Plan, rows: RowRange, source: str
) -> dict[int, tuple[int, str]]:
    cells = ", ".join(f"COALESCE({identifier(name)}, '')" for name in plan.header)
    found = session.rows(
        f"SELECT record, CAST(to_json([{cells}]) AS VARCHAR) AS raw FROM ({source}) "
        "WHERE record IN (SELECT record FROM judged WHERE rule IS NOT NULL)"
    )
    return {row["record"]: (rows.start + row["record"], row["raw"]) for row in found}


def counted(by_rule: Counter[str], table: Table) -> dict[str, Any]:
    """Return what a report says of the refused rows, the commonest reason first."""
    ordered = dict(sorted(by_rule.items(), key=lambda item: (-item[1], item[0])))
    rules = rules_by_name(table)
    return {
        "refused": by_rule.total(),
        "refused_by_rule": ordered,
        "rules": {name: rules[name].sentence for name in ordered},
    }


def quarantine(store: ObjectStore, key: str, refused: Iterable[Path]) -> None:
    """Put the refused rows of the chunks together in the lake."""
    with store.writing(key) as path, path.open("wb") as whole:
        for content in _contents(refused):
            whole.write(content)


def _contents(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                yield block
