"""A Parquet file of very many equal rows is small in every count of bytes, and refused by its cells."""

from __future__ import annotations

import duckdb
import pytest

from patronage.engines.reading import check_cells
from patronage.errors import BadInput
from patronage.steps.ingest import Upload, ingest
from tests_support import NOW

ROWS = 2_000_000
ORDERS = (
    "SELECT 'o' || {order} AS order_id, 'c' AS customer_id, 'p' AS product_id, 1 AS quantity, "
    "2.00 AS unit_price, TIMESTAMPTZ '2025-03-01' AS ordered_at FROM range({rows}) AS t(i)"
)


@pytest.mark.parametrize(
    ("rows", "columns", "size", "is_refused"),
    [
        (10_747_890, 12, 200 << 20, False),  # what a large shop exports
        (80_000_000, 12, 1_000_000_000, False),
        (1 << 30, 1, 4_000, False),
        ((1 << 30) + 1, 1, 4_000, True),
        (1_000_000_000, 12, 50_000_000, True),
        (1_000_000_000, 12, 60_000_000, False),
    ],
)
def test_cells_are_bounded_by_the_size_of_the_file(rows, columns, size, is_refused):
    if is_refused:
        with pytest.raises(BadInput, match=rf"{rows:,} rows of {columns} columns"):
            check_cells(rows, columns, size)
    else:
        check_cells(rows, columns, size)


@pytest.mark.parametrize(("order", "rows", "is_refused"), [("''", ROWS, True), ("i", 20_000, False)])
def test_a_small_file_of_very_many_equal_rows_is_refused_with_words(
    order, rows, is_refused, tmp_path, lake, shop, monkeypatch
):
    monkeypatch.setattr("patronage.engines.reading._parquet._FREE_CELLS", 10_000)
    path = tmp_path / "orders.parquet"
    duckdb.sql(ORDERS.format(order=order, rows=rows)).write_parquet(str(path))
    upload = Upload(path=path, key="raw/orders/orders.parquet", version="1", last_modified=NOW)
    report = ingest(upload, lake, shop, now=NOW)
    if is_refused:
        assert f"{ROWS:,} rows of 6 columns" in report["problem"]
        assert "split the table" in report["problem"]
    else:
        assert report["kept"] == rows
