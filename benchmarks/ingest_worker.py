"""One run of `benchmarks/ingest.py`, in a process of its own: prints seconds and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

NOW = datetime(2026, 1, 10, tzinfo=UTC)
THREADS = 2
_LINES = """
SELECT
    printf('%09d', 100000000 + CAST(i // 3 AS BIGINT)) AS order_id,
    CAST(i % 3 + 1 AS VARCHAR) AS line,
    CASE WHEN hash(i // 3) % 10 <> 0 THEN printf('C%07d', hash(i // 3 + 7) % 500000) END AS customer_id,
    printf('SKU-%05d', hash(i) % 20000) AS product_id,
    'Product number ' || (hash(i) % 20000) AS description,
    CASE WHEN i % 100000 = 7 THEN 'two' ELSE CAST(1 + hash(i + {shift}) % 5 AS VARCHAR) END AS quantity,
    CAST((hash(i + 2) % 20000) / 100 AS DECIMAL(10,2)) AS unit_price,
    CAST(CASE WHEN hash(i) % 10 = 0 AND hash(i + 2) % 20000 > 200 THEN 1.50 ELSE 0 END AS DECIMAL(10,2))
        AS discount,
    'GBP' AS currency,
    strftime(TIMESTAMP '2023-01-01' + INTERVAL (i // 3 * 9) SECOND, '%Y-%m-%d %H:%M:%S') AS ordered_at,
    ['United Kingdom', 'Germany', 'France', 'EIRE'][1 + CAST(hash(i // 3) % 4 AS INTEGER)] AS country,
    ['web', 'app', 'shop'][1 + CAST(hash(i // 3 + 1) % 3 AS INTEGER)] AS channel
FROM range({first}, {last}) AS lines(i)
"""
_LAKE_COLUMNS = """
SELECT
    order_id, line, customer_id, product_id, description, quantity, unit_price, discount,
    CAST(NULL AS DECIMAL(18,4)) AS tax, CAST(NULL AS DECIMAL(18,4)) AS shipping, currency,
    CAST(0 AS BIGINT) AS net_minor, 'sale' AS kind, CAST(NULL AS VARCHAR) AS refers_to, ordered_at, country,
    channel, CAST(NULL AS TIMESTAMPTZ) AS updated_at, TRUE AS has_line_id,
    TIMESTAMPTZ '2026-01-10 00:00:00+00' AS received_at, 'raw/orders/lines.csv' AS object_key,
    '0123456789abcdef0123456789abcdef' AS object_id
"""


def generate(folder: Path, lines: int, overlap: float) -> None:
    """Write both files; the second begins with corrected orders of the first. One line in 100,000 is bad."""
    start = int(lines * (1 - overlap)) // 3 * 3
    for name, first, shift in (("first", 0, 1), ("second", start, 5)):
        sql = _LINES.format(first=first, last=first + lines, shift=shift)
        duckdb.execute(f"COPY ({sql}) TO '{folder / name}.csv' (HEADER)")


def bare(file: Path) -> None:
    """Copy with DuckDB; it finds out the types by itself, as anyone would let it."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(
        f"COPY ({_LAKE_COLUMNS} FROM read_csv('{file}')) TO '{file}.parquet' "
        "(FORMAT parquet, COMPRESSION snappy)"
    )


def ours(file: Path) -> None:
    """Ingest into the lake beside the file, which `prepare` has left empty or holding the first file."""
    lake = Lake(FolderStore(_lake(file)))
    upload = Upload(
        path=file,
        key=f"raw/orders/{file.name}",
        version="1",
        last_modified=NOW + timedelta(minutes=file.stem == "second"),
    )
    shop = Shop(currency="GBP", timezone="Europe/London")
    report = ingest(upload, lake, shop, now=NOW, workers=THREADS)
    if not report.get("kept"):
        raise SystemExit(f"nothing was ingested: {report}")
    if file.stem == "second" and not report["replaced"]:
        raise SystemExit("nothing was superseded")


def prepare(file: Path) -> None:
    """Make the lake of a run: empty for the first file, a copy of the one that it made for the second."""
    shutil.rmtree(_lake(file), ignore_errors=True)
    if file.stem == "second":
        shutil.copytree(file.parent / "lake-first", _lake(file))


def _lake(file: Path) -> Path:
    return file.parent / f"lake-{file.stem}"


def pandas_chunks(file: Path) -> None:
    """Read with pandas in chunks and append row groups."""
    pa.set_cpu_count(THREADS)
    writer = None
    for chunk in pd.read_csv(file, chunksize=500_000, dtype={"line": str, "order_id": str, "quantity": str}):
        table = pa.Table.from_pandas(chunk, preserve_index=False)
        writer = writer or pq.ParquetWriter(f"{file}.pandas", table.schema, compression="snappy")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def pyarrow_stream(file: Path) -> None:
    """Read with pyarrow's streaming reader and write what it gives."""
    pa.set_cpu_count(THREADS)
    convert = pc.ConvertOptions(column_types={"quantity": pa.string(), "line": pa.string()})
    with (
        pc.open_csv(file, convert_options=convert) as reader,
        pq.ParquetWriter(f"{file}.pyarrow", reader.schema, compression="snappy") as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)


WHO = {"bare": bare, "ours": ours, "pandas": pandas_chunks, "pyarrow": pyarrow_stream}


def main() -> None:
    """Run what the arguments ask for."""
    who, folder, *rest = sys.argv[1:]
    if who == "generate":
        generate(Path(folder), int(rest[0]), float(rest[1]))
        print("{}")
        return
    file = Path(folder) / f"{rest[0]}.csv"
    if who == "ours":
        prepare(file)
    started = time.perf_counter()
    WHO[who](file)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
