"""The ingest function publishes the products that an upload of products leaves in the lake."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

import serving_support as support
from patronage.logic.serve.catalogue import unpack_stock
from patronage.stores.objects import FolderStore

PRODUCTS = b"product_id,title,stock\np1,Cup,3\np2,Pan,\n"
ORDERS = b"order_id,customer_id,product_id,quantity,unit_price,ordered_at\no1,c1,p1,1,2.50,2026-01-02\n"


@pytest.fixture
def outage(client):
    return support.Outage(client)


@pytest.fixture
def deliver(outage, client, tmp_path, monkeypatch):
    """Give a function that uploads content (none: the same object once more) and delivers its event."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw-bucket")
    s3.put_bucket_versioning(Bucket="raw-bucket", VersioningConfiguration={"Status": "Enabled"})
    handler = support.fresh_function("ingest")

    class Lake(FolderStore):
        def close(self) -> None:
            """Keep the folder."""

    monkeypatch.setattr("patronage.runtime.lake", lambda: Lake(tmp_path))
    monkeypatch.setattr("patronage.runtime.dynamodb", lambda: client)
    versions: dict[str, str] = {}

    def run(content: bytes | None, key: str = "raw/products/a.csv") -> Any:
        if content is not None:
            versions[key] = s3.put_object(Bucket="raw-bucket", Key=key, Body=content)["VersionId"]
        detail = {
            "bucket": {"name": "raw-bucket"},
            "object": {"key": key, "version-id": versions[key], "etag": "e"},
        }
        record = {"messageId": "m1", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
        return handler({"Records": [record]})

    return run


def stock(table) -> dict[str, int | None]:
    generation = table.pointer()["products"].run_id
    page = table.get(f"catalogue#{generation}#0")["packed"]
    return {name: each.stock for name, each in unpack_stock([page]).items()}


def test_an_upload_of_products_is_live_when_its_message_is_done(deliver, table):
    assert deliver(PRODUCTS) == {"batchItemFailures": []}
    assert stock(table) == {"p1": 3, "p2": None}
    uploaded = boto3.client("s3").head_object(Bucket="raw-bucket", Key="raw/products/a.csv")["LastModified"]
    assert table.pointer()["products"].as_of == uploaded.isoformat()
    deliver(PRODUCTS.replace(b",3", b",0"))
    assert stock(table) == {"p1": 0, "p2": None}


def test_where_publishing_fails_the_message_comes_again_and_makes_up_for_it(deliver, table, outage, caplog):
    outage.is_on = True
    with pytest.raises(Exception, match="ingest failed: TryAgain"):
        deliver(PRODUCTS)
    outage.is_on = False
    assert table.pointer() == {}
    assert deliver(None) == {"batchItemFailures": []}
    assert stock(table) == {"p1": 3, "p2": None}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (ORDERS, "raw/orders/a.csv"),
        (b"product_id,title,price\n" + b"p1,Cup,much\n" * 9, "raw/products/refused.csv"),
    ],
)
def test_other_uploads_and_refused_ones_publish_nothing(deliver, table, outage, content, key):
    deliver(content, key)
    assert outage.calls == []
