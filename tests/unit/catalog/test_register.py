"""Registering in a small Glue: what is written, and that a second time nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

import serving_support as support
from glue_support import FakeGlue
from patronage.logic.tables import ORDERS, PRODUCTS, Column
from patronage.steps.catalog import register
from patronage.stores.glue import GlueDatabase
from patronage.stores.objects import FolderStore

DATABASE = "patronage"


class Bucket(FolderStore):
    """A folder that is addressed as a bucket is."""

    def uri(self, key: str) -> str:
        return f"s3://lake/{key}"

    def close(self) -> None:
        """Keep the folder."""


@pytest.fixture
def glue():
    return FakeGlue()


@pytest.fixture
def store(tmp_path):
    opened = Bucket(tmp_path)
    opened.write_bytes("lake/orders/_delta_log/00000000000000000000.json", b"{}")
    opened.write_bytes("lake/reports/ingest/1.json", b"{}")
    return opened


def fates(glue, store, **options):
    return register(store, GlueDatabase(DATABASE, session=glue.session), **options)["tables"]


def test_what_the_lake_holds_is_registered_as_athena_would(glue, store):
    assert fates(glue, store) == {"orders": "created"}
    assert glue.writes == ["create patronage.orders"]
    table = glue.tables["orders"]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["Description"].startswith("one line of an order")
    marks = {
        name: table["Parameters"][name] for name in ("EXTERNAL", "table_type", "spark.sql.sources.provider")
    }
    assert marks == {"EXTERNAL": "TRUE", "table_type": "delta", "spark.sql.sources.provider": "delta"}
    storage = table["StorageDescriptor"]
    assert storage["Location"] == storage["SerdeInfo"]["Parameters"]["path"] == "s3://lake/lake/orders/"
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("lazy.LazySimpleSerDe")
    columns = {column["Name"]: (column["Type"], column["Comment"]) for column in storage["Columns"]}
    assert list(columns) == [column.name for column in ORDERS.columns]
    assert columns["quantity"] == (
        "decimal(18,4)",
        "pieces; negative where goods or money came back",
    )
    assert table["PartitionKeys"] == []


def test_nothing_says_that_the_files_of_the_folder_are_the_table(glue, store):
    fates(glue, store)
    assert "parquet" not in str(glue.tables["orders"]).lower()


def test_a_second_time_changes_nothing(glue, store):
    fates(glue, store)
    assert fates(glue, store) == {"orders": "unchanged"}
    assert glue.writes == ["create patronage.orders"]


def test_a_new_table_of_the_lake_comes_in(glue, store):
    fates(glue, store)
    store.write_bytes("lake/products/_delta_log/00000000000000000000.json", b"{}")
    assert fates(glue, store) == {"orders": "unchanged", "products": "created"}


@pytest.mark.parametrize(
    "changed",
    [
        replace(
            ORDERS, columns=(*ORDERS.columns, Column(name="weight", type="BIGINT", meaning="its weight"))
        ),
        replace(ORDERS, columns=ORDERS.columns[:-1]),
        replace(ORDERS, columns=(replace(ORDERS.columns[0], type="BIGINT"), *ORDERS.columns[1:])),
        replace(ORDERS, columns=(replace(ORDERS.columns[0], meaning="another"), *ORDERS.columns[1:])),
        replace(ORDERS, meaning="something else"),
    ],
    ids=["column added", "column gone", "type", "comment", "description"],
)
def test_a_changed_schema_updates_the_table(glue, store, changed):
    fates(glue, store)
    assert fates(glue, store, tables={"orders": changed}) == {"orders": "updated"}
    columns = glue.tables["orders"]["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in columns] == [column.name for column in changed.columns]
    assert fates(glue, store, tables={"orders": changed}) == {"orders": "unchanged"}


def test_what_athena_adds_to_the_properties_is_no_change(glue, store):
    fates(glue, store)
    glue.tables["orders"]["Parameters"]["delta.lastUpdateVersion"] = "7"
    assert fates(glue, store) == {"orders": "unchanged"}


def test_an_entry_that_someone_bent_is_set_right(glue, store):
    fates(glue, store)
    glue.tables["orders"]["Parameters"] = {}
    assert fates(glue, store) == {"orders": "updated"}
    assert glue.tables["orders"]["Parameters"]["table_type"] == "delta"


def test_what_analysts_added_to_the_database_stays(glue, store):
    theirs = {"Name": "my_view", "DatabaseName": DATABASE, "StorageDescriptor": {}}
    glue.tables["my_view"] = theirs
    assert fates(glue, store) == {"orders": "created"}
    assert glue.tables["my_view"] is theirs


def test_an_empty_lake_registers_nothing(glue, store):
    assert fates(glue, store, tables={"products": PRODUCTS}) == {}


def test_the_function_answers_the_event_of_the_machine(glue, store, monkeypatch):
    monkeypatch.setenv("PATRONAGE_GLUE_DATABASE", DATABASE)
    monkeypatch.setattr("patronage.runtime.lake", lambda: store)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", glue.session)
    catalog = support.fresh_function("catalog")
    answer = catalog(support.event("states-catalog-register"))
    assert answer == {"database": DATABASE, "tables": {"orders": "created"}}
