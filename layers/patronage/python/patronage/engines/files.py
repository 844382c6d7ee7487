"""Load an uploaded file into DuckDB as text, with the number of each record.

`raw` gets one text column a column of the file beside `record`, counted from 1; `unparsed` gets the lines
that the reader could not split into cells: line in the file, position among such lines, raw text, rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from patronage.errors import BadInput
from patronage.logic.queries import identifier, literal

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest import Format


def load_text(path: Path, found: Format, engine: DuckEngine) -> list[str]:
    """Load a file and return its header.

    Raises
    ------
    BadInput
        The file's content is damaged.
    """
    load = _load_parquet if found.kind == "parquet" else _load_csv
    try:
        load(path, found, engine)
    except duckdb.Error as exc:
        what = str(exc).splitlines()[0].replace(str(path), "the file")
        raise BadInput(f"the file is damaged or no {found.kind}: {what}") from exc
    return _header(engine)


def _header(engine: DuckEngine) -> list[str]:
    return [row["column_name"] for row in engine.rows("DESCRIBE raw") if row["column_name"] != "record"]


def _load_csv(path: Path, found: Format, engine: DuckEngine) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in _distinct(found.header))
    engine.table(
        "raw",
        "SELECT ROW_NUMBER() OVER () AS record, * FROM read_csv($path, auto_detect = false, header = true, "
        f"columns = {{{columns}}}, delim = $delimiter, quote = '\"', escape = '\"', "
        f"compression = '{found.compression}', store_rejects = true, rejects_limit = 0)",
        path=str(path),
        delimiter=found.delimiter,
    )
    engine.table("unparsed", _UNPARSED)
    _check_quotes(engine)
    engine.table("line_breaks", _line_breaks(engine))


_UNPARSED = """
SELECT
    line,
    ROW_NUMBER() OVER (ORDER BY line) AS position,
    ANY_VALUE(csv_line) AS raw,
    CASE
        WHEN BOOL_OR(error_type = 'INVALID ENCODING') THEN 'not-readable-as-text'
        WHEN BOOL_OR(error_type = 'UNQUOTED VALUE') THEN 'quotes-unbalanced'
        ELSE 'wrong-column-count'
    END AS rule
FROM reject_errors
GROUP BY line
"""


def _check_quotes(engine: DuckEngine) -> None:
    """Refuse a file in which an open quote swallowed the lines after it: they would be lost in silence."""
    swallowed = engine.row(
        "SELECT MIN(line) AS line FROM unparsed "
        "WHERE rule = 'quotes-unbalanced' AND regexp_matches(raw, '[\\n\\r]')"
    )
    if swallowed["line"] is not None:
        raise BadInput(
            f"line {swallowed['line']} opens a quote that is not closed, so the rows after it cannot be told "
            "apart; close or double the quote there and upload the file again"
        )


def _line_breaks(engine: DuckEngine) -> str:
    """Write the query for the records that hold line breaks inside their cells, and how many."""
    text = f"concat({', '.join(map(identifier, _header(engine)))})"
    return (
        f"SELECT record, LENGTH({text}) - LENGTH(REPLACE({text}, chr(10), '')) AS breaks "
        f"FROM raw WHERE contains({text}, chr(10))"
    )


def _distinct(header: tuple[str, ...]) -> list[str]:
    """Name the columns so that none is empty and no two are alike to DuckDB, which ignores case."""
    names: list[str] = []
    taken = {"record"}
    for place, cell in enumerate(header):
        name = first = cell or f"column{place}"
        count = 0
        while name.lower() in taken:
            count += 1
            name = f"{first}_{count}"
        taken.add(name.lower())
        names.append(name)
    return names


def _load_parquet(path: Path, _found: Format, engine: DuckEngine) -> None:
    engine.scan("parquet_file", [path])
    engine.table(
        "raw", "SELECT ROW_NUMBER() OVER () AS record, CAST(COLUMNS(*) AS VARCHAR) FROM parquet_file"
    )
    engine.table(
        "unparsed",
        "SELECT 0::BIGINT AS line, 0::BIGINT AS position, '' AS raw, '' AS rule WHERE FALSE",
    )
    engine.table("line_breaks", "SELECT 0::BIGINT AS record, 0::BIGINT AS breaks WHERE FALSE")
