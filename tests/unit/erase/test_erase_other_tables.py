"""Files of tables that name no customer lie below `raw/` as well: an erasure must get past them."""

from __future__ import annotations

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.logic.ingest.options import options_for
from patronage.settings import Shop
from patronage.steps.erase.records import records_of
from patronage.steps.erase.subject import Subject
from patronage.steps.ingest import Upload
from tests_support import NOW

SHOP = Shop(currency="GBP", timezone="Europe/London")
PRODUCTS = "product_id,title,category,price,currency\nt1,Tea of 17,tea,1.00,GBP\n"


@pytest.mark.parametrize(
    ("key", "text", "total", "lines"),
    [
        ("raw/products/p.csv", PRODUCTS, 1, []),
        ("raw/products/p.jsonl", '{"product_id": "t1", "title": "17"}\n', 1, []),
        ("raw/calendar/c.csv", "day,name,kind\n2025-01-01,New Year,holiday\n", 1, []),
        ("raw/products/broken.csv", f"{PRODUCTS}t2,17,tea,1.00,GBP,17,1\n", 2, [(3, 3)]),
    ],
)
def test_a_file_without_customers_is_read_for_broken_records_alone(tmp_path, key, text, total, lines):
    path = tmp_path / "upload"
    path.write_text(text, encoding="utf-8")
    upload = Upload(path=path, key=key, version="1", last_modified=NOW)
    options = options_for(key, settings="", sidecar="", own_dialects={}, call={})

    with DuckEngine(SHOP) as engine:
        found = records_of(
            Subject(customer_id="17"), upload, engine, shop=SHOP, options=options, folder=tmp_path
        )

    assert (found.count, found.total, found.lines) == (len(lines), total, lines)
