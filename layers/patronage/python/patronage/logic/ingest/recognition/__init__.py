"""Recognise a file's container, encoding, kind and table by its content, from bytes and texts in memory."""

from patronage.logic.ingest.recognition._cells import BLANKS, ONE_CELL, split_records, tabs_for_blanks
from patronage.logic.ingest.recognition._cuts import Cutting
from patronage.logic.ingest.recognition._encoding import (
    is_mostly_utf8,
    recognise_encoding,
    sample_text,
    windows_1252_text,
    without_mark,
)
from patronage.logic.ingest.recognition._format import Format
from patronage.logic.ingest.recognition._given import GIVEN, Given, read_given
from patronage.logic.ingest.recognition._json import (
    DECODER,
    has_document_a_line,
    is_one_list,
    json_shape,
    looks_like_json,
    refuse_bare_values,
)
from patronage.logic.ingest.recognition._line_ends import even_line_ends, line_break
from patronage.logic.ingest.recognition._members import choose_member, is_workbook
from patronage.logic.ingest.recognition._sheets import (
    SAMPLE_ROWS,
    Cell,
    Sheet,
    cell_text,
    choose_sheet,
    recognise_sheet,
)
from patronage.logic.ingest.recognition._signatures import (
    check_parquet_tail,
    container,
    refuse_other_files,
    refuse_other_texts,
)
from patronage.logic.ingest.recognition._table import Table, recognise_csv

__all__ = [
    "BLANKS",
    "Cell",
    "Cutting",
    "DECODER",
    "Format",
    "GIVEN",
    "Given",
    "ONE_CELL",
    "SAMPLE_ROWS",
    "Sheet",
    "Table",
    "cell_text",
    "check_parquet_tail",
    "choose_member",
    "choose_sheet",
    "container",
    "even_line_ends",
    "has_document_a_line",
    "is_mostly_utf8",
    "is_one_list",
    "is_workbook",
    "json_shape",
    "line_break",
    "looks_like_json",
    "read_given",
    "recognise_csv",
    "recognise_encoding",
    "recognise_sheet",
    "refuse_bare_values",
    "refuse_other_files",
    "refuse_other_texts",
    "sample_text",
    "split_records",
    "tabs_for_blanks",
    "windows_1252_text",
    "without_mark",
]
