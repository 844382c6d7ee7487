"""Write an uploaded file anew without some of its records."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from patronage.engines.reading import Chunk
from patronage.engines.repacking import has_line_each, newline_of, repacked
from patronage.logic.erase.documents import without_documents
from patronage.logic.erase.lines import without_lines
from patronage.logic.erase.texts import forms_of, mentions
from patronage.logic.ingest.recognition import is_one_list
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.steps.erase.records import Records
    from patronage.steps.erase.subject import Subject

_NARROW = frozenset({"utf-8", "windows-1252"})


def rewrite(records: Records, path: Path, target: Path, subject: Subject, engine: DuckEngine) -> str:
    """Write a file without a customer's records, and say into what it was turned, where it was.

    Of a text every other byte stays what it was, and it is packed as before. A sheet becomes CSV of what
    ingest reads of it, since a workbook keeps texts in more places than its cells; a packed Parquet file
    becomes a plain one.

    Parameters
    ----------
    records : Records
        What goes.
    path, target : Path
        The file, and where the new one is written.
    subject : Subject
        The customer; what else a zip holds of files that mention them is left out.
    engine : DuckEngine
        Writes Parquet.

    Returns
    -------
    str
        ``csv`` or ``parquet`` where the form is another; else empty.
    """
    form = records.plan.format
    if form.kind == "parquet":
        _parquet(records, target, engine)
        return "parquet" if form.compression != "none" else ""
    if form.kind == "xlsx":
        target.write_bytes(b"".join(_sheet(records)))
        return "csv"
    forms = forms_of(subject.customer_id)
    newline = newline_of(path, form) if has_line_each(path, form) else b""

    def change(blocks: Iterator[bytes]) -> Iterator[bytes]:
        return without_lines(blocks, records.lines, newline) if newline else _documents(records, blocks)

    repacked(path, form, target, change, left_out=lambda content: mentions(content, forms))
    return ""


def _documents(records: Records, blocks: Iterator[bytes]) -> Iterator[bytes]:
    form = records.plan.format
    # What makes JSON's structure is ASCII, so that any byte may stand for a character here.
    encoding = "latin-1" if form.encoding in _NARROW else form.encoding
    errors = "strict" if form.encoding in _NARROW else "surrogatepass"
    text = b"".join(blocks).decode(encoding, errors)
    one_list = form.shape == "object" and is_one_list(
        text.removeprefix("\xef\xbb\xbf").removeprefix("\ufeff")
    )
    rest = without_documents(text, records.places, shape=form.shape, is_one_list=one_list)
    yield rest.encode(encoding, errors)


def _sheet(records: Records) -> Iterator[bytes]:
    if records.plan.format.has_header:
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(records.plan.format.header)
        yield header.getvalue().encode()
    rows = (chunk.content for chunk in records.source.chunks() if isinstance(chunk, Chunk))
    yield from without_lines(rows, records.lines, b"\n")


def _parquet(records: Records, target: Path, engine: DuckEngine) -> None:
    gone = ", ".join(map(str, sorted(records.places)))
    source = f"read_parquet({literal(str(records.source.path))}, file_row_number = true)"
    engine.parquet(
        f"SELECT * EXCLUDE (file_row_number) FROM {source} WHERE file_row_number NOT IN ({gone})", target
    )
