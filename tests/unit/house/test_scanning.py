"""Objects are staged for an engine on this machine, and named for one that reads where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake_support import add_part
from patronage.engines.duckdb import DuckEngine
from patronage.engines.opening import open_engine, opening
from patronage.errors import NotFound
from patronage.logic.tables import ORDERS
from patronage.settings import Shop
from patronage.steps.scanning import scan_objects, scan_snapshot


class Distant:
    """An engine whose machines open addresses themselves."""

    reads_in_place = True

    def __init__(self) -> None:
        self.scanned = {}

    def scan(self, name, files):
        self.scanned[name] = files


class Addressed:
    """A store whose objects are not on this machine."""

    def uri(self, key):
        return f"s3://shop/{key}"

    def staged(self, key):
        raise AssertionError(f"{key} was staged")


def test_an_engine_that_reads_in_place_is_told_addresses():
    engine = Distant()
    scan_objects("rows", ["runs/1/a.parquet", "runs/1/b.parquet"], Addressed(), engine)
    assert engine.scanned == {"rows": ["s3://shop/runs/1/a.parquet", "s3://shop/runs/1/b.parquet"]}


def test_a_version_of_a_table_is_staged_or_named_file_by_file(lake):
    rows = "SELECT 'o1' AS order_id, 'p' AS product_id, 1 AS quantity"
    for content in ("one", "two"):
        add_part(Path(lake.store.uri("lake/orders")), ORDERS, content, rows)
    engine = Distant()
    scan_snapshot("orders", lake.snapshot("orders"), engine)
    assert engine.scanned["orders"] == sorted(engine.scanned["orders"])
    assert [Path(uri) for uri in engine.scanned["orders"]] == lake.snapshot("orders").files()
    with DuckEngine(Shop()) as duck:
        scan_snapshot("orders", lake.snapshot("orders"), duck)
        assert duck.row("SELECT COUNT(*) AS n FROM orders") == {"n": 2}


def test_what_is_not_there_is_told_before_a_query(store):
    with DuckEngine(Shop()) as engine, pytest.raises(NotFound, match=r"gone\.parquet"):
        scan_objects("rows", ["gone.parquet"], store, engine)


def test_steps_open_duckdb_unless_an_edge_says_otherwise():
    class Other(DuckEngine):
        pass

    with opening(Other), open_engine(Shop()) as engine:
        assert isinstance(engine, Other)
    with open_engine(Shop()) as engine:
        assert type(engine) is DuckEngine


def test_tables_and_views_are_dropped_alike():
    with DuckEngine(Shop()) as engine:
        engine.table("t", "SELECT 1 AS n, 'a' AS text")
        engine.view("v", "FROM t")
        assert engine.columns("v") == {"n": "INTEGER", "text": "VARCHAR"}
        for name in ("v", "t", "never_there"):
            engine.drop(name)
        assert (
            engine.rows("SELECT table_name FROM information_schema.tables WHERE table_name IN ('t', 'v')")
            == []
        )
