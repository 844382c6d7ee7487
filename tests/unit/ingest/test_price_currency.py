"""What `inspect` shows where prices tell the currency."""

from __future__ import annotations

import pytest

from patronage.logic.ingest import Options
from patronage.settings import Shop
from patronage.steps.ingest.inspection import inspect
from tests_support import NOW


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("product_id,title,price", "p,Lamp,€2", "the sign in price"),
        ("product_id,title,price,currency", "p,Lamp,€2,", "currency, the sign in price where empty"),
        ("product_id,title,price,currency", "p,Lamp,2,", "currency"),
        ("product_id,title,price", "p,Lamp,2", None),
    ],
)
def test_the_mapping_names_the_sign_and_not_its_sql(upload_text, header, row, told):
    upload = upload_text(f"{header}\n{row}\n", key="raw/products/a.csv")

    found = inspect(upload, Shop(), Options(), now=NOW)

    assert dict(found.mapping).get("currency") == told
    assert found.ignored == []
