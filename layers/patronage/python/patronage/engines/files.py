"""Load an uploaded file into DuckDB as text, with the number of each record.

`raw` gets one text column a column of the file beside `record`, counted from 1; `unparsed` gets the lines
that the reader could not split into cells: line in the file, position among such lines, raw text, rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from patronage.errors import BadInput

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
    return [row["column_name"] for row in engine.rows("DESCRIBE raw") if row["column_name"] != "record"]


def _load_csv(path: Path, found: Format, engine: DuckEngine) -> None:
    engine.table(
        "raw",
        "SELECT ROW_NUMBER() OVER () AS record, * FROM read_csv($path, all_varchar = true, header = true, "
        f"delim = $delimiter, quote = '\"', escape = '\"', compression = '{found.compression}', "
        "store_rejects = true, rejects_limit = 0, null_padding = false)",
        path=str(path),
        delimiter=found.delimiter,
    )
    engine.table(
        "unparsed",
        "SELECT line, ROW_NUMBER() OVER (ORDER BY line) AS position, ANY_VALUE(csv_line) AS raw, "
        "CASE WHEN BOOL_OR(error_type = 'INVALID ENCODING') THEN 'not-readable-as-text' "
        "ELSE 'wrong-column-count' END AS rule FROM reject_errors GROUP BY line",
    )


def _load_parquet(path: Path, _found: Format, engine: DuckEngine) -> None:
    engine.scan("parquet_file", [path])
    engine.table(
        "raw", "SELECT ROW_NUMBER() OVER () AS record, CAST(COLUMNS(*) AS VARCHAR) FROM parquet_file"
    )
    engine.table(
        "unparsed",
        "SELECT 0::BIGINT AS line, 0::BIGINT AS position, '' AS raw, '' AS rule WHERE FALSE",
    )
