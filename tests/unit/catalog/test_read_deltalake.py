"""`awswrangler.s3.read_deltalake` gives back what DuckDB wrote, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import awswrangler as wr
import pandas as pd
import pytest

from lake_support import add_part, files_of
from patronage.logic.tables import ORDERS
from patronage.steps.compact import compact
from patronage.stores.objects import FolderStore

ROWS = """
    SELECT * FROM (VALUES
        ('0042', '1', NULL, 'p/é', -2.0000, 99999999999999.9999, 0.0001, -19999999999999999, NULL, NULL),
        ('1e5', '2', 'c1', 'p2', 1.5, 0, NULL, 9007199254740993,
            TIMESTAMPTZ '2025-03-30 01:30:00.123456+00', true),
        ('', '3', '', '', 0.3333, 12.3456, 2, 0, TIMESTAMPTZ '1970-01-01 00:00:00+05:30', false)
    ) AS r(order_id, line, customer_id, product_id, quantity, unit_price, discount, net_minor, ordered_at,
        has_line_id)
"""
EXPECTED = {
    "order_id": ["0042", "1e5", ""],
    "customer_id": [None, "c1", ""],
    "product_id": ["p/é", "p2", ""],
    "quantity": [Decimal("-2.0000"), Decimal("1.5000"), Decimal("0.3333")],
    "unit_price": [Decimal("99999999999999.9999"), Decimal("0.0000"), Decimal("12.3456")],
    "discount": [Decimal("0.0001"), None, Decimal("2.0000")],
    "net_minor": [-19999999999999999, 9007199254740993, 0],
    "ordered_at": [
        None,
        datetime(2025, 3, 30, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(1969, 12, 31, 18, 30, tzinfo=UTC),
    ],
    "has_line_id": [None, True, False],
    "country": [None, None, None],
}


@pytest.fixture
def store(tmp_path, client):
    opened = FolderStore(tmp_path)
    add_part(tmp_path / "lake" / "orders", ORDERS, "a", ROWS)
    return opened


def cells(column):
    """Return a column's cells as plain values, None for null."""
    values = (cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell for cell in column)
    return [None if cell is pd.NA or cell is pd.NaT else cell for cell in values]


def read(store, **options):
    return wr.s3.read_deltalake(store.uri("lake/orders"), **options).sort_values("line")


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_every_value_comes_back_equal(store, backend):
    frame = read(store, dtype_backend=backend)
    assert list(frame.columns) == [column.name for column in ORDERS.columns]
    assert {name: cells(frame[name]) for name in EXPECTED} == EXPECTED


def test_and_equal_after_compaction(store, tmp_path):
    more = "SELECT 'o' || i AS order_id, '4' AS line FROM range(10) r(i)"
    add_part(tmp_path / "lake" / "orders", ORDERS, "b", more)
    before = read(store)
    assert len(files_of(tmp_path / "lake" / "orders")) == 2
    compact(store, keep_days=7)
    assert len(files_of(tmp_path / "lake" / "orders")) == 1
    after = read(store)
    pd.testing.assert_frame_equal(
        *(each.sort_values("order_id").reset_index(drop=True) for each in (before, after))
    )
    assert {name: cells(after[name])[:3] for name in EXPECTED} == EXPECTED
