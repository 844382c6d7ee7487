"""A customer leaves every store of the deployed shop, and their data can be had before.

It runs last, for other tests ask for this customer, who is in raw, lake, both runs, models and serving table.
"""

from __future__ import annotations

import io
import json
import os
import time
import urllib.request
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from patronage.cloud import upload_file, wait_for_report
from patronage.steps.erase.search import objects_that_mention
from patronage.stores.lake import Lake
from patronage.stores.objects import S3Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from patronage.cloud import Answer, Api

pytestmark = pytest.mark.local_cloud

PERSON = "B5"
SESSION = "the visit of b5"
WAIT_SECONDS = 120


@pytest.fixture(scope="module", autouse=True)
def credentials(deployment) -> Iterator[None]:
    """Let this process read the lake's tables too, as the functions do."""
    told = {
        "AWS_ENDPOINT_URL": deployment.stack.cloud.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    with mock.patch.dict(os.environ, told):
        yield


@pytest.fixture(scope="module")
def admin(deployment) -> Callable[..., Answer]:
    api = deployment.api

    def ask(method: str, path: str) -> Answer:
        return api.ask(method, f"/api/v1{path}", headers={"Authorization": api.admin_token})

    return ask


@pytest.fixture(scope="module")
def visited(deployment) -> None:
    """Let the person be seen, and wait until the lake knows."""
    event = {"event_type": "view", "user_id": PERSON, "session_id": SESSION, "product_id": "B-p0"}
    told = deployment.api.ask("POST", "/api/v1/events", headers={"x-api-key": deployment.api.key}, body=event)
    assert told.status == 202, told.body
    with closing(deployment.stack.lake_store()) as store:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if objects_that_mention(store, PERSON, below="lake/events/"):
                return
            time.sleep(0.5)
    pytest.fail("the event did not reach the lake")


def until_done(api: Api, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = api.ask("GET", path, headers={"Authorization": api.admin_token})
        assert found.status == 200, found.body
        if found.body["state"] in {"done", "failed"}:
            assert found.body["state"] == "done", found.body
            return found.body
        time.sleep(0.5)
    raise AssertionError(f"not done after {WAIT_SECONDS} s: {found.body}")


@pytest.mark.usefixtures("visited")
def test_a_customer_s_data_can_be_had_as_a_file(deployment, admin):
    asked = admin("POST", f"/customers/{PERSON}/export")
    assert asked.status == 202, asked.body
    export = until_done(deployment.api, f"/api/v1/exports/{asked.body['export_id']}")
    with urllib.request.urlopen(export["url"], timeout=30) as answer:  # noqa: S310 - our own link
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    content = {name: archive.read(name).decode() for name in archive.namelist()}
    orders = next(text for name, text in content.items() if "orders" in name)
    assert all(f"B5-{day}" in orders for day in range(1, 6))
    assert not any("B4-" in text for text in content.values())
    assert any(SESSION in text for text in content.values())


@pytest.mark.usefixtures("visited")
def test_an_erased_customer_is_nowhere_and_everybody_else_is_where_they_were(deployment, admin):
    before = rows_of_others(deployment)
    assert admin("GET", f"/customers/{PERSON}").status == 200
    asked = admin("DELETE", f"/customers/{PERSON}")
    assert asked.status == 202, asked.body
    again = admin("DELETE", f"/customers?customer_id={PERSON}")
    assert (again.status, again.body["erasure_id"]) == (202, asked.body["erasure_id"])
    assert admin("GET", f"/customers/{PERSON}").status == 404  # at once, before anything else is done
    receipt = until_done(deployment.api, f"/api/v1/erasures/{asked.body['erasure_id']}")
    assert PERSON not in json.dumps(receipt)
    assert receipt["holdings"]
    for store in stores_of(deployment):
        with closing(store):
            assert objects_that_mention(store, PERSON) == []
            assert objects_that_mention(store, SESSION) == []
    assert rows_of_others(deployment) == before
    served = deployment.api.get(f"/api/v1/recommendations?user_id={PERSON}&k=3", with_key=True).body
    assert "user" not in {item["rung"] for item in served["items"]}
    versions = deployment.stack.cloud.client("s3").list_object_versions(
        Bucket=deployment.stack.output("RawBucketName"), Prefix="raw/orders/"
    )
    kept = [version["Key"] for version in versions["Versions"]]
    assert sorted(kept) == sorted(set(kept))  # no older version, in which the person would still be
    assert served_items_that_mention(deployment, PERSON) == []


def test_a_later_upload_of_the_person_is_flagged(deployment, tmp_path, admin):
    orders = tmp_path / "again.csv"
    orders.write_text(
        "order_id,line,customer_id,product_id,description,quantity,unit_price,currency,ordered_at,country\n"
        "again-1,1,B5,B-p0,B product 0,1,10.00,GBP,2025-03-06T10:00:00Z,United Kingdom\n",
        encoding="utf-8",
    )
    report = wait_for_report(deployment.stack, upload_file(deployment.stack, orders), timeout_s=60)
    deadline = time.monotonic() + 120
    while "erased_customers_again" not in report and time.monotonic() < deadline:
        time.sleep(0.5)
        with closing(deployment.stack.lake_store()) as store:
            report = json.loads(store.read_bytes(f"lake/reports/ingest/{report['object']}.json"))
    assert report["erased_customers_again"] == 1
    asked = admin("DELETE", f"/customers/{PERSON}")
    until_done(deployment.api, f"/api/v1/erasures/{asked.body['erasure_id']}")
    for store in stores_of(deployment):
        with closing(store):
            assert objects_that_mention(store, PERSON) == []


def stores_of(deployment) -> list[S3Store]:
    raw = S3Store(deployment.stack.output("RawBucketName"), client=deployment.stack.cloud.client("s3"))
    return [raw, deployment.stack.lake_store()]


def rows_of_others(deployment) -> list[tuple[Any, ...]]:
    import duckdb

    with closing(deployment.stack.lake_store()) as store:
        files = [str(path) for path in Lake(store).snapshot("orders").files()]
        return duckdb.sql(
            f"SELECT order_id, line, customer_id, product_id, net_minor FROM read_parquet({files}) "
            f"WHERE customer_id IS DISTINCT FROM '{PERSON}' ORDER BY ALL"
        ).fetchall()


def served_items_that_mention(deployment, text: str) -> list[str]:
    client = deployment.stack.cloud.client("dynamodb")
    pages = client.get_paginator("scan").paginate(TableName=deployment.stack.output("ServingTableName"))
    return [
        item["pk"]["S"]
        for page in pages
        for item in page["Items"]
        if item["pk"]["S"].rpartition("#")[2] == text
    ]
