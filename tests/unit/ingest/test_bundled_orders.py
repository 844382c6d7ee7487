"""The real orders that the repository ships are the published sheet, cell for cell."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests_support import REPOSITORY, shared

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

pytestmark = pytest.mark.slow

ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
MIB = 1 << 20


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    path = REPOSITORY / "data" / "make_online_retail_ii.py"
    spec = importlib.util.spec_from_file_location("make_online_retail_ii", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_written_back_as_csv_it_is_the_sheet(maker: ModuleType) -> None:
    assert maker.csv_sha256(ORDERS) == maker.CSV_SHA256


def test_every_column_is_text_and_the_raw_counts_are_the_published_ones() -> None:
    columns = duckdb.sql(f"DESCRIBE FROM '{ORDERS}'").fetchall()
    (counts,) = duckdb.sql(
        "SELECT COUNT(*), COUNT(DISTINCT Invoice), COUNT(*) FILTER (Invoice LIKE 'C%'), "
        f"COUNT(*) FILTER (\"Customer ID\" IS NULL) FROM '{ORDERS}'"
    ).fetchall()
    assert {column[1] for column in columns} == {"VARCHAR"}
    assert counts == (525_461, 28_816, 10_206, 107_927)


def test_it_stays_small_and_attributed() -> None:
    assert ORDERS.stat().st_size <= 6 * MIB
    readme = (ORDERS.parent / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in readme
    assert "UCI Machine Learning Repository" in readme


def test_the_script_makes_the_same_file_from_the_sheet(maker: ModuleType, tmp_path: Path) -> None:
    sheet = shared("online-retail-ii/online_retail_2009_2010.csv.gz")
    maker.write_parquet(sheet, tmp_path / "again.parquet")
    cells = f"(FROM '{ORDERS}' EXCEPT ALL FROM '{tmp_path / 'again.parquet'}')"
    assert duckdb.sql(f"SELECT COUNT(*) FROM {cells}").fetchall() == [(0,)]
    assert maker.csv_sha256(tmp_path / "again.parquet") == maker.CSV_SHA256
