"""Rewrite the UCI sheet "Year 2009-2010" as Parquet without changing a cell.

Usage::

    python data/make_online_retail_ii.py online_retail_2009_2010.csv.gz

The source is the sheet as CSV, plain or gzip. Every column stays text, so that `13085.0`, `2.1` and
`WHITE CHERRY LIGHTS ` (with its blank) come out as they went in; an empty cell becomes a null. Rows keep
the file's order. The result is checked against the sha256 of the CSV before it replaces anything.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).with_name("online-retail-ii-2009-2010.parquet")
CSV_SHA256 = "17181af53059386e360acb2714218558ef526f84acacc768ebbdd3a35623d941"
"""Of the sheet as CSV: UTF-8, line feeds, quotes only where a cell needs them."""


def main() -> None:
    """Write the Parquet file beside this script."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("give one argument: the path of the 2009-2010 sheet as CSV, plain or gzip")
    unchecked = TARGET.with_suffix(".unchecked")
    write_parquet(Path(sys.argv[1]), unchecked)
    found = csv_sha256(unchecked)
    if found != CSV_SHA256:
        unchecked.unlink()
        sys.exit(f"the CSV's sha256 would be {found}, not {CSV_SHA256}: this is another sheet")
    unchecked.replace(TARGET)


def write_parquet(source: Path, target: Path) -> None:
    """Copy a CSV file's cells as text, in the file's order."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # the same bytes on every machine
        connection.execute(
            "COPY (FROM read_csv($source, all_varchar = true, header = true, delim = ',', quote = '\"')) "
            "TO $target (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 600000)",
            {"source": str(source), "target": str(target)},
        )


def csv_sha256(parquet: Path) -> str:
    """Return the sha256 of the file written as CSV again."""
    digest = hashlib.sha256()
    for rows in _batches(parquet):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        digest.update(text.getvalue().encode())
    return digest.hexdigest()


def _batches(parquet: Path) -> Iterator[list[tuple[str | None, ...]]]:
    with duckdb.connect() as connection:
        rows = connection.execute("FROM read_parquet($path)", {"path": str(parquet)})
        yield [tuple(column[0] for column in rows.description)]
        while batch := rows.fetchmany(50_000):
            yield batch


if __name__ == "__main__":
    main()
