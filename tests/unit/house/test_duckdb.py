from __future__ import annotations

import io
from decimal import Decimal

import numpy as np
import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.logic.arrays import read_npz
from patronage.settings import Shop


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2025-03-30T00:59:59Z", "2025-03-30"),  # London goes an hour ahead at 01:00 UTC
        ("2025-03-29T23:59:59Z", "2025-03-29"),
        ("2025-03-30T23:00:00Z", "2025-03-31"),
        ("2025-10-26T00:30:00Z", "2025-10-26"),  # and back
        ("2025-10-25T23:00:00Z", "2025-10-26"),
        ("2025-10-26T23:59:59Z", "2025-10-26"),
    ],
)
def test_days_are_cut_in_the_shops_zone_at_both_changes_of_the_clock(instant, day):
    with DuckEngine(Shop(timezone="Europe/London")) as engine:
        found = engine.row("SELECT CAST(shop_day(CAST($t AS TIMESTAMPTZ)) AS VARCHAR) AS day", t=instant)
    assert found == {"day": day}


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("JPY", "2.5", 2), ("JPY", "3.5", 4), ("KWD", "0.0005", 0), ("GBP", "-0.015", -2)],
)
def test_amounts_are_rounded_to_the_currencys_own_minor_unit(currency, amount, minor):
    with DuckEngine(Shop(currency=currency)) as engine:
        found = engine.row("SELECT to_minor(CAST($a AS DECIMAL(38, 8))) AS minor", a=Decimal(amount))
    assert found == {"minor": minor}


def test_in_a_lambda_duckdb_leaves_memory_to_the_rest(monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008")
    with DuckEngine(Shop()) as engine:
        assert engine.row("SELECT current_setting('memory_limit') AS m")["m"].startswith("1.6 GiB")


def test_large_results_come_in_chunks(tmp_path):
    with DuckEngine(Shop()) as engine:
        chunks = list(engine.chunks("SELECT range AS n FROM range(2500)", size=1000))
        engine.parquet("SELECT 1 AS n", tmp_path / "it's.parquet")
        engine.scan("again", [tmp_path / "it's.parquet"])
        assert engine.rows("FROM again") == [{"n": 1}]
    assert [len(chunk) for chunk in chunks] == [1000, 1000, 500]


def test_arrays_become_a_table_whose_nan_is_null():
    content = io.BytesIO()
    whole = np.arange(3, dtype=np.int32)
    np.savez(content, label=whole, share=np.array([0.5, np.nan, 1]), range=np.arange(6.0).reshape(3, 2))
    with DuckEngine(Shop()) as engine:
        engine.arrays("found", read_npz(content.getvalue()))
        rows = engine.rows("FROM found ORDER BY idx")
    assert rows == [
        {"label": 0, "share": 0.5, "range_0": 0, "range_1": 1, "idx": 0},
        {"label": 1, "share": None, "range_0": 2, "range_1": 3, "idx": 1},
        {"label": 2, "share": 1, "range_0": 4, "range_1": 5, "idx": 2},
    ]


def test_arrays_without_a_row_keep_their_columns():
    content = io.BytesIO()
    np.savez(content, label=np.zeros(0, dtype=np.int64), share=np.zeros(0, dtype=np.float32))
    with DuckEngine(Shop()) as engine:
        engine.arrays("found", read_npz(content.getvalue()))
        assert engine.rows("FROM found") == []
        assert engine.row("SELECT SUM(label) AS n, MAX(share) AS m, COUNT(idx) AS i FROM found")["i"] == 0
