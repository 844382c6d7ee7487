"""The catalogue's entries say what the lake's files hold."""

from __future__ import annotations

import json

import pytest
from deltalake import DeltaTable

from lake_support import add_part
from patronage.errors import BadInput
from patronage.logic.glue import entry_of, glue_type
from patronage.logic.tables import ORDERS, TABLES

GLUE_COMMENT = 255
GLUE_DESCRIPTION = 2048


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_has_a_type_and_a_comment_that_glue_takes(table):
    entry = entry_of(table)
    names = [column.name for column in table.columns]
    assert list(entry.types) == list(entry.comments) == names
    assert all(0 < len(text) <= GLUE_COMMENT for text in entry.comments.values())
    assert 0 < len(entry.description) <= GLUE_DESCRIPTION


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_schema_for_spark_is_the_one_of_the_delta_log(table, tmp_path):
    told = json.loads(entry_of(table).properties["spark.sql.sources.schema.part.0"])
    add_part(tmp_path / table.name, table, "a", f"SELECT 'x' AS {table.columns[1].name}")
    assert told == json.loads(DeltaTable(str(tmp_path / table.name)).schema().to_json())


def test_a_delta_table_reads_duckdb_s_files_by_those_types(tmp_path):
    row = """
        SELECT 'o1' AS order_id, 1.5 AS quantity, 12.3456 AS unit_price, 1852 AS net_minor,
        TIMESTAMPTZ '2025-03-30 01:30:00.123456+00' AS ordered_at, true AS has_line_id
    """
    add_part(tmp_path / "orders", ORDERS, "a", row)
    read = DeltaTable(str(tmp_path / "orders")).to_pyarrow_table().to_pylist()[0]
    assert (str(read["quantity"]), str(read["unit_price"])) == ("1.5000", "12.3456")
    assert (read["net_minor"], read["has_line_id"], read["customer_id"]) == (1852, True, None)
    assert read["ordered_at"].isoformat() == "2025-03-30T01:30:00.123456+00:00"


def test_the_types_by_name():
    types = entry_of(ORDERS).types
    assert (types["order_id"], types["quantity"], types["net_minor"]) == ("string", "decimal(18,4)", "bigint")
    assert (types["ordered_at"], types["has_line_id"]) == ("timestamp", "boolean")
    assert entry_of(TABLES["calendar"]).types["day"] == "date"


def test_a_type_without_a_name_in_glue_is_told():
    with pytest.raises(BadInput, match=r"INTERVAL has no name in Glue.*logic/glue\.py"):
        glue_type("INTERVAL")


def test_a_comment_names_the_unit():
    comments = entry_of(ORDERS).comments
    assert comments["unit_price"] == "price of one piece (`currency`)"
    assert comments["quantity"] == "pieces; negative where goods or money came back"
    assert comments["order_id"] == "the shop's id of the order, byte for byte"
