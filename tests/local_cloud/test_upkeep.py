"""The daily upkeep in the local cloud, under the stack's roles: the Glue catalogue and the lake's files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import awswrangler as wr
import boto3
import pytest

from patronage.cloud import history, upload_file, wait_for_report, wait_for_runs
from patronage.logic.tables import ORDERS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.local_cloud

LATER = """order_id,line,customer_id,product_id,quantity,unit_price,currency,ordered_at
later-1,1,A0,A-p0,1,2.50,GBP,2025-03-09T10:00:00Z
"""
OTHERS = {
    "products": (
        "product_id,title,price,currency,stock",
        "later-p0,A later product,2.50,GBP,3",
        "later-p1,Another later product,3.50,GBP,4",
    ),
    "customers": ("customer_id,email,country", "later-0,one@example.com,GB", "later-1,two@example.com,GB"),
    "ratings": (
        "customer_id,product_id,rating,rated_at",
        "A0,A-p0,5,2025-03-09T10:00:00Z",
        "A1,A-p1,4,2025-03-09T10:00:00Z",
    ),
    "calendar": ("day,name,country", "2025-12-25,Christmas Day,GB", "2025-12-26,Boxing Day,GB"),
}
"""Of each other table two files, so that there is something to compact."""


@pytest.fixture(scope="module")
def answers(deployment, tmp_path_factory) -> dict[str, Any]:
    """Upload a second file, run the machine, and return what each of its functions answered."""
    path: Path = tmp_path_factory.mktemp("later") / "later.csv"
    path.write_text(LATER, encoding="utf-8")
    wait_for_report(deployment.stack, upload_file(deployment.stack, path), timeout_s=60)
    for table, (header, *lines) in OTHERS.items():
        for number, line in enumerate(lines):
            part = path.with_name(f"{table}-{number}.csv")
            part.write_text(f"{header}\n{line}\n", encoding="utf-8")
            uploaded = upload_file(deployment.stack, part, table=table)
            assert wait_for_report(deployment.stack, uploaded, timeout_s=60)["kept"] == 1
    states = deployment.stack.cloud.client("stepfunctions")
    arn = states.start_execution(
        stateMachineArn=deployment.stack.output("UpkeepStateMachineArn"), name="upkeep-1"
    )["executionArn"]
    wait_for_runs(deployment.stack, {"upkeep": arn}, on_state=lambda _: None, timeout_s=90)
    done = [
        event["taskSucceededEventDetails"]
        for event in history(states, arn)
        if "Succeeded" in event["type"] and "taskSucceededEventDetails" in event
    ]
    register, compact = (json.loads(details["output"])["Payload"] for details in done)
    return {"register": register, "compact": compact}


def test_the_tables_are_in_the_stack_s_database(deployment, answers):
    database = deployment.stack.output("GlueDatabaseName")
    assert answers["register"]["database"] == database
    assert answers["register"]["tables"]["orders"] == "created"
    tables = deployment.stack.cloud.client("glue").get_tables(DatabaseName=database)["TableList"]
    (table,) = (each for each in tables if each["Name"] == "orders")
    assert table["Parameters"]["table_type"] == "delta"
    location = f"s3://{deployment.stack.output('LakeBucketName')}/lake/orders/"
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["path"] == location
    columns = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    assert columns == [column.name for column in ORDERS.columns]


def test_the_files_became_one_and_awswrangler_reads_its_rows(deployment, answers):
    orders = answers["compact"]["tables"]["orders"]
    assert (orders["files_before"] > 1, orders["files"], orders["vacuumed"]) == (True, 1, 0)
    frame = wr.s3.read_deltalake(
        f"s3://{deployment.stack.output('LakeBucketName')}/lake/orders",
        boto3_session=boto3.Session("test", "test", region_name="us-east-1"),
        s3_additional_kwargs={
            "AWS_ENDPOINT_URL": deployment.stack.cloud.endpoint,
            "AWS_ALLOW_HTTP": "true",
        },
    )
    assert len(frame) == 62
    assert frame["net_minor"].sum() == 6 * 5 * 250 + 6 * 5 * 1000 + 399 + 250
