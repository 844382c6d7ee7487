"""What docs/dialects.md says of dialects is so."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

import duckdb
import pytest

from patronage.logic.ingest.dialects import Dialect, Rows, dialects, parse_dialect
from patronage.settings import Shop
from patronage.steps.ingest import ingest
from tests_support import NOW, REPOSITORY, adds_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from patronage.steps.ingest import Upload
    from patronage.stores.lake import Lake

PAGE = REPOSITORY / "docs/dialects.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_page_lists_every_shipped_dialect():
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| ([a-z]+) \|", TEXT, re.MULTILINE)

    assert listed == sorted((each.name, each.table) for each in dialects() if each.name != "canonical")


def test_every_shipped_dialect_has_its_own_name_and_says_what_writes_such_files():
    shipped = [each for each in dialects() if each.name != "canonical"]

    assert len({each.name for each in shipped}) == len(shipped)
    assert [each.name for each in shipped if not each.about or not each.see.startswith("https://")] == []


def test_the_page_explains_every_key():
    keys = {field.name for kind in (Dialect, Rows) for field in fields(kind)}
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", TEXT, re.MULTILINE)

    explained = {key for row in rows for key in re.findall(r"`([a-z_]+)`", row)}

    assert keys - explained == set()


def test_the_examples_of_the_page_are_dialects():
    assert [parse_dialect(text, "docs/dialects.md").name for text in blocks("toml")] == [
        "till",
        "till-with-postage",
    ]


def test_a_dialect_in_the_lake_reads_the_file_of_the_page(lake: Lake, upload_text: Callable[..., Upload]):
    lake.store.write_bytes("settings/dialects/till-with-postage.toml", blocks("toml")[1].encode())
    upload = upload_text(blocks("text")[0], key="raw/orders/till.csv")

    report = ingest(upload, lake, Shop(currency="EUR", timezone="Europe/Berlin"), now=NOW)

    assert adds_up(report)
    assert report["detected"]["dialect"] == "till-with-postage"
    assert (report["kept"], report["orders"], report["customers"], report["guest_lines"]) == (3, 1, 1, 0)
    assert report["net_minor_by_kind"] == {"sale": 14_00, "cancellation": 0, "refund": 0, "fee": 4_90}


PARTS = {
    "olist_order_items_dataset.csv": "order_id,order_item_id,product_id,price,freight_value\n"
    "a1,1,p,58.90,13.29\na1,2,p,58.90,13.29\na2,1,q,10.00,1.00\n",
    "olist_orders_dataset.csv": "order_id,customer_id,order_status,order_purchase_timestamp\n"
    "a1,c1,delivered,2017-09-13 08:59:02\na2,c2,canceled,2017-09-14 08:59:02\n",
    "olist_customers_dataset.csv": "customer_id,customer_unique_id\nc1,u1\nc2,u1\n",
    "order_line.csv": "id,order_id,sku,quantity,price,total_discount\n7,1,tea,2,5.00,1.00\n",
    "order.csv": "id,customer_id,currency,created_at,updated_at\n"
    "1,9,BRL,2020-09-11 19:35:42,2020-09-11 19:35:46\n",
}


@pytest.mark.parametrize(("number", "lines", "net"), [(0, 2, 117_80), (1, 1, 9_00)])
def test_the_joins_of_the_page_make_files_of_our_own_columns(
    number: int, lines: int, net: int, tmp_path: Path, lake: Lake, upload_text: Callable[..., Upload]
):
    for name, text in PARTS.items():
        (tmp_path / name).write_text(text)
    sql = re.sub(r"'([a-z_]+\.(?:csv|parquet))'", rf"'{tmp_path}/\1'", blocks("sql")[number])
    with duckdb.connect() as connection:
        connection.execute(sql)
    upload = upload_text((tmp_path / "orders.parquet").read_bytes(), key="raw/orders/orders.parquet")

    report = ingest(upload, lake, Shop(currency="BRL", timezone="America/Sao_Paulo"), now=NOW)

    assert report["detected"]["dialect"] == "canonical"
    assert (report["kept"], report["refused"], report["net_minor"]) == (lines, 0, net)


def test_a_dialect_that_looks_at_other_records_has_the_whole_file_before_it():
    windowed = {
        each.name
        for each in dialects()
        for rows in (each, *each.also)
        if " OVER " in " ".join((*each.computed.values(), *rows.expressions.values(), rows.where))
    }

    assert windowed >= {"shopify-orders", "woocommerce-orders"}
    assert {each.name for each in dialects() if each.is_whole} >= windowed
