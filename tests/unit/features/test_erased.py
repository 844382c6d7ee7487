"""An erased customer's features are gone from the run and from the serving table."""

from __future__ import annotations

import duckdb

import serving_support as support
from patronage.logic.serve.keys import item_key
from patronage.settings import Shop
from patronage.steps.erase.runs import RunEraser
from patronage.steps.erase.subject import Subject
from patronage.steps.features.publishing import NAMES, VALUES
from patronage.stores.objects import read_json, write_json

SHOP = Shop(currency="GBP", timezone="Europe/London")


def test_values_go_from_the_run_and_its_generation(client, store, table):
    support.make_segments(store, "run")
    document = {"names": ["orders"], "as_of": "2026-01-10T11:00:00+00:00"}
    write_json(store, f"runs/run/{NAMES}", document)
    with store.writing(f"runs/run/{VALUES}") as path:
        duckdb.sql("FROM (VALUES ('ann', 4), ('bob/1', 1)) AS t(customer_id, orders)").write_parquet(
            str(path)
        )
    support.publish_all(store, table, "run", "segments")
    key, other = (item_key("customer", "run", name) for name in ("ann", "bob/1"))
    assert "online" in table.get_all([key])[key]

    counts = RunEraser(store=store, shop=SHOP, table=table).erase("run", Subject(customer_id="ann"))

    assert counts["runs"] == 1
    assert table.get_all([key]) == {}
    assert "online" in table.get_all([other])[other]
    path = store.staged(f"runs/run/{VALUES}")
    assert duckdb.sql(f"SELECT customer_id FROM '{path}'").fetchall() == [("bob/1",)]
    assert read_json(store, f"runs/run/{NAMES}") == document  # of nobody: the next shard still needs it
